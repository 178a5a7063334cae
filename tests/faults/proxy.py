"""A proxy before the real Elasticsearch: it hands on every byte, and at a chosen request it waits or cuts the line."""

import asyncio
import re
import threading
from collections.abc import AsyncIterator
from concurrent.futures import Future
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from enum import Enum
from types import TracebackType
from typing import NamedTuple, Self
from urllib.parse import urlsplit

BULK = "POST /_bulk"
"""The kind of request by which documents are written."""

_SECONDS = 30.0
_HEAD_END = b"\r\n\r\n"
_LINE_END = b"\r\n"


class Way(Enum):
    """Which of the two ways of an exchange a trap lies on."""

    REQUEST = "request"
    ANSWER = "answer"


class Message(NamedTuple):
    """A request or an answer as it came, and its first line in words."""

    start: list[str]
    raw: bytes

    @property
    def half(self) -> bytes:
        """Its first half."""
        return self.raw[: len(self.raw) // 2]


@dataclass(eq=False)
class Trap:
    """Waits for the next request of a kind, and stops it or its answer half-way between client and server.

    `kind` is a regular expression for the method and the path, `part` some bytes of the request.
    """

    kind: str
    part: bytes
    way: Way
    cuts: bool
    _sprung: threading.Event = field(default_factory=threading.Event)
    _goes_on: "Future[bool]" = field(default_factory=Future)
    _answer: "Future[bytes]" = field(default_factory=Future)

    def matches(self, request: Message) -> bool:
        """Whether a request is of the kind, nothing was caught yet, and something shall be."""
        method, target = request.start[:2]
        return (
            not self._sprung.is_set()
            and not self._goes_on.done()
            and re.fullmatch(self.kind, f"{method} {urlsplit(target).path}") is not None
            and self.part in request.raw
        )

    def wait(self) -> None:
        """Wait until it has caught something."""
        assert self.has_caught(_SECONDS), f"no {self.kind} came within {_SECONDS} s"

    def has_caught(self, seconds: float) -> bool:
        """Whether it has caught something, or does so in time."""
        return self._sprung.wait(seconds)

    def release(self) -> None:
        """Let what it caught go on its way, whether or not anybody waits; what caught nothing does so no more."""
        self._decide(goes_on=True)

    def answer(self) -> bytes:
        """Wait for the server's answer to what was released, which the client may never see."""
        return self._answer.result(_SECONDS)

    def drop(self) -> None:
        """Lose what it caught, and the connection with it; what caught nothing does so no more."""
        self._decide(goes_on=False)

    def _decide(self, *, goes_on: bool) -> None:
        if not self._goes_on.done():
            self._goes_on.set_result(goes_on)

    def answered(self, answer: bytes) -> None:
        """Take note of the server's answer."""
        self._answer.set_result(answer)

    async def spring(self) -> bool:
        """Hold what was caught until it is decided whether it goes on."""
        self._sprung.set()
        return False if self.cuts else await asyncio.wrap_future(self._goes_on)


class _LineCutError(ConnectionError):
    """This exchange ends here."""


class Proxy:
    """Listens on a port of its own, from `with` to its end."""

    def __init__(self, upstream: str) -> None:
        """Choose the server; nothing listens yet."""
        address = urlsplit(upstream)
        self._upstream = (address.hostname or "", address.port or 0)
        self._traps: list[Trap] = []
        self._thread = threading.Thread(target=lambda: asyncio.run(self._listen()), name="proxy")
        self._listening: Future[str] = Future()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._end: asyncio.Event | None = None
        self._connections: set[asyncio.Task[None]] = set()
        self.answer_delay_seconds = 0.0
        """How long every answer is kept back: a server that is slow."""

    def __enter__(self) -> Self:
        """Listen."""
        self._thread.start()
        self._listening.result(_SECONDS)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close every connection."""
        assert self._loop is not None
        assert self._end is not None
        self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join()

    @property
    def url(self) -> str:
        """What a client takes for the server's address."""
        return self._listening.result(_SECONDS)

    def hold(self, kind: str, way: Way, *, part: str = "") -> Trap:
        """Hold the next request of a kind before it reaches the server, or its answer before it reaches the client."""
        return self._set(Trap(kind, part.encode(), way, cuts=False))

    def cut(self, kind: str, way: Way, *, part: str = "") -> Trap:
        """Hand on half of the next request of a kind, or half of its answer, and cut the line."""
        return self._set(Trap(kind, part.encode(), way, cuts=True))

    def clear(self) -> None:
        """Hand on everything from now on, and what was held."""
        self.answer_delay_seconds = 0.0
        traps, self._traps = self._traps, []
        for trap in traps:
            trap.release()

    def _set(self, trap: Trap) -> Trap:
        self._traps.append(trap)
        return trap

    async def _listen(self) -> None:
        self._loop, self._end = asyncio.get_running_loop(), asyncio.Event()
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        self._listening.set_result(f"http://127.0.0.1:{port}")
        await self._end.wait()
        server.close()
        for connection in list(self._connections):
            connection.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        try:
            async with _closing(writer):
                upstream_reader, upstream_writer = await asyncio.open_connection(*self._upstream)
                async with _closing(upstream_writer):
                    while True:
                        request = await _read_message(reader)
                        trap = self._trap(request, Way.REQUEST)
                        await self._hand_on(request, upstream_writer, trap)
                        answer = await _read_message(upstream_reader, bodiless=request.start[0] == "HEAD")
                        if trap is not None:
                            trap.answered(answer.raw)
                        await asyncio.sleep(self.answer_delay_seconds)
                        await self._hand_on(answer, writer, self._trap(request, Way.ANSWER))
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            # Either side is gone, or the line was cut: the other one finds its connection closed.
            pass
        finally:
            self._connections.discard(task)

    def _trap(self, request: Message, way: Way) -> Trap | None:
        return next((trap for trap in list(self._traps) if trap.way is way and trap.matches(request)), None)

    async def _hand_on(self, message: Message, writer: asyncio.StreamWriter, trap: Trap | None) -> None:
        if trap is not None:
            if trap.cuts:
                writer.write(message.half)
                await writer.drain()
            if not await trap.spring():
                raise _LineCutError
        writer.write(message.raw)
        await writer.drain()


@asynccontextmanager
async def _closing(writer: asyncio.StreamWriter) -> AsyncIterator[None]:
    try:
        yield
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


async def _read_message(reader: asyncio.StreamReader, *, bodiless: bool = False) -> Message:
    """Read one request or answer to its end."""
    head = await reader.readuntil(_HEAD_END)
    start, *lines = head.decode("latin-1").removesuffix("\r\n\r\n").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    body = b""
    if not bodiless and headers.get("transfer-encoding") == "chunked":
        body = await _read_chunks(reader)
    elif not bodiless:
        body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Message(start.split(" "), head + body)


async def _read_chunks(reader: asyncio.StreamReader) -> bytes:
    """Read the chunks of a body as they are framed."""
    body = bytearray()
    while True:
        size = await reader.readuntil(_LINE_END)
        body += size + await reader.readexactly(int(size, 16) + len(_LINE_END))
        if int(size, 16) == 0:
            return bytes(body)
