"""The real server on a port of its own, spoken to by a real websocket client."""

import json
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import anyio
import httpx
import uvicorn
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from api.app import Deployment, build_app
from api.context import Services
from api.following import Following
from commands.serve import server_config
from stores.keys import parse_key_ring
from stores.postgres import Database
from tests.conftest import TEST_KEY
from tests.hashers import CheapHasher
from tests.integration.search_corpus import now

Json = dict[str, Any]
PROGRESS = "subscription ($id: ID!) { feedRunProgress(id: $id) { run status rows inserted endedAt } }"
SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class Socket:
    """One end of a websocket that speaks graphql-transport-ws."""

    connection: ClientConnection

    async def send(self, message: Any) -> None:
        await self.connection.send(message if isinstance(message, str) else json.dumps(message))

    async def next(self) -> Json:
        with anyio.fail_after(SECONDS):
            text = await self.connection.recv()
        assert isinstance(text, str)
        message: Json = json.loads(text)
        return message

    async def introduce(self, token: str | None = None) -> None:
        payload = {} if token is None else {"authorization": f"Bearer {token}"}
        await self.send({"type": "connection_init", "payload": payload})

    async def introduced(self, token: str | None = None) -> "Socket":
        await self.introduce(token)
        assert await self.next() == {"type": "connection_ack"}
        return self

    async def subscribe(self, document: str = PROGRESS, name: str = "1", /, **variables: Any) -> None:
        payload = {"query": document, "variables": variables}
        await self.send({"id": name, "type": "subscribe", "payload": payload})

    async def state(self) -> Json:
        """The next state of the run that is followed."""
        message = await self.next()
        assert message["type"] == "next", message
        assert "errors" not in message["payload"], message
        state: Json = message["payload"]["data"]["feedRunProgress"]
        return state

    async def error(self) -> Json:
        """The one error with which an operation ends."""
        message = await self.next()
        if message["type"] == "next":
            assert message["payload"]["data"] is None
            (error,) = message["payload"]["errors"]
            assert (await self.next())["type"] == "complete"
        else:
            assert message["type"] == "error", message
            (error,) = message["payload"]
        assert isinstance(error, dict)
        return error

    async def code(self) -> str:
        return str((await self.error())["extensions"]["code"])

    async def closed(self) -> tuple[int, str]:
        """With what the other end closes, whatever it says before."""
        with anyio.fail_after(SECONDS), suppress(ConnectionClosed):
            async for _message in self.connection:
                pass
        await self.connection.wait_closed()
        return self.connection.close_code or 0, self.connection.close_reason or ""


@dataclass(slots=True)
class SocketServer:
    """A server that runs."""

    port: int
    server: uvicorn.Server
    http: httpx.AsyncClient

    @asynccontextmanager
    async def open(
        self,
        token: str | None = None,
        *,
        path: str = "/graphql",
        subprotocol: str = "graphql-transport-ws",
        called: str = "127.0.0.1",
        **headers: str,
    ) -> AsyncIterator[Socket]:
        """Open a websocket; `called` is the name that leads to this machine."""
        if token is not None:
            headers["authorization"] = f"Bearer {token}"
        async with connect(
            f"ws://{called}:{self.port}{path}",
            host="127.0.0.1",
            port=self.port,
            subprotocols=[subprotocol],  # type: ignore[list-item]  # a NewType of str
            additional_headers=headers,
            proxy=None,
            open_timeout=SECONDS,
        ) as connection:
            yield Socket(connection)

    @property
    def following(self) -> Following:
        """Who follows what."""
        services: Services = self.server.lifespan.state["services"]
        return services.following

    def end(self) -> None:
        """End the server, as a service manager does."""
        self.server.should_exit = True


@asynccontextmanager
async def socket_server(
    database: Database, *, open_locally: bool = False, clock: Callable[[], datetime] = now
) -> AsyncIterator[SocketServer]:
    """The application, served as `jiandu serve` serves it, from its start to its end."""

    @asynccontextmanager
    async def deploy() -> AsyncIterator[Deployment]:
        yield Deployment(database, None, clock, parse_key_ring(TEST_KEY), CheapHasher())

    app = build_app(deploy, open_locally=open_locally)
    server = uvicorn.Server(server_config(app))
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        async with (
            anyio.create_task_group() as tasks,
            httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=SECONDS) as http,
        ):
            tasks.start_soon(server.serve, [listening])
            with anyio.fail_after(SECONDS):
                while not server.started:  # noqa: ASYNC110  it tells nobody
                    await anyio.sleep(0.01)
            yield SocketServer(port, server, http)
            server.should_exit = True
