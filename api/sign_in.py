"""Signing in, renewing, signing out and changing a password, over HTTP; all of it is on the audit trail."""

import unicodedata
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Final, TypeVar

import orjson
import structlog
from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints, ValidationError
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from api.auditing import kept_text
from api.bearers import too_many
from api.context import Services
from api.guard import MAX_BODY_BYTES, BodyTooLargeError
from api.responses import refusal
from schema.access_records import Account, Viewer
from schema.access_vocabularies import AuditAction
from schema.audit_records import Caller, Deed
from stores.accounts import Credentials, find_credentials, rehash_password, set_password
from stores.audit_trail import caller_of, write_entries
from stores.errors import BadUserInputError, LimitExceededError, UnauthenticatedError
from stores.failed_sign_ins import (
    address_subject,
    count_for_address,
    count_for_subject,
    login_subject,
    seconds_locked,
    take_back,
)
from stores.postgres import DatabaseConnection
from stores.sign_in_sessions import begin_session, end_session, find_session
from supervision.logins import is_demo_login, is_login
from supervision.passwords import LONGEST, password_fault

REFUSED: Final = "The login or the password is wrong, or the account is locked or disabled. After a while try again."
"""The one sentence for whatever does not sign in, so that nobody learns which logins there are."""

PASSWORD_PURPOSE: Final = "更改密码"  # noqa: S105  a purpose
"""What whoever changes a password, without any session, does it for."""

_LONGEST_LOGIN: Final = 200
_LONGEST_PURPOSE: Final = 200
_STEERS: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})

log = structlog.get_logger()


def _plain(text: str) -> str:
    if any(unicodedata.category(character) in _STEERS for character in text):
        raise ValueError
    return text


_Login = Annotated[str, StringConstraints(min_length=1, max_length=_LONGEST_LOGIN)]
_Password = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST)]
_Purpose = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=_LONGEST_PURPOSE),
    AfterValidator(_plain),
]


class _SignIn(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, hide_input_in_errors=True)

    login: _Login
    password: _Password
    purpose: _Purpose


class _NewPassword(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, hide_input_in_errors=True)

    login: _Login
    password: _Password
    newPassword: str  # noqa: N815  its name in JSON


_SIGN_IN_TAKES: Final = (
    "Send a JSON object with `login`, `password` and `purpose`: what you sign in for, in 1 to 200 characters without "
    "control characters."
)
_PASSWORD_TAKES: Final = "Send a JSON object with `login`, `password` and `newPassword`."  # noqa: S105  a sentence

Body = TypeVar("Body", bound=BaseModel)


def sign_in_routes() -> list[Route]:
    """What this module serves."""
    return [
        Route("/sign-in", _answering(_sign_in), methods=["POST"]),
        Route("/sign-in/renew", _answering(_renew), methods=["POST"]),
        Route("/sign-out", _answering(_sign_out), methods=["POST"]),
        Route("/password", _answering(_change_password), methods=["POST"]),
    ]


def _answering(answer: Callable[[Request], Awaitable[object]]) -> Callable[[Request], Awaitable[Response]]:
    """An answer in JSON that nothing on the way keeps; an error in the form every error has."""

    async def answering(request: Request) -> Response:
        response: Response
        try:
            response = Response(orjson.dumps(await answer(request)), media_type="application/json")
        except BodyTooLargeError:
            response = refusal(LimitExceededError(f"A request holds at most {MAX_BODY_BYTES} bytes."))
        except ClientDisconnect:
            return Response()
        except Exception as error:  # noqa: BLE001  whatever it is, it must reach nobody unmasked
            response = refusal(error)
        response.headers["cache-control"] = "no-store"
        return response

    return answering


async def _read(request: Request, model: type[Body], takes: str) -> Body:
    """The body of a request. Raises BadUserInputError, which quotes nothing of it."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise BadUserInputError(takes)
    try:
        return model.model_validate(orjson.loads(await request.body()))
    except (ValidationError, orjson.JSONDecodeError):
        raise BadUserInputError(takes) from None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Attempt:
    """What somebody tries by a login and a password, from where and what for."""

    operation: str
    login: str
    password: str = field(repr=False)
    address: str
    purpose: str

    def caller(self, account: Account | None, session_id: int | None = None) -> Caller:
        """Who tries it, as the trail names them: by what was typed, where nobody has the login."""
        return Caller(
            login=kept_text(self.login),
            account_id=None if account is None else account.id,
            session_id=session_id,
            address=self.address,
            purpose=self.purpose,
        )

    async def write(
        self, connection: DatabaseConnection, action: AuditAction, account: Account, session_id: int | None = None
    ) -> None:
        """Write down that it was done."""
        deed = Deed(action=action, operation=self.operation, detail={})
        await write_entries(connection, self.caller(account, session_id), [deed])

    async def write_refused(
        self, connection: DatabaseConnection, because: str, account: Account | None, locked: int | None = None
    ) -> None:
        """Write down that it was refused, and for how many seconds more the login is locked."""
        detail: dict[str, object] = {"because": because}
        if locked is not None:
            detail["lockedSeconds"] = locked
        deed = Deed(action=AuditAction.SIGN_IN_REFUSED, operation=self.operation, detail=detail)
        await write_entries(connection, self.caller(account), [deed])


async def _sign_in(request: Request) -> object:
    services: Services = request.state.services
    body = await _read(request, _SignIn, _SIGN_IN_TAKES)
    # It goes with every entry of the session.
    purpose = kept_text(body.purpose)
    address: str = request.state.address
    attempt = _Attempt(operation="sign-in", login=body.login, password=body.password, address=address, purpose=purpose)
    credentials = await _authenticated(services, attempt)
    if credentials.must_change_password:
        async with services.database.begin() as connection:
            await attempt.write_refused(connection, "PASSWORD_TO_BE_CHANGED", credentials.account)
        return {"token": None, "expiresAt": None, "sessionExpiresAt": None, "mustChangePassword": True}
    now = services.clock()
    async with services.database.begin() as connection:
        begun = await begin_session(connection, credentials, purpose=purpose, address=address, now=now)
        if begun is None:
            await attempt.write_refused(connection, "CHANGED_MEANWHILE", credentials.account)
        else:
            await attempt.write(connection, AuditAction.SIGN_IN, credentials.account, begun[0])
    if begun is None:
        # Disabled, or the password changed, while it was being verified.
        raise UnauthenticatedError(REFUSED)
    session_id, ends_at = begun
    log.info("signed in", account=credentials.account.id, session=session_id, address=address)
    return _token(services, credentials.account.id, session_id, ends_at, now)


async def _renew(request: Request) -> object:
    services: Services = request.state.services
    viewer: Viewer = request.state.viewer
    session_id, now = _session(viewer), services.clock()
    async with services.database.begin() as connection:
        session = await find_session(connection, session_id, viewer.account.id, now)
        if session is not None:
            # A token is given out, and may be to whoever took the one before.
            deed = Deed(action=AuditAction.SIGN_IN, operation="sign-in/renew", detail={})
            await write_entries(connection, caller_of(viewer), [deed])
    if session is None:
        raise UnauthenticatedError(REFUSED)
    return _token(services, viewer.account.id, session_id, session.expires_at, now)


async def _sign_out(request: Request) -> object:
    services: Services = request.state.services
    viewer: Viewer = request.state.viewer
    session_id = _session(viewer)
    async with services.database.begin() as connection:
        await end_session(connection, session_id, services.clock())
        deed = Deed(action=AuditAction.CHANGE, operation="sign-out", detail={})
        await write_entries(connection, caller_of(viewer), [deed])
    log.info("signed out", session=session_id)
    return {"ended": True}


async def _change_password(request: Request) -> object:
    services: Services = request.state.services
    body = await _read(request, _NewPassword, _PASSWORD_TAKES)
    fault = password_fault(body.login, body.newPassword)
    if fault is None and body.newPassword == body.password:
        fault = "The new password is the old one. Choose another."
    if fault is not None:
        raise BadUserInputError(fault)
    address: str = request.state.address
    attempt = _Attempt(
        operation="password", login=body.login, password=body.password, address=address, purpose=PASSWORD_PURPOSE
    )
    credentials = await _authenticated(services, attempt)
    new_hash = await services.passwords.hash(body.newPassword)
    async with services.database.begin() as connection:
        changed = await set_password(
            connection,
            credentials.account.id,
            new_hash,
            instead_of=credentials.password_hash,
            must_change=False,
            now=services.clock(),
        )
        if changed:
            await attempt.write(connection, AuditAction.CHANGE, credentials.account)
        else:
            await attempt.write_refused(connection, "CHANGED_MEANWHILE", credentials.account)
    if not changed:
        raise UnauthenticatedError(REFUSED)
    log.info("password changed", account=credentials.account.id, address=address)
    return {"changed": True}


async def _authenticated(services: Services, attempt: _Attempt) -> Credentials:
    """Whose login and password these are. Raises UnauthenticatedError and RateLimitedError.

    Every attempt is as much work, whether there is such an account, and whether it is locked or disabled. Each that is
    judged and refused leaves one entry; one that is not judged, since its address has to wait, leaves none: so whoever
    guesses fills the trail no faster than the address may guess.
    """
    now, login = services.clock(), attempt.login
    # What can be no login is counted in one place, and cannot fill the table.
    place, subject = address_subject(attempt.address), login_subject(login if is_login(login) else "?")
    async with services.database.begin() as connection:
        wait = await count_for_address(connection, place, now)
        unlocked = wait is None and await count_for_subject(connection, subject, now)
        found = await find_credentials(connection, login) if is_login(login) else None
    if wait is not None:
        raise too_many(wait)
    closed = is_demo_login(login) and not services.demo
    usable = found if unlocked and not closed and found is not None and found.account.disabled_at is None else None
    kept = None if usable is None else usable.password_hash
    right = await services.passwords.verify(kept, attempt.password)
    if not right or usable is None or kept is None:
        known = None if found is None else found.account
        because = _why(known, unlocked=unlocked, closed=closed)
        async with services.database.begin() as connection:
            locked = await seconds_locked(connection, subject, now)
            await attempt.write_refused(connection, because, known, locked)
        # Without the login: people type their password there. The trail has it, which fewer read.
        log.warning("sign-in refused", account=known and known.id, address=attempt.address, locked=not unlocked)
        raise UnauthenticatedError(REFUSED)
    return await _admitted(services, usable, kept, attempt.password, subject=subject, place=place, now=now)


def _why(account: Account | None, *, unlocked: bool, closed: bool) -> str:
    """Why somebody is refused, for whoever reads the trail; whoever is refused never learns it."""
    if not unlocked:
        return "LOCKED"
    if account is None:
        return "UNKNOWN"
    if account.disabled_at is not None:
        return "DISABLED"
    return "CLOSED" if closed else "WRONG_PASSWORD"


async def _admitted(
    services: Services, usable: Credentials, kept: str, password: str, *, subject: str, place: str, now: datetime
) -> Credentials:
    """Forget what failed before, and hash the password anew where it was hashed with less."""
    anew = await services.passwords.hash(password) if services.passwords.needs_rehash(kept) else kept
    async with services.database.begin() as connection:
        await take_back(connection, subject=subject, address=place, now=now)
        if anew != kept:
            await rehash_password(connection, usable.account.id, kept=kept, anew=anew)
    return Credentials(account=usable.account, password_hash=anew, must_change_password=usable.must_change_password)


def _session(viewer: Viewer) -> int:
    if viewer.session_id is None:
        raise BadUserInputError("There is no session to renew or to end: sign in first.")
    return viewer.session_id


def _token(services: Services, account_id: int, session_id: int, ends_at: datetime, now: datetime) -> object:
    token, expires_at = services.tokens.issue(
        account_id=account_id, session_id=session_id, session_ends_at=ends_at, now=now
    )
    return {
        "token": token,
        "expiresAt": expires_at.isoformat(),
        "sessionExpiresAt": ends_at.isoformat(),
        "mustChangePassword": False,
    }
