"""Who may call: every request has a viewer before anything else sees it, and sends no more than it may."""

from collections.abc import Iterable, Mapping, Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import Any, Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocketClose

from api.bearers import readers, viewer_of_token
from api.feed_door import is_feed
from api.responses import refusal
from schema.access_records import Account, Viewer
from stores.errors import UnauthenticatedError
from supervision.access import viewer_of

MAX_BODY_BYTES = 1_000_000
GRAPHQL_PATH: Final = "/graphql"

NOT_SIGNED_IN: Final = (
    "Sign in for a token (POST /sign-in) and send it as `Authorization: Bearer …`. Only the embedded database on a "
    "loopback address answers without one."
)
LOCAL_PURPOSE: Final = "本机管理"
"""What whoever calls from this machine without a token is taken to call for."""

_HEALTH: Final = frozenset({"/livez", "/readyz"})
_WITHOUT_TOKEN: Final = frozenset({"/sign-in", "/password"})
_LOOPBACK_NAMES: Final = frozenset({"127.0.0.1", "localhost", "[::1]"})


class Guard:
    """Answers nobody who may not call, and reads no more of a request than it may send.

    Puts `viewer` and `address` into the request's state; `viewer` is missing where one is about to sign in.
    """

    def __init__(self, app: ASGIApp, *, open_locally: bool, proxies: Sequence[IPv4Network | IPv6Network] = ()) -> None:
        """Guard an application; see `api.app.build_app`."""
        self._app = app
        self._open_locally = open_locally
        self._proxies = proxies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request or hand it on."""
        if scope["type"] == "websocket":
            await self._guard_socket(scope, receive, send)
            return
        if scope["type"] != "http" or scope["path"] in _HEALTH:
            await self._app(scope, receive, send)
            return
        state: dict[str, Any] = scope["state"]
        state["address"] = client_address(scope, self._proxies)
        if scope["path"] not in _WITHOUT_TOKEN:
            try:
                state["viewer"] = await self._viewer(scope)
            except Exception as error:  # noqa: BLE001  whatever it is, it must reach nobody unmasked
                await refusal(error)(scope, receive, send)
                return
        await self._app(scope, receive if is_feed(scope) else _limited(receive), send)

    async def _guard_socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand a websocket on that may be opened; its `viewer` is missing where it has yet to say who calls.

        A page cannot set the headers of a websocket: it sends its token in the first message (`api.sockets`).
        """
        if scope["path"] != GRAPHQL_PATH:
            # Before it is accepted, which is answered 403.
            await WebSocketClose()(scope, receive, send)
            return
        state: dict[str, Any] = scope["state"]
        state["address"] = client_address(scope, self._proxies)
        headers = dict(scope["headers"])
        if b"authorization" in headers or (self._open_locally and _same_machine(headers)):
            try:
                state["viewer"] = await self._viewer(scope)
            except Exception as error:  # noqa: BLE001  whatever it is, it must reach nobody unmasked
                await refusal(error)(scope, receive, send)
                return
        await self._app(scope, receive, send)

    async def _viewer(self, scope: Scope) -> Viewer:
        """Who calls. Raises UnauthenticatedError."""
        state = scope["state"]
        sent = [value for name, value in scope["headers"] if name == b"authorization"]
        if sent:
            return await viewer_of_token(readers(state["services"]), sent, state["address"])
        if not self._open_locally or not _same_machine(dict(scope["headers"])):
            raise UnauthenticatedError(NOT_SIGNED_IN)
        account: Account = state["local_administrator"]
        return viewer_of(account, (), highest=False, session_id=None, purpose=LOCAL_PURPOSE, address=state["address"])


def client_address(scope: Scope, proxies: Sequence[IPv4Network | IPv6Network]) -> str:
    """From where a request comes; what X-Forwarded-For says of it counts as far as trusted proxies wrote it."""
    client = scope.get("client")
    address = str(client[0]) if client else "?"
    forwarded = b",".join(value for name, value in scope["headers"] if name == b"x-forwarded-for")
    hops = [hop.strip() for hop in forwarded.decode("latin-1").split(",") if hop.strip()]
    while hops and _within(address, proxies):
        try:
            address = str(ip_address(hops.pop()))
        except ValueError:
            break
    return address


def _within(address: str, networks: Iterable[IPv4Network | IPv6Network]) -> bool:
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    return any(parsed in network for network in networks)


def _same_machine(headers: Mapping[bytes, bytes]) -> bool:
    """Whether a request names this machine and comes from no page of another, which must not query in our name."""
    host = headers.get(b"host", b"").decode("latin-1")
    origin = headers.get(b"origin", b"").decode("latin-1")
    if _without_port(host) not in _LOOPBACK_NAMES:
        return False
    return not origin or _without_port(origin.partition("://")[2]) in _LOOPBACK_NAMES


def _without_port(host: str) -> str:
    name, separator, port = host.rpartition(":")
    return name if separator and port.isdigit() else host


class BodyTooLargeError(Exception):
    """A request sends more than it may."""


def _limited(receive: Receive) -> Receive:
    received = 0

    async def limited() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > MAX_BODY_BYTES:
            raise BodyTooLargeError
        return message

    return limited
