"""The async half of `_stream`."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Generator
from contextlib import aclosing, suppress
from typing import TYPE_CHECKING, Any, TypeVar

import httpx
from httpx_sse import EventSource

from .._core.call import EventT, ResultT
from .._core.steps import StreamCall
from .base_stream import BaseStream

if TYPE_CHECKING:
    from types import TracebackType

    from typing_extensions import Self

    from .._core.steps import Delivery
    from .transport import AsyncTransport

T = TypeVar("T")


class AsyncStream(BaseStream[EventT, ResultT]):
    """Events as they come. Iterate over it with `async for`, alone or within `async with`.

    It may be awaited, which opens it and gives the stream itself. Without `async with` it is
    closed when the loop ends, fails or is left.
    """

    def __init__(self, transport: AsyncTransport, call: StreamCall[EventT, ResultT]) -> None:
        super().__init__(call)
        self._transport = transport
        self._events: AsyncGenerator[EventT, None] | None = None

    async def open(self) -> Self:
        """Send the request, if that wasn't done yet.

        Raises:
            MuxiError: The server refused it.
        """
        if self._events is None and not self._closed:
            opened = await self._transport.run(self._opening())
            self._opened(opened)
            self._events = self._pump(opened)
        return self

    def __await__(self) -> Generator[Any, Any, Self]:
        return self.open().__await__()

    async def __aenter__(self) -> Self:
        self._entered = True
        return await self.open()

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        exc: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Leave the stream; the formation cancels a turn whose stream is left. Twice is fine."""
        self._closed = True
        if self._events is not None and not getattr(self._events, "ag_running", False):
            # Run the generators below to their end: the tap stops them before the next read.
            # Dropped half-way they would be finalized one by one by the event loop.
            async for _ in self._events:
                pass
        if self._http is not None:
            await self._http.aclose()

    def __aiter__(self) -> AsyncIterator[EventT]:
        return _Within(self._next) if self._entered else self._alone()

    def text(self) -> AsyncIterator[str]:
        """The pieces of the reply's text, as they come."""
        return _Within(self._next_text) if self._entered else self._text_alone()

    async def _next(self) -> EventT:
        await self.open()
        if self._events is None:
            raise StopAsyncIteration
        return await anext(self._events)

    async def _next_text(self) -> str:
        while not (piece := self._reader.text_of(await self._next())):
            pass
        return piece

    async def _alone(self) -> AsyncGenerator[EventT, None]:
        try:
            async for event in _Within(self._next):
                yield event
        finally:
            await self.aclose()

    async def _text_alone(self) -> AsyncGenerator[str, None]:
        try:
            async for piece in _Within(self._next_text):
                yield piece
        finally:
            await self.aclose()

    async def result(self) -> ResultT:
        """What the whole stream adds up to; reads what is left of it.

        Raises:
            StreamError: The stream failed, or was closed before its end.
        """
        async for _ in self:
            pass
        return self._finished()

    async def _pump(self, opened: Delivery) -> AsyncGenerator[EventT, None]:
        for event in opened.events:
            yield event
        if self._http is None:
            last = self._plain(opened)
            if last is None:
                last = await self._transport.run(self._reader.finish())
            if last is not None:
                yield last
            return
        while True:
            if not self._closed:
                async with aclosing(self._body(self._http)) as events:
                    async for event in events:
                        yield event
            if self._closed or not self._stream.endless:
                break
            opened = await self._transport.run(self._opening())
            self._opened(opened)
            for event in opened.events:
                yield event
        if not self._closed:
            last = await self._transport.run(self._reader.finish())
            if last is not None:
                yield last

    async def _body(self, http: httpx.Response) -> AsyncGenerator[EventT, None]:
        http.stream = _AsyncTap(http.stream, self._between_chunks)
        try:
            async with aclosing(EventSource(http).aiter_sse()) as server_sent:
                async for sse in server_sent:
                    event = self._read(sse)
                    if event is not None:
                        yield event
        except httpx.HTTPError as exc:
            if isinstance(exc, httpx.ReadTimeout):
                await self._transport.run(self._reader.stalled())
            if not (self._reader.ended or self._closed or self._stream.endless):
                raise self._broken(exc) from exc
        self._check_failure()
        if not self._closed and (event := self._unframed()) is not None:
            yield event

    async def _between_chunks(self, chunk: bytes) -> bool:
        self._note(chunk)
        if self._silent():
            await self._transport.run(self._reader.stalled())
            return self._reader.ended
        return self._over()


class _Within(AsyncIterator[T]):
    """A loop within `async with`. No generator: trio complains of those that are left half-way."""

    def __init__(self, following: Callable[[], Awaitable[T]]) -> None:
        self._following = following

    async def __anext__(self) -> T:
        return await self._following()


class _AsyncTap(httpx.AsyncByteStream):
    def __init__(self, inner: object, between_chunks: Callable[[bytes], Awaitable[bool]]) -> None:
        assert isinstance(inner, httpx.AsyncByteStream)
        self._inner = inner
        self._between_chunks = between_chunks

    async def __aiter__(self) -> AsyncIterator[bytes]:
        chunks = aiter(self._inner)
        try:
            async for chunk in chunks:
                yield chunk
                if await self._between_chunks(chunk):
                    break
        finally:
            await self._inner.aclose()
            # Run the iterators below into the closed connection: dropped half-way, they would be
            # finalized one by one by the event loop.
            with suppress(httpx.HTTPError):
                async for _ in chunks:
                    pass

    async def aclose(self) -> None:
        await self._inner.aclose()
