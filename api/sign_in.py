"""Signing in, renewing, signing out and changing a password, over HTTP."""

import unicodedata
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated, Final, TypeVar

import orjson
import structlog
from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints, ValidationError
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from api.bearers import too_many
from api.context import Services
from api.guard import MAX_BODY_BYTES, BodyTooLargeError
from api.responses import refusal
from schema.access_records import Viewer
from stores.accounts import Credentials, find_credentials, rehash_password, set_password
from stores.errors import BadUserInputError, LimitExceededError, UnauthenticatedError
from stores.failed_sign_ins import address_subject, count_for_address, count_for_subject, take_back
from stores.sign_in_sessions import begin_session, end_session, find_session
from supervision.logins import is_demo_login, is_login
from supervision.passwords import LONGEST, password_fault

REFUSED: Final = "The login or the password is wrong, or the account is locked or disabled. After a while try again."
"""The one sentence for whatever does not sign in, so that nobody learns which logins there are."""

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


async def _sign_in(request: Request) -> object:
    services: Services = request.state.services
    body = await _read(request, _SignIn, _SIGN_IN_TAKES)
    address: str = request.state.address
    credentials = await _authenticated(services, body.login, body.password, address)
    if credentials.must_change_password:
        return {"token": None, "expiresAt": None, "sessionExpiresAt": None, "mustChangePassword": True}
    now = services.clock()
    async with services.database.begin() as connection:
        begun = await begin_session(connection, credentials, purpose=body.purpose, address=address, now=now)
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
    if session is None:
        raise UnauthenticatedError(REFUSED)
    return _token(services, viewer.account.id, session_id, session.expires_at, now)


async def _sign_out(request: Request) -> object:
    services: Services = request.state.services
    session_id = _session(request.state.viewer)
    async with services.database.begin() as connection:
        await end_session(connection, session_id, services.clock())
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
    credentials = await _authenticated(services, body.login, body.password, request.state.address)
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
    if not changed:
        raise UnauthenticatedError(REFUSED)
    log.info("password changed", account=credentials.account.id, address=request.state.address)
    return {"changed": True}


async def _authenticated(services: Services, login: str, password: str, address: str) -> Credentials:
    """Whose login and password these are. Raises UnauthenticatedError and RateLimitedError.

    Every attempt is as much work, whether there is such an account, and whether it is locked or disabled.
    """
    now = services.clock()
    # What can be no login is counted in one place, and cannot fill the table.
    place, subject = address_subject(address), f"login:{login if is_login(login) else '?'}"
    async with services.database.begin() as connection:
        wait = await count_for_address(connection, place, now)
        unlocked = wait is None and await count_for_subject(connection, subject, now)
        found = await find_credentials(connection, login) if is_login(login) else None
    if wait is not None:
        raise too_many(wait)
    closed = is_demo_login(login) and not services.demo
    usable = found if unlocked and not closed and found is not None and found.account.disabled_at is None else None
    kept = None if usable is None else usable.password_hash
    right = await services.passwords.verify(kept, password)
    if not right or usable is None or kept is None:
        # Without the login: people type their password there.
        known = None if found is None else found.account.id
        log.warning("sign-in refused", account=known, address=address, locked=not unlocked)
        raise UnauthenticatedError(REFUSED)
    return await _admitted(services, usable, kept, password, subject=subject, place=place, now=now)


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
