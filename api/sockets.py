"""Websockets (graphql-transport-ws): who is at the other end, for as long as it may be there, and what it may send.

A token comes in the `Authorization` header of the handshake or, for pages, which cannot set one, in the first message:
`{"type": "connection_init", "payload": {"authorization": "Bearer …"}}`.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

import anyio
from cross_web import HTTPException
from graphql import GraphQLError
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState
from strawberry.asgi import ASGIWebSocketAdapter
from strawberry.exceptions import ConnectionRejectionError
from strawberry.http.exceptions import WebSocketDisconnected
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import BaseGraphQLTransportWSHandler
from strawberry.subscriptions.protocols.graphql_transport_ws.types import Message, SubscribeMessage

from api.bearers import REFUSED_TOKEN, readers, viewer_of_token
from api.context import Context, Services
from api.errors import presented
from api.following import PER_ACCOUNT
from api.responses import refusal
from schema.access_records import Viewer
from stores.errors import JianduError, LimitExceededError, RateLimitedError, UnauthenticatedError
from stores.failed_sign_ins import address_subject

MAX_MESSAGE_BYTES: Final = 65_536
INTRODUCTION_PATIENCE: Final = timedelta(seconds=5)
"""How long whoever opens a websocket may take to say who it is."""
CHECKED_EVERY_SECONDS: Final = 5.0
"""How often it is asked again whether the token is still good, and means the same."""

_CLOSING_SECONDS: Final = 5.0
_LONGEST_ID: Final = 200
_LONGEST_REASON_BYTES: Final = 123

# Of graphql-transport-ws, and of RFC 6455.
_BAD_REQUEST, _FORBIDDEN, _INTERNAL, _TRY_AGAIN_LATER = 4400, 4403, 1011, 1013


class Caller:
    """Who is at the other end of one websocket. What its first message holds comes in `connection_params`."""

    def __init__(
        self,
        services: Services,
        address: str,
        viewer: Viewer | None,
        sent: Sequence[bytes],
        take_seat: Callable[[], None],
    ) -> None:
        """`sent` are the Authorization headers of the handshake, of which the viewer was read."""
        self.connection_params: Mapping[str, Any] = {}
        self._services = services
        self._address = address
        self._viewer = viewer
        self._sent = sent
        self._take_seat = take_seat

    @classmethod
    def of(cls, websocket: WebSocket) -> "Caller":
        """As the guard let it through."""
        state = websocket.state
        sent = [value for name, value in websocket.scope["headers"] if name == b"authorization"]
        return cls(state.services, state.address, getattr(state, "viewer", None), sent, state.take_seat)

    async def introduce(self) -> None:
        """Hear who it is, and give it a seat.

        Raises ConnectionRejectionError, whatever is wrong with its token, UnavailableError and LimitExceededError.
        """
        try:
            token = self.connection_params.get("authorization")
            if token is not None:
                # One token: of two, nobody could say which counts.
                if self._sent or not isinstance(token, str):
                    raise UnauthenticatedError(REFUSED_TOKEN)  # noqa: TRY301  refused below, as every other one is
                self._sent, self._viewer = [token.encode("latin-1", "replace")], None
                await self.check()
            if self._viewer is None:
                raise UnauthenticatedError(REFUSED_TOKEN)  # noqa: TRY301  the same
        except (UnauthenticatedError, RateLimitedError) as error:
            raise ConnectionRejectionError from error
        self._take_seat()

    async def check(self) -> None:
        """Ask whether the token is good and means what it meant. Raises UnauthenticatedError and others."""
        if self._sent:
            viewer = await viewer_of_token(readers(self._services), self._sent, self._address)
            if self._viewer is not None and viewer != self._viewer:
                raise UnauthenticatedError(REFUSED_TOKEN)
            self._viewer = viewer

    def fresh_context(self) -> Context:
        """The context of one operation, which is begun only after the introduction."""
        assert self._viewer is not None  # noqa: S101  a websocket that was not acknowledged is closed before
        return Context.fresh(self._services, self._viewer)

    @property
    def is_known(self) -> bool:
        """Whether it has said who it is."""
        return self._viewer is not None


class Socket(ASGIWebSocketAdapter):
    """Text out, and no more after the end."""

    async def send_json(self, message: Mapping[str, object]) -> None:
        """Send a message. Raises WebSocketDisconnected where nobody hears it any more."""
        if self.ws.application_state is WebSocketState.DISCONNECTED:
            raise WebSocketDisconnected
        try:
            await self.ws.send_text(self.view.encode_json_string(message))
        except (WebSocketDisconnect, RuntimeError) as error:
            # Starlette's RuntimeError: it was closed while we waited to send.
            raise WebSocketDisconnected from error

    async def close(self, code: int, reason: str) -> None:
        """Close, with as much of a reason as a frame holds."""
        await close_socket(self.ws, code, reason)


async def close_socket(websocket: WebSocket, code: int, reason: str) -> None:
    """Close a websocket that may be closed already."""
    if websocket.application_state is WebSocketState.DISCONNECTED:
        return
    shortened = reason.encode()[:_LONGEST_REASON_BYTES].decode(errors="ignore")
    try:
        await websocket.close(code, shortened)
    except (WebSocketDisconnect, RuntimeError):
        return  # the other end was quicker


class Conversation(BaseGraphQLTransportWSHandler[Any, None]):
    """The protocol, spoken with whoever may send anything."""

    async def handle_message(self, message: Message) -> None:
        """Handle a message that has the shape of one."""
        if not _well_formed(message):
            await self.handle_invalid_message("This is no message of graphql-transport-ws.")
            return
        await super().handle_message(message)

    async def handle_subscribe(self, message: SubscribeMessage) -> None:
        """Begin an operation, unless there are too many, begun and not ended, to hold any more of them."""
        if len(self.operations) < PER_ACCOUNT or not self.connection_acknowledged:
            await super().handle_subscribe(message)
            return
        error = LimitExceededError(
            f"You have {PER_ACCOUNT} subscriptions open, and no more are allowed. End one of them."
        )
        payload = [presented(GraphQLError("", original_error=error)).formatted]
        await self.send_message({"id": message["id"], "type": "error", "payload": payload})

    async def handle_task_exception(self, error: Exception) -> None:
        """Log what nobody expected, without its text, which may quote a record."""
        if not isinstance(error, WebSocketDisconnected):
            presented(GraphQLError("", original_error=error))


def _well_formed(message: Any) -> bool:
    if not isinstance(message, dict) or not isinstance(message.get("type"), str):
        return False
    if message["type"] not in {"subscribe", "complete"}:
        return True
    identity = message.get("id")
    if not isinstance(identity, str) or not 0 < len(identity) <= _LONGEST_ID:
        return False
    if message["type"] == "complete":
        return True
    payload = message.get("payload")
    return (
        isinstance(payload, dict)
        and isinstance(payload.get("query"), str)
        and isinstance(payload.get("variables"), dict | None)
        and isinstance(payload.get("operationName"), str | None)
    )


async def serve_socket(answer: Callable[..., Awaitable[object]], websocket: WebSocket) -> None:
    """Answer a websocket until either end has had enough, or its token is no longer good."""
    services: Services = websocket.state.services
    try:
        with services.following.socket(address_subject(websocket.state.address)) as take_seat:
            websocket.state.take_seat = take_seat
            await _serve_watched(answer, websocket)
    except LimitExceededError as error:
        await refusal(error)(websocket.scope, websocket.receive, websocket.send)


async def _serve_watched(answer: Callable[..., Awaitable[object]], websocket: WebSocket) -> None:
    caller = Caller.of(websocket)

    async def watch() -> None:
        code, reason = await _why_it_must_end(caller)
        with anyio.move_on_after(_CLOSING_SECONDS):
            await close_socket(websocket, code, reason)
            await anyio.sleep_forever()  # the answering ends by itself, and ends us
        tasks.cancel_scope.cancel()

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(watch)
        try:
            await answer(websocket, context=caller)
        except HTTPException:
            await close_socket(websocket, _BAD_REQUEST, "A message is a JSON object.")
        except WebSocketDisconnect:
            pass
        except Exception as error:  # noqa: BLE001  whatever it is, it must reach nobody unmasked
            await close_socket(websocket, *_ending(error))
        tasks.cancel_scope.cancel()


async def _why_it_must_end(caller: Caller) -> tuple[int, str]:
    """Wait until the token is no longer good, or nobody can say whether it is."""
    while True:
        await anyio.sleep(CHECKED_EVERY_SECONDS)
        if caller.is_known:
            try:
                await caller.check()
            except Exception as error:  # noqa: BLE001  whoever cannot be checked hears nothing more
                return _ending(error)


def _ending(error: Exception) -> tuple[int, str]:
    """With what a websocket is closed for an error."""
    if isinstance(error, UnauthenticatedError | RateLimitedError):
        return _FORBIDDEN, "Forbidden"
    if isinstance(error, JianduError):
        return _TRY_AGAIN_LATER, "Try again in a moment."
    shown = presented(GraphQLError("", original_error=error))
    return _INTERNAL, shown.message
