"""The ASGI application: GraphQL, health, who may call, and how much one request may send."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from cross_web import HTTPException
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.http import GraphQLHTTPResponse
from strawberry.types import ExecutionResult

from api.context import Context, Services
from api.errors import presented
from api.graphql_schema import schema
from stores.elastic import CaseIndex
from stores.errors import BadUserInputError, JianduError, LimitExceededError, UnauthenticatedError
from stores.index_status import index_status
from stores.migrating import require_newest
from stores.postgres import Database
from stores.search.elastic_engine import ElasticEngine
from stores.search.postgres_engine import PostgresEngine
from stores.search.seam import CaseSearch

MAX_BODY_BYTES = 1_000_000

_LOOPBACK_NAMES = frozenset({"127.0.0.1", "localhost", "[::1]"})
_UNAUTHORIZED = 401
_TOO_LARGE = 413
_NOT_READY = 503


@dataclass(frozen=True, slots=True)
class Deployment:
    """What a running program serves from."""

    database: Database
    index: CaseIndex | None
    clock: Callable[[], datetime]


class _GraphQL(GraphQL[Context, None]):
    """GraphQL over HTTP, with a context of its own for every request."""

    def __init__(self) -> None:
        super().__init__(schema, graphql_ide=None, allow_queries_via_get=False, subscription_protocols=())

    async def get_context(self, request: Request | WebSocket, response: Response | WebSocket) -> Context:
        del response
        return Context.fresh(request.state.services)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request; one that is no GraphQL request at all, too, in JSON and with a code."""
        request = Request(scope, receive)
        try:
            response = await self.run(request)
        except HTTPException as error:
            response = _error_response(BadUserInputError(error.reason), error.status_code)
        await response(scope, receive, send)

    async def process_result(self, request: Request, result: ExecutionResult) -> GraphQLHTTPResponse:
        """Present the errors of whatever stage they come from."""
        if result.errors:
            result.errors = [presented(error) for error in result.errors]
        return await super().process_result(request, result)

    def encode_json(self, data: object) -> bytes:
        return orjson.dumps(data)


class _Guard:
    """Answers nobody who may not call, and reads no more of a request than it may send."""

    def __init__(self, app: ASGIApp, *, open_locally: bool) -> None:
        self._app = app
        self._open_locally = open_locally

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in {"/livez", "/readyz"}:
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        if not self._open_locally or not _same_machine(headers):
            error = UnauthenticatedError(
                "Sign in with a token. Only the embedded database on a loopback address answers without one."
            )
            await _error_response(error, _UNAUTHORIZED)(scope, receive, send)
            return
        await self._app(scope, _limited(receive), send)


def _same_machine(headers: Mapping[bytes, bytes]) -> bool:
    """Whether a request names this machine, and comes from no page of another: a page elsewhere must not query for us."""
    host = headers.get(b"host", b"").decode("latin-1")
    origin = headers.get(b"origin", b"").decode("latin-1")
    if _without_port(host) not in _LOOPBACK_NAMES:
        return False
    return not origin or _without_port(origin.partition("://")[2]) in _LOOPBACK_NAMES


def _without_port(host: str) -> str:
    name, separator, port = host.rpartition(":")
    return name if separator and port.isdigit() else host


class _BodyTooLargeError(Exception):
    """A request sends more than it may."""


def _limited(receive: Receive) -> Receive:
    received = 0

    async def limited() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > MAX_BODY_BYTES:
            raise _BodyTooLargeError
        return message

    return limited


def _error_response(error: JianduError, status: int) -> JSONResponse:
    body = {
        "data": None,
        "errors": [{"message": error.message, "extensions": {"code": error.code, **error.extensions}}],
    }
    return JSONResponse(body, status_code=status)


def _too_large(_request: Request, _error: Exception) -> Response:
    return _error_response(LimitExceededError(f"A request holds at most {MAX_BODY_BYTES} bytes."), _TOO_LARGE)


async def _live(_request: Request) -> Response:
    return PlainTextResponse("ok\n")


async def _ready(request: Request) -> Response:
    """Ready while the record answers; without Elasticsearch searches go on, degraded."""
    deployment: Deployment = request.state.deployment
    report: dict[str, Any] = {"database": "ok", "elasticsearch": "not configured"}
    try:
        await require_newest(deployment.database)
    except JianduError as error:
        return JSONResponse({**report, "database": error.message}, status_code=_NOT_READY)
    if deployment.index is not None:
        try:
            status = await index_status(deployment.database, deployment.index, deployment.clock)
            report["elasticsearch"] = status.as_json()
        except JianduError as error:
            report["elasticsearch"] = error.message
    return JSONResponse(report)


def build_app(deploy: Callable[[], AbstractAsyncContextManager[Deployment]], *, open_locally: bool) -> Starlette:
    """The application; `deploy` opens what it serves from when it starts and closes it when it ends.

    `open_locally`: whoever calls from this machine is the administrator.
    """

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[dict[str, Any]]:
        async with deploy() as deployment:
            await require_newest(deployment.database)
            elastic = None if deployment.index is None else ElasticEngine(deployment.index)
            search = CaseSearch(PostgresEngine(deployment.database), elastic)
            yield {"deployment": deployment, "services": Services(deployment.database, search)}

    return Starlette(
        routes=[
            Route("/livez", _live),
            Route("/readyz", _ready),
            Route("/graphql", _GraphQL()),
        ],
        middleware=[Middleware(_Guard, open_locally=open_locally)],
        exception_handlers={_BodyTooLargeError: _too_large},
        lifespan=lifespan,
    )
