"""A TCP proxy that spoils chosen requests, on real sockets and in a thread of its own."""

from __future__ import annotations

import asyncio
import re
import socket
import struct
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from anyio.from_thread import BlockingPortal

_Pieces = AsyncGenerator[tuple[bytes, bytes], None]
"""The pieces of a response: bytes of the body, and the same with all that frames them."""
_END = b"\r\n\r\n"
_LARGEST = 2**24


@dataclass(frozen=True)
class Answer:
    """A whole response of the server."""

    head: bytes
    """Without the empty line at its end."""
    body: bytes
    """Without the framing of chunks."""
    raw: bytes
    """Everything as it was sent."""


class Exchange:
    """A request that arrived, and what can be done with it."""

    def __init__(self, proxy: Proxy, reader: _Reader, writer: asyncio.StreamWriter) -> None:
        self._proxy = proxy
        self._reader = reader
        self._writer = writer
        self._head = self._body = b""

    @property
    def line(self) -> str:
        """Method and target, such as `GET /v1/health?x=1`."""
        return self._head.partition(b" HTTP/")[0].decode()

    async def read_bytes(self, count: int) -> None:
        """Read the first bytes of the request."""
        await self._reader.readexactly(count)

    async def read_head(self) -> None:
        """Read the head of the request."""
        self._head = await self._reader.readuntil(_END)

    async def read_body(self, share: float = 1.0) -> None:
        """Read the body of the request, or a share of it."""
        wanted = int(share * _length(self._head))
        self._body += await self._reader.readexactly(wanted - len(self._body))

    async def ask(self) -> Answer:
        """Pass the request to the server, and return the whole response."""
        await self.read_body()
        raw = body = b""
        async with self._proxy.passing(self._head + self._body) as pieces:
            async for piece, framed in pieces:
                raw, body = raw + framed, body + piece
                if self._proxy.enough(body):
                    break
        return Answer(raw.partition(_END)[0], body, raw)

    async def relay(self) -> None:
        """Pass the request to the server, and the response to the client while it arrives."""
        await self.read_body()
        relaying = asyncio.ensure_future(self._relay())
        self._reader.left.add_done_callback(lambda _: relaying.cancel())
        await asyncio.wait([relaying])
        if relaying.cancelled():
            raise ConnectionResetError
        relaying.result()

    async def _relay(self) -> None:
        async with self._proxy.passing(self._head + self._body) as pieces:
            async for _, framed in pieces:
                await self.send(framed)

    async def send(self, data: bytes) -> None:
        """Send bytes to the client."""
        self._writer.write(data)
        await self._writer.drain()

    async def hold(self) -> None:
        """Send nothing more until the client has left."""
        while await self._reader.read(65536):
            pass

    async def finish(self) -> None:
        """Tell the client that nothing more comes."""
        self._writer.write_eof()

    async def close(self) -> None:
        """End the connection so that everything sent before arrives."""
        await self.finish()
        await self.hold()

    async def reset(self) -> None:
        """Break the connection off."""
        raw: socket.socket = self._writer.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._writer.transport.abort()
        with suppress(OSError):
            await self._writer.wait_closed()


Act = Callable[[Exchange], Awaitable[Any]]
"""What to do with an exchange. Returns True if the connection serves further requests."""


@dataclass
class Proxy:
    """A proxy in front of one server. Until `open`, its port refuses connections."""

    portal: BlockingPortal
    """Where it runs."""
    upstream: str
    """The URL of the server."""
    matches: re.Pattern[str]
    """The requests to spoil, by `Exchange.line`."""
    at_request: Act | None = None
    """What happens to these requests."""
    at_accept: Act | None = None
    """What happens to a new connection, before anything is read."""
    at_idle: Act | None = None
    """What happens to a connection after a response."""
    times: int = 1
    """How often it happens; later requests pass."""
    enough: Callable[[bytes], bool] = lambda body: False
    """Whether the beginning of an endless body can stand for all of it."""
    arrived: int = 0
    """How many of the requests to spoil have arrived."""
    idled: threading.Event = field(default_factory=threading.Event)
    """Set when `at_idle` has happened."""

    def __post_init__(self) -> None:
        self._listening = socket.socket()
        self._listening.bind(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._problem: Exception | None = None

    @property
    def is_quiet(self) -> bool:
        """Whether all connections have ended."""
        return not self._tasks

    def open(self) -> None:
        """Accept connections from now on."""
        if self._server is None:
            self.portal.call(self._open)

    def heal(self) -> None:
        """Let everything pass from now on."""
        self.times = 0
        self.open()

    def close(self) -> None:
        """Close the port and all connections. Raises what went wrong in the proxy."""
        self.portal.call(self._close)
        if self._problem is not None:
            raise self._problem

    @asynccontextmanager
    async def passing(self, request: bytes) -> AsyncIterator[_Pieces]:
        """Send a request to the server. Gives the pieces of the response."""
        port = urlsplit(self.upstream).port
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=_LARGEST)
        try:
            writer.write(request)
            async with aclosing(_pieces(reader)) as pieces:
                yield pieces
        finally:
            await _closed(writer)

    async def _open(self) -> None:
        def protocol() -> asyncio.StreamReaderProtocol:
            return asyncio.StreamReaderProtocol(_Reader(), self._serve)

        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(protocol, sock=self._listening)

    async def _close(self) -> None:
        if self._server is not None:
            self._server.close()
        self._listening.close()
        tasks = [*self._tasks]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        assert isinstance(reader, _Reader)
        self._tasks.add(task)
        try:
            await self._talk(Exchange(self, reader, writer))
        except (asyncio.IncompleteReadError, OSError):
            pass  # one of the two sides has left
        except Exception as exc:
            self._problem = exc
        finally:
            self._tasks.discard(task)
            await _closed(writer)

    async def _talk(self, exchange: Exchange) -> None:
        if self.at_accept is not None and self._spend():
            await self.at_accept(exchange)
            return
        goes_on: object = True
        while goes_on:
            exchange = Exchange(self, exchange._reader, exchange._writer)
            await exchange.read_head()
            matches = self.matches.search(exchange.line) is not None
            self.arrived += matches
            if matches and self.at_request is not None and self._spend():
                goes_on = await self.at_request(exchange)
            else:
                await exchange.relay()
                if self.at_idle is not None and self._spend():
                    try:
                        await self.at_idle(exchange)
                    finally:  # a client that has noticed it may have left already
                        self.idled.set()
                    goes_on = await exchange.hold()

    def _spend(self) -> bool:
        self.times -= 1
        return self.times >= 0


class _Reader(asyncio.StreamReader):
    """Tells when the client has left, even if nothing is being read."""

    def __init__(self) -> None:
        super().__init__(limit=_LARGEST)
        self.left: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def feed_eof(self) -> None:
        super().feed_eof()
        self._tell()

    def set_exception(self, exc: BaseException) -> None:
        super().set_exception(exc)
        self._tell()

    def _tell(self) -> None:
        if not self.left.done():
            self.left.set_result(None)


async def _pieces(server: asyncio.StreamReader) -> _Pieces:
    head = await server.readuntil(_END)
    yield b"", head
    if b"transfer-encoding: chunked" not in head.lower():
        body = await server.readexactly(_length(head))
        yield body, body
        return
    size = 1
    while size:
        line = await server.readline()
        size = int(line, 16)
        piece = await server.readexactly(size + 2)
        yield piece[:-2], line + piece


def _length(head: bytes) -> int:
    found = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
    return int(found[1]) if found else 0


async def _closed(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()
