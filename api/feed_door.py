"""The feed's door (报送接口): `PUT /feeds/{agency}/{name}` takes a file of an agency's machine, in one part or many.

`curl -T FILE` sends a file, `curl -C OFFSET -T FILE` the rest of it (`Content-Range`), and HEAD tells the offset. Once
the file is whole it is loaded, even if the sender has gone, and what `feed load --json` prints is the answer.
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import partial
from typing import Final, Protocol

import anyio
import anyio.to_thread
import orjson
import structlog
from graphql import GraphQLError
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Scope

from api.errors import presented
from api.feed_headers import ContentRange, Digests, content_range, digests
from api.feed_names import address_parts, is_called
from schema.access_records import EVERYTHING, Viewer
from schema.access_vocabularies import AuditAction, Permission
from schema.audit_records import Deed
from stores.audit_trail import caller_of, write_entries
from stores.errors import (
    BadUserInputError,
    ForbiddenError,
    JianduError,
    LimitExceededError,
    UnauthenticatedError,
    UnavailableError,
)
from stores.feed_deliveries import Delivery, SendingAgency, sending_agency
from stores.feed_spool import FeedSpool, Progress, Upload
from stores.postgres import Database

HTTP_STATUS: Final = {0: 200, 1: 422, 2: 400}
"""Of the exit statuses of `feed load`: all rows accepted, some rejected (the others are kept), a file not readable."""

_OFFSET: Final = "Upload-Offset"
_LENGTH: Final = "Upload-Length"
_WRITE_BYTES: Final = 1024 * 1024
_CREATED, _BAD_REQUEST, _UNAUTHORIZED, _FORBIDDEN, _NOT_FOUND = 201, 400, 401, 403, 404
_TIMED_OUT, _CONFLICT, _LENGTH_REQUIRED, _TOO_LARGE, _WRONG_TYPE, _INTERNAL, _UNAVAILABLE = (
    408,
    409,
    411,
    413,
    415,
    500,
    503,
)
_STATUS_OF_CODE: Final = {BadUserInputError.code: _BAD_REQUEST, LimitExceededError.code: _TOO_LARGE}

log = structlog.get_logger()


class FeedLoader(Protocol):
    """Loads a file that came through the door, as `feed load --agency` does; the program's commands have one."""

    async def __call__(
        self, upload: Upload, *, agency: SendingAgency, viewer: Viewer, sha256: bytes, again: bool
    ) -> Delivery:
        """Load it, or answer what was answered before unless it is to be loaded `again`; either is on the audit trail.

        Goes on when the caller is cancelled, and in any case releases the upload in the end. Raises JianduError.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedDoor:
    """What the door works with. Patience, in seconds: for a sender's next byte, and for another request's end."""

    database: Database
    spool: FeedSpool
    load: FeedLoader
    sender_patience: float = 60.0
    turn_patience: float = 90.0


class _RefusedError(Exception):
    """A request that is answered with an error, and perhaps with how far the file has come."""

    def __init__(self, status: int, error: JianduError, **headers: str) -> None:
        super().__init__(error.message)
        self.status = status
        self.error = error
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


class _NotFoundError(JianduError):
    """Nothing of this address is the caller's."""

    code = "NOT_FOUND"


class _ConflictError(JianduError):
    """A part does not join what is there."""

    code = "CONFLICT"


def is_feed(scope: Scope) -> bool:
    """Whether a request sends a feed, which may be longer than others."""
    method: str = scope["method"]
    path: str = scope["path"]
    return method == "PUT" and path.startswith("/feeds/")


async def answer_at_door(request: Request) -> Response:
    """Answer a PUT or a HEAD of a feed's address."""
    try:
        return await _answer(request)
    except ClientDisconnect:
        return Response(status_code=_BAD_REQUEST)  # nobody is there to read it
    except _RefusedError as refused:
        return _error_answer(refused.status, refused.error, refused.headers)
    except JianduError as error:
        return _error_answer(_STATUS_OF_CODE.get(error.code, _UNAVAILABLE), error)
    except asyncio.CancelledError:
        # A server that ends cancels the requests that outlast its grace, and still sends what they answer.
        return _error_answer(
            _UNAVAILABLE, UnavailableError("The server is ending. Send the file again: nothing of it is stored twice.")
        )
    except Exception as error:  # noqa: BLE001  whatever it is, it must reach nobody unmasked
        masked = presented(GraphQLError("", original_error=error))
        return _error_answer(_INTERNAL, JianduError(masked.message))


def _error_answer(status: int, error: JianduError, headers: dict[str, str] | None = None) -> Response:
    body = orjson.dumps({"error": {"code": error.code, "message": error.message}}, option=orjson.OPT_APPEND_NEWLINE)
    return Response(body, status_code=status, media_type="application/json", headers=headers)


async def _answer(request: Request) -> Response:
    viewer: Viewer | None = getattr(request.state, "viewer", None)
    door: FeedDoor | None = request.state.door
    if viewer is None:
        raise _RefusedError(_UNAUTHORIZED, UnauthenticatedError("Send the agency's key as a bearer token."))
    if not viewer.may(Permission.LOAD_FEEDS) or viewer.account.agency_id is None:
        if door is not None:
            deed = Deed(action=AuditAction.LOAD, operation="PUT /feeds", detail={"refused": ForbiddenError.code})
            async with door.database.begin() as connection:
                await write_entries(connection, caller_of(viewer), [deed])
        raise _RefusedError(_FORBIDDEN, ForbiddenError("Only the key of an agency's machine sends feeds."))
    called, name = address_parts(request.scope["raw_path"])
    if door is None:
        raise _RefusedError(_NOT_FOUND, _NotFoundError("This server takes no feeds."))
    async with door.database.acting(EVERYTHING).begin() as connection:
        agency = await sending_agency(connection, viewer.account.agency_id)
    if not is_called(agency, called):
        raise _RefusedError(_NOT_FOUND, _NotFoundError("This key sends no feeds of an agency of that name."))
    if request.method == "HEAD":
        progress = door.spool.progress(viewer.account.id, agency.id, name)
        return Response(status_code=_NOT_FOUND if progress is None else 204, headers=_told(progress))
    return await _Sending(door, request, viewer, agency, name).take()


def _told(progress: Progress | None) -> dict[str, str]:
    """How far a file has come, in headers."""
    if progress is None:
        return {_OFFSET: "0", "Cache-Control": "no-store"}
    return {_OFFSET: str(progress.offset), _LENGTH: str(progress.total), "Cache-Control": "no-store"}


@dataclass(frozen=True, slots=True)
class _Sending:
    """One request that sends a file, or a part of one."""

    door: FeedDoor
    request: Request
    viewer: Viewer
    agency: SendingAgency
    name: str

    async def take(self) -> Response:
        """Take the part; load the file if it is whole now."""
        part = self._part()
        expected = digests(self.request.headers)
        if part.total > self.door.spool.max_bytes:
            raise LimitExceededError(
                f"A feed has at most {self.door.spool.max_bytes:,} bytes. Send it in several files."
            )
        upload = await self._claim()
        kept = False
        try:
            await self._receive(upload, part, expected)
            if part.end < part.total:
                return Response(status_code=_CREATED, headers=_told(Progress(offset=part.end, total=part.total)))
            digest = await anyio.to_thread.run_sync(upload.sha256)
            if expected.whole not in {None, digest}:
                await anyio.to_thread.run_sync(upload.cut, 0)
                raise BadUserInputError("The file is not what Repr-Digest says. Send all of it again.")
            loading = self.door.load(
                upload,
                agency=self.agency,
                viewer=self.viewer,
                sha256=digest,
                again="no-cache" in self.request.headers.get("cache-control", ""),
            )
            kept = True  # by the loader, which releases it
            return _answered(await loading)
        finally:
            if not kept:
                upload.release(forget=False)

    def _part(self) -> ContentRange:
        """Which bytes of the file are sent. Raises _RefusedError and BadUserInputError."""
        headers = self.request.headers
        if headers.get("content-encoding", "identity") != "identity":
            error = BadUserInputError("Send the file as it is; a .gz is unpacked without Content-Encoding.")
            raise _RefusedError(_WRONG_TYPE, error)
        length = headers.get("content-length", "")
        if not (length.isascii() and length.isdigit() and len(length) < 20):  # noqa: PLR2004  what 64 bits hold
            raise _RefusedError(_LENGTH_REQUIRED, BadUserInputError("Say in Content-Length how long the file is."))
        return content_range(headers.get("content-range"), int(length))

    async def _claim(self) -> Upload:
        claim = partial(self.door.spool.claim, self.viewer.account.id, self.agency.id, self.name)
        with anyio.move_on_after(self.door.turn_patience):
            while (upload := await anyio.to_thread.run_sync(claim)) is None:  # noqa: ASYNC110  see below
                await anyio.sleep(0.1)  # another process may hold it, which tells nobody of its end
            return upload
        error = _ConflictError("Another request sends this file, or it is being loaded. Ask again in a minute.")
        progress = self.door.spool.progress(self.viewer.account.id, self.agency.id, self.name)
        raise _RefusedError(_CONFLICT, error, Retry_After="60", **_told(progress))

    async def _receive(self, upload: Upload, part: ContentRange, expected: Digests) -> None:
        """Put what is sent behind what is there, to the last byte that came. Raises _RefusedError, ClientDisconnect."""
        if part.start == 0:
            self.door.spool.require_room(self.viewer.account.id, self.agency.id, self.name, part.total)
            await anyio.to_thread.run_sync(upload.begin, part.total)
        else:
            progress = upload.progress() or Progress(offset=0, total=part.total)
            if (progress.offset, progress.total) != (part.start, part.total):
                error = _ConflictError(f"This part does not join: {_OFFSET} says where to go on.")
                raise _RefusedError(_CONFLICT, error, **_told(progress if progress.total == part.total else None))
            await anyio.to_thread.run_sync(upload.go_on)
        at, content = part.start, expected.of_content()
        try:
            async for data in _gathered(self.request, self.door.sender_patience):
                if at + len(data) > part.end:
                    raise BadUserInputError("More bytes came than Content-Length says.")
                await anyio.to_thread.run_sync(upload.write, data)
                content.update(data)
                at += len(data)
        finally:
            with anyio.CancelScope(shield=True):
                await anyio.to_thread.run_sync(upload.sync)
        if at != part.end:
            raise ClientDisconnect
        if expected.content not in {None, content.digest()}:
            await anyio.to_thread.run_sync(upload.cut, part.start)
            raise _RefusedError(
                _BAD_REQUEST,
                BadUserInputError("What came is not what Content-Digest says. Send it again."),
                **_told(Progress(offset=part.start, total=part.total)),
            )


async def _gathered(request: Request, patience: float) -> AsyncIterator[bytes]:
    """The body, in pieces worth a write; what came before the sender went away, too, and then ClientDisconnect."""
    pieces: list[bytes] = []
    size = 0
    try:
        stream = request.stream()
        while True:
            with anyio.fail_after(patience):
                data = await anext(stream, None)
            if data is None:
                break
            pieces.append(data)
            size += len(data)
            if size >= _WRITE_BYTES:
                yield b"".join(pieces)
                pieces, size = [], 0
    except ClientDisconnect:
        yield b"".join(pieces)
        raise
    except TimeoutError as error:
        yield b"".join(pieces)
        raise _RefusedError(
            _TIMED_OUT, BadUserInputError("Nothing came for too long. Go on where HEAD says.")
        ) from error
    yield b"".join(pieces)


def _answered(delivery: Delivery) -> Response:
    single = delivery.answer.count("\n") == 1
    return Response(
        delivery.answer,
        status_code=HTTP_STATUS[delivery.exit_status],
        media_type="application/json" if single else "application/x-ndjson",
        headers={"Cache-Control": "no-store"},
    )
