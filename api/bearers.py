"""What an `Authorization: Bearer` header is worth: each kind of token has a reader, and a viewer is what it reads."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import structlog

from api.context import Services
from schema.access_records import Viewer
from stores.errors import RateLimitedError, UnauthenticatedError
from stores.failed_sign_ins import address_subject, count_for_address, count_for_subject, seconds_locked, wait_for_turn
from stores.machine_keys import PREFIX, WrittenKey, find_key, note_use, opens, read_key
from stores.sign_in_sessions import find_session
from supervision.access import viewer_of
from supervision.logins import is_demo_login

REFUSED_TOKEN: Final = "This token is not valid, or not any more. Sign in again, or send a key that is in use."  # noqa: S105  a sentence
MACHINE_PURPOSE: Final = "数据报送"
"""What a machine calls for."""

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
        async with self.services.database.begin() as connection:
            session = await find_session(connection, claims.session_id, claims.account_id, now)
        if session is None or (is_demo_login(session.account.login) and not self.services.demo):
            return None
        return viewer_of(
            session.account,
            session.standing.subordinates,
            highest=session.standing.highest,
            session_id=session.id,
            purpose=session.purpose,
            address=address,
        )


@dataclass(frozen=True, slots=True)
class MachineKeys:
    """Keys of machines."""

    services: Services

    def recognises(self, token: str) -> bool:
        """A key says that it is one."""
        return token.startswith(PREFIX)

    async def viewer(self, token: str, address: str) -> Viewer | None:
        """Whose machine it is. A key that fails is counted, whether there is such a one or not."""
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
                await count_for_address(connection, place, now)
                await count_for_subject(connection, _subject(written), now)
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
