"""What an `Authorization: Bearer` header is worth: each kind of token has a reader, and a viewer is what it reads."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

import structlog

from api.context import Services
from schema.access_records import Account, Scope, Viewer
from schema.access_vocabularies import AuditAction
from schema.audit_records import Caller, Deed
from stores.accounts import accounts_by_id
from stores.audit_trail import refused_since, write_entries
from stores.bearer_tokens import TOKEN_LIFE, BearerClaims
from stores.errors import RateLimitedError, UnauthenticatedError
from stores.failed_sign_ins import address_subject, count_for_address, count_for_subject, seconds_locked, wait_for_turn
from stores.machine_keys import PREFIX, KeptKey, WrittenKey, find_key, note_use, opens, read_key
from stores.postgres import DatabaseConnection
from stores.sign_in_sessions import find_session
from supervision.access import viewer_of
from supervision.logins import is_demo_login

REFUSED_TOKEN: Final = "This token is not valid, or not any more. Sign in again, or send a key that is in use."  # noqa: S105  a sentence
MACHINE_PURPOSE: Final = "数据报送"
"""What a machine calls for."""

_READS_TRAIL: Final = Scope(audit_trail=True)
"""Whether a session's end was written down already is read there."""
TOKEN_PURPOSE: Final = "访问接口"  # noqa: S105  a purpose
"""What a token is sent for that is worth nothing: what its session was for, it may not say any more."""

log = structlog.get_logger()


class TokenReader(Protocol):
    """Reads one kind of token."""

    def recognises(self, token: str) -> bool:
        """Whether a token is of this kind, by its looks; no other reader is asked then."""
        ...

    async def viewer(self, token: str, address: str) -> Viewer | None:
        """Whose token it is; None where it is not valid. Raises RateLimitedError."""
        ...


def readers(services: Services) -> Sequence[TokenReader]:
    """The readers of an installation, in the order in which they are asked."""
    return (MachineKeys(services), SessionTokens(services))


async def viewer_of_token(known: Sequence[TokenReader], sent: Sequence[bytes], address: str) -> Viewer:
    """Who sent an Authorization header. Raises UnauthenticatedError, whatever is wrong, and RateLimitedError."""
    scheme, _, token = sent[0].decode("latin-1").partition(" ")
    if len(sent) == 1 and scheme.lower() == "bearer":
        reader = next((reader for reader in known if reader.recognises(token)), None)
        viewer = None if reader is None else await reader.viewer(token, address)
        if viewer is not None:
            return viewer
    raise UnauthenticatedError(REFUSED_TOKEN)


def too_many(seconds: int) -> RateLimitedError:
    """An address that tried too often has to wait."""
    return RateLimitedError(
        "Too many attempts to sign in failed from this address. Try again later.", retry_after_seconds=seconds
    )


@dataclass(frozen=True, slots=True)
class SessionTokens:
    """Tokens of those who signed in. The session and the account are looked up each time: what ended is over."""

    services: Services

    def recognises(self, token: str) -> bool:
        """A JWT has three parts."""
        return token.count(".") == 2  # noqa: PLR2004  header, claims, signature

    async def viewer(self, token: str, address: str) -> Viewer | None:
        """Who signed in; the address is where this request comes from."""
        now = self.services.clock()
        claims = self.services.tokens.read(token, now)
        if claims is None:
            return None
        session = await self.services.database.alone(
            lambda connection: find_session(connection, claims.session_id, claims.account_id, now)
        )
        if session is None or (is_demo_login(session.account.login) and not self.services.demo):
            async with self.services.database.acting(_READS_TRAIL).begin() as connection:
                await self._write_refused(connection, claims, address)
            return None
        return viewer_of(
            session.account,
            session.standing.subordinates,
            highest=session.standing.highest,
            session_id=session.id,
            purpose=session.purpose,
            address=address,
        )

    async def _write_refused(self, connection: DatabaseConnection, claims: BearerClaims, address: str) -> None:
        """Write down that somebody sent a token of ours whose session is over, once for as long as a token lives.

        A page left open sends its token again and again, and what is sent so is not counted as a guess. A token that
        is forged or over names nobody, and leaves no entry.
        """
        account = (await accounts_by_id(connection, [claims.account_id])).get(claims.account_id)
        if account is None or await refused_since(connection, account.login, claims.session_id, TOKEN_LIFE):
            return
        caller = Caller(
            login=account.login,
            account_id=account.id,
            session_id=claims.session_id,
            address=address,
            purpose=TOKEN_PURPOSE,
        )
        because = "SESSION_OVER" if account.disabled_at is None else "DISABLED"
        await write_entries(connection, caller, [_refused("token", because=because)])


@dataclass(frozen=True, slots=True)
class MachineKeys:
    """Keys of machines."""

    services: Services

    def recognises(self, token: str) -> bool:
        """A key says that it is one."""
        return token.startswith(PREFIX)

    async def viewer(self, token: str, address: str) -> Viewer | None:
        """Whose machine it is. A key that fails is counted and written down, whether there is such a one or not."""
        written, now = read_key(token), self.services.clock()
        if written is None:
            return None
        place = address_subject(address)
        async with self.services.database.begin() as connection:
            await wait_for_turn(connection, _subject(written))
            wait = await seconds_locked(connection, place, now)
            locked = await seconds_locked(connection, _subject(written), now) is not None
            kept = await find_key(connection, written.key_id)
            right = opens(written, None if locked else kept, now) and wait is None
            if kept is not None and right:
                await note_use(connection, kept, now)
            elif wait is None:
                counted = await count_for_address(connection, place, now) is None
                await count_for_subject(connection, _subject(written), now)
                # An address that has to wait by now, for what it sent at the same time, fills the trail no further.
                if counted:
                    await _write_refused_key(connection, written, kept, address, _why(kept, now, locked=locked))
        if wait is not None:
            raise too_many(wait)
        if kept is None or not right:
            log.warning("key refused", address=address, known=kept is not None, locked=locked)
            return None
        return viewer_of(
            kept.account,
            kept.standing.subordinates,
            highest=kept.standing.highest,
            session_id=None,
            purpose=MACHINE_PURPOSE,
            address=address,
        )


def _subject(written: WrittenKey) -> str:
    return f"key:{written.key_id}"


def _why(kept: KeptKey | None, now: datetime, *, locked: bool) -> str:
    """Why a key is refused, for whoever reads the trail; whoever sent it never learns it."""
    if locked:
        return "LOCKED"
    if kept is None:
        return "UNKNOWN"
    if kept.revoked_at is not None:
        return "REVOKED"
    if now >= kept.expires_at:
        return "EXPIRED"
    return "WRONG_KEY" if kept.account.disabled_at is None else "DISABLED"


async def _write_refused_key(
    connection: DatabaseConnection, written: WrittenKey, kept: KeptKey | None, address: str, because: str
) -> None:
    account: Account | None = None if kept is None else kept.account
    caller = Caller(
        # The part of the key that may be shown, where it is nobody's.
        login=f"{PREFIX}{written.key_id}" if account is None else account.login,
        account_id=None if account is None else account.id,
        session_id=None,
        address=address,
        purpose=MACHINE_PURPOSE,
    )
    await write_entries(connection, caller, [_refused("key", because=because, keyId=written.key_id)])


def _refused(operation: str, **detail: str) -> Deed:
    return Deed(action=AuditAction.SIGN_IN_REFUSED, operation=operation, detail=detail)
