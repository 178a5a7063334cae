"""The ASGI application: GraphQL, health, who may call, and how much one request may send."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from ipaddress import IPv4Network, IPv6Network
from typing import Any

import anyio
import orjson
from cross_web import HTTPException
from graphql import GraphQLError
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.http import GraphQLHTTPResponse
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.types import ExecutionResult
from strawberry.types.unset import UNSET, UnsetType

from api.context import Context, Services
from api.errors import presented
from api.feed_door import FeedDoor, answer_at_door
from api.following import Following
from api.graphql_schema import schema
from api.guard import GRAPHQL_PATH, MAX_BODY_BYTES, BodyTooLargeError, Guard
from api.measure_documents import measure_document
from api.permalinks import anomaly_permalink
from api.responses import body_response, error_response
from api.sign_in import sign_in_routes
from api.sockets import INTRODUCTION_PATIENCE, Caller, Conversation, Socket, serve_socket
from schema.access_records import Scope as AccessScope
from stores.accounts import find_local_administrator
from stores.bearer_tokens import BearerTokens
from stores.elastic import CaseIndex
from stores.errors import BadUserInputError, JianduError, LimitExceededError
from stores.index_status import index_status
from stores.index_versions import IndexVersions
from stores.keys import KeyRing
from stores.migrating import require_newest
from stores.passwords import Hasher, Passwords, standard_hasher
from stores.postgres import Database
from stores.search.availability import Availability
from stores.search.case_search import CaseSearch
from supervision.calendars import state_council_calendar
from supervision.law_files import law_values
from supervision.laws import Law
from supervision.thresholds.judge import judge_thresholds

# Whoever asks for health has little patience, and takes no answer for an ill one: two seconds for both together.
_ANSWER_SECONDS = 1.2
_STATUS_SECONDS = 0.5

_BAD_REQUEST = 400
_WRONG_METHOD = 405
_TOO_LARGE = 413
_WRONG_TYPE = 415
_INTERNAL = 500
_NOT_READY = 503


@dataclass(frozen=True, slots=True)
class Deployment:
    """What a running program serves from."""

    database: Database
    index: CaseIndex | None
    clock: Callable[[], datetime]
    keys: KeyRing
    hasher: Hasher = field(default_factory=standard_hasher)
    demo: bool = False
    door: FeedDoor | None = None
    """Where agencies send their feeds; None: they cannot."""


class _GraphQL(GraphQL[Context | Caller, None]):
    """GraphQL over HTTP, with a context of its own for every request, and subscriptions over websockets."""

    websocket_adapter_class = Socket
    graphql_transport_ws_handler_class = Conversation

    def __init__(self) -> None:
        super().__init__(
            schema,
            graphql_ide=None,
            allow_queries_via_get=False,
            subscription_protocols=(GRAPHQL_TRANSPORT_WS_PROTOCOL,),
            connection_init_wait_timeout=INTRODUCTION_PATIENCE,
        )

    async def get_context(self, request: Request | WebSocket, response: Response | WebSocket) -> Context | Caller:
        if isinstance(response, WebSocket):
            return Caller.of(response)
        return Context.fresh(request.state.services, request.state.viewer)

    async def on_ws_connect(self, context: Context | Caller) -> UnsetType:
        assert isinstance(context, Caller)  # noqa: S101  see get_context
        await context.introduce()
        nothing_to_say: UnsetType = UNSET
        return nothing_to_say

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request; one that is no GraphQL request at all, too, in JSON and with a code."""
        if scope["type"] == "websocket":
            await serve_socket(self.run, WebSocket(scope, receive, send))
            return
        request = Request(scope, receive)
        response: Response
        try:
            _require_json_by_post(request)
            response = await self.run(request)
        except HTTPException as error:
            response = error_response(BadUserInputError(error.reason), error.status_code)
        except BodyTooLargeError:
            response = error_response(
                LimitExceededError(f"A request holds at most {MAX_BODY_BYTES} bytes."), _TOO_LARGE
            )
        except ClientDisconnect:
            return
        except Exception as error:  # noqa: BLE001  whatever it is, it must reach nobody unmasked
            response = body_response(presented(GraphQLError("", original_error=error)), _INTERNAL)
        await response(scope, receive, send)

    async def process_result(self, request: Request, result: ExecutionResult) -> GraphQLHTTPResponse:
        """Present the errors of whatever stage they come from."""
        if result.errors:
            result.errors = [presented(error) for error in result.errors]
        return await super().process_result(request, result)

    def decode_json(self, data: str | bytes) -> object:
        # Knows no half characters, no NaN and no nesting without end, none of which PostgreSQL or we could use.
        decoded: object = orjson.loads(data)
        if not isinstance(decoded, dict | list):
            raise HTTPException(_BAD_REQUEST, "A request is a JSON object with `query` and `variables`.")
        return decoded

    def encode_json(self, data: object) -> bytes:
        return orjson.dumps(data)


def _require_json_by_post(request: Request) -> None:
    if request.method != "POST":
        raise HTTPException(_WRONG_METHOD, "Send the query by POST.")
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise HTTPException(_WRONG_TYPE, "Send the query as application/json: an object with `query` and `variables`.")


async def _live(_request: Request) -> Response:
    return PlainTextResponse("ok\n")


async def _ready(request: Request) -> Response:
    """Ready while the record answers; without Elasticsearch searches go on, degraded."""
    deployment: Deployment = request.state.deployment
    services: Services = request.state.services
    report: dict[str, Any] = {"database": "ok", "elasticsearch": "not configured"}
    try:
        await require_newest(deployment.database)
    except JianduError as error:
        return JSONResponse({**report, "database": error.message}, status_code=_NOT_READY)
    if deployment.index is not None and services.search.availability is not None:
        report |= await _search_report(deployment, deployment.index, services.search.availability)
    return Response(orjson.dumps(report), media_type="application/json")


async def _search_report(deployment: Deployment, index: CaseIndex, availability: Availability) -> dict[str, Any]:
    """How the index stands and who answers the searches, in bounded time."""
    answers = False
    with anyio.move_on_after(_ANSWER_SECONDS):
        answers = await _answers(index, availability)
    standing = await index_status(deployment.database, index, deployment.clock, patience_seconds=_STATUS_SECONDS)
    return {
        "elasticsearch": standing.as_json(),
        "searches": {"degraded": not answers, "circuit": availability.circuit},
    }


async def _answers(index: CaseIndex, availability: Availability) -> bool:
    """Whether Elasticsearch answers, found out as a search does: where nobody searches, this closes the circuit."""
    try:
        await availability.attempt(partial(index.search, {"size": 0, "track_total_hits": False}))
    except JianduError:
        return False
    return True


def build_app(
    deploy: Callable[[], AbstractAsyncContextManager[Deployment]],
    *,
    open_locally: bool,
    proxies: Sequence[IPv4Network | IPv6Network] = (),
) -> Starlette:
    """The application; `deploy` opens what it serves from when it starts and closes it when it ends.

    `open_locally`: whoever calls from this machine is the administrator. `proxies` are believed about who calls.
    """

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[dict[str, Any]]:
        async with deploy() as deployment:
            await require_newest(deployment.database)
            search = CaseSearch(deployment.database, deployment.index)
            services = Services(
                deployment.database.acting(AccessScope()),
                search,
                clock=deployment.clock,
                law=Law(law_values(), thresholds=judge_thresholds),
                calendar=state_council_calendar(),
                passwords=Passwords(deployment.hasher),
                tokens=BearerTokens(deployment.keys),
                versions=IndexVersions(deployment.index),
                following=Following(deployment.database),
                demo=deployment.demo,
            )
            async with deployment.database.begin() as connection:
                local_administrator = await find_local_administrator(connection)
            async with services.following.listening():
                yield {
                    "deployment": deployment,
                    "services": services,
                    "local_administrator": local_administrator,
                    "door": deployment.door,
                }

    graphql = _GraphQL()
    return Starlette(
        routes=[
            Route("/livez", _live),
            Route("/readyz", _ready),
            Route(GRAPHQL_PATH, graphql),
            WebSocketRoute(GRAPHQL_PATH, graphql),
            Route("/anomalies/{id}", anomaly_permalink),
            Route("/measures/{id}.docx", measure_document),
            Route("/feeds/{rest:path}", answer_at_door, methods=["HEAD", "PUT"]),
            *sign_in_routes(),
        ],
        middleware=[Middleware(Guard, open_locally=open_locally, proxies=tuple(proxies))],
        lifespan=lifespan,
    )
