"""Bearer tokens: short-lived JWTs that name an account and its session, signed under keys derived from the key ring."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import jwt

from stores.keys import KeyRing

TOKEN_LIFE: Final = timedelta(minutes=30)

# The one algorithm there is: what a token's header says of it is compared, never followed.
_ALGORITHM: Final = "HS256"
_ISSUER: Final = "jiandu"
_AUDIENCE: Final = "jiandu-api"
_CLAIMS: Final = ("iss", "aud", "sub", "sid", "iat", "exp")
_LONGEST: Final = 2_000
# As far as the clocks of two servers may be apart.
_GREATEST_ID: Final = 2**63 - 1
_SKEW_SECONDS: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class BearerClaims:
    """What a token says: the account, its session, and when the token ends."""

    account_id: int
    session_id: int
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class BearerTokens:
    """Makes and reads tokens; the newest key of the ring signs, the older ones are still believed."""

    keys: KeyRing

    def issue(
        self, *, account_id: int, session_id: int, session_ends_at: datetime, now: datetime
    ) -> tuple[str, datetime]:
        """A token and when it ends: in half an hour, or with its session."""
        # JWT counts whole seconds: rounded down, so that no token outlives its session.
        expires_at = datetime.fromtimestamp(int(min(now + TOKEN_LIFE, session_ends_at).timestamp()), UTC)
        claims = {
            "iss": _ISSUER,
            "aud": _AUDIENCE,
            "sub": str(account_id),
            "sid": str(session_id),
            "iat": int(now.timestamp()),
            "exp": int(expires_at.timestamp()),
        }
        key = self.keys.signing_keys[self.keys.newest]
        return jwt.encode(claims, key, algorithm=_ALGORITHM, headers={"kid": self.keys.newest}), expires_at

    def read(self, token: str, now: datetime) -> BearerClaims | None:
        """What a token says; None where it was not made here, is not whole, or is over."""
        if len(token) > _LONGEST:
            return None
        try:
            key = self.keys.signing_keys.get(str(jwt.get_unverified_header(token).get("kid")))
            if key is None:
                return None
            claims = jwt.decode(
                token,
                key,
                algorithms=[_ALGORITHM],
                issuer=_ISSUER,
                audience=_AUDIENCE,
                # Against the clock that is passed in, below.
                options={"require": list(_CLAIMS), "verify_exp": False, "verify_iat": False, "strict_aud": True},
            )
            issued, ends = int(claims["iat"]), int(claims["exp"])
            account_id, session_id = int(claims["sub"]), int(claims["sid"])
        except (jwt.InvalidTokenError, ValueError, TypeError):
            return None
        known = 0 < account_id <= _GREATEST_ID and 0 < session_id <= _GREATEST_ID
        lives = issued - _SKEW_SECONDS <= now.timestamp() < ends <= issued + TOKEN_LIFE.total_seconds()
        if not known or not lives:
            return None
        return BearerClaims(account_id=account_id, session_id=session_id, expires_at=datetime.fromtimestamp(ends, UTC))
