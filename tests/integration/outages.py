"""Ways in which a real Elasticsearch fails its searches, each of them ended in the end."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.elasticsearch_server import ElasticsearchServer


@dataclass(frozen=True, slots=True)
class Victim:
    """A server of the test's own, and what of it can be broken."""

    server: ElasticsearchServer
    http: httpx.AsyncClient
    alias: str
    index: str

    async def do(self, method: str, path: str, body: Any = None) -> None:
        """One request that must succeed."""
        answer = await self.http.request(method, f"{self.server.url}{path}", json=body)
        assert answer.is_success, answer.text

    async def point_alias(self, *indices: str) -> None:
        """Let the alias name these indices and no other."""
        actions = [{"remove": {"index": "*", "alias": self.alias}}]
        actions += [{"add": {"index": index, "alias": self.alias}} for index in indices]
        await self.do("POST", "/_aliases", {"actions": actions})


Outage = Callable[[Victim], AbstractAsyncContextManager[None]]


@asynccontextmanager
async def stopped(victim: Victim) -> AsyncIterator[None]:
    """Nothing listens where the server was."""
    victim.server.kill()
    try:
        yield
    finally:
        victim.server.restart()


@asynccontextmanager
async def hanging(victim: Victim) -> AsyncIterator[None]:
    """Connections are taken and kept, and nothing is answered."""
    victim.server.pause()
    try:
        yield
    finally:
        victim.server.resume()


@asynccontextmanager
async def _with_another_index(victim: Victim, definition: Any, *aliased: str) -> AsyncIterator[None]:
    other = f"{victim.alias}-other"
    await victim.do("PUT", f"/{other}?wait_for_active_shards=0", definition)
    try:
        await victim.point_alias(other, *aliased)
        yield
    finally:
        await victim.point_alias(victim.index)
        await victim.do("DELETE", f"/{other}")


_NOWHERE = {"settings": {"index.routing.allocation.require._name": "nowhere"}}


@asynccontextmanager
async def red(victim: Victim) -> AsyncIterator[None]:
    """No shard of the index is anywhere."""
    async with _with_another_index(victim, _NOWHERE):
        yield


@asynccontextmanager
async def half_red(victim: Victim) -> AsyncIterator[None]:
    """The shards with the documents are there, another is not: half an answer could be given."""
    async with _with_another_index(victim, _NOWHERE, victim.index):
        yield


@asynccontextmanager
async def refusing(victim: Victim) -> AsyncIterator[None]:
    """The index is mapped as no request of ours expects: each is called wrong."""
    async with _with_another_index(victim, {"mappings": {"properties": {"other": {"type": "keyword"}}}}):
        yield


@asynccontextmanager
async def without_index(victim: Victim) -> AsyncIterator[None]:
    """The alias names nothing."""
    await victim.point_alias()
    try:
        yield
    finally:
        await victim.point_alias(victim.index)


@asynccontextmanager
async def closed_index(victim: Victim) -> AsyncIterator[None]:
    """The index is closed."""
    await victim.do("POST", f"/{victim.index}/_close")
    try:
        yield
    finally:
        await victim.do("POST", f"/{victim.index}/_open")


@asynccontextmanager
async def unreadable(victim: Victim) -> AsyncIterator[None]:
    """Reading the index is forbidden."""
    await victim.do("PUT", f"/{victim.index}/_settings", {"index.blocks.read": True})
    try:
        yield
    finally:
        await victim.do("PUT", f"/{victim.index}/_settings", {"index.blocks.read": None})


@asynccontextmanager
async def overloaded(victim: Victim) -> AsyncIterator[None]:
    """There is no memory left for a request: 429."""
    await victim.do("PUT", "/_cluster/settings", {"persistent": {"indices.breaker.total.limit": "1b"}})
    try:
        yield
    finally:
        await victim.do("PUT", "/_cluster/settings", {"persistent": {"indices.breaker.total.limit": None}})


@dataclass
class Silence:
    """A server that takes every connection and never answers; counts who waits."""

    url: str = ""
    waiting: int = 0
    most: int = 0
    came: int = 0
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Listen until the other side goes."""
        self.came += 1
        self.waiting += 1
        self.most = max(self.most, self.waiting)
        try:
            await reader.read(-1)
        finally:
            writer.close()
            self.waiting -= 1
            async with self._changed:
                self._changed.notify_all()

    async def left(self) -> None:
        """Wait until nobody waits any more."""
        async with self._changed:
            await asyncio.wait_for(self._changed.wait_for(lambda: self.waiting == 0), 5)


@asynccontextmanager
async def silence() -> AsyncIterator[Silence]:
    """A server of this kind on a port of its own."""
    silent = Silence()
    server = await asyncio.start_server(silent.serve, "127.0.0.1", 0)
    async with server:
        silent.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        yield silent


@asynccontextmanager
async def gateway(status: int) -> AsyncIterator[str]:
    """A proxy that answers for the server behind it, in words of its own; the address of it."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        page = b"<html>The gateway says no.</html>"
        head = f"HTTP/1.1 {status} No\r\ncontent-type: text/html\r\ncontent-length: {len(page)}\r\nconnection: close"
        writer.write(f"{head}\r\n\r\n".encode() + page)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
