"""Streams: typed events over httpx-sse, and their sync half.

httpx-sse decodes; put right around it are a leading BOM (the body is read as `utf-8-sig`), events
without data (dropped), and sight of every chunk, so that a stream of mere keep-alives is noticed.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from typing import TYPE_CHECKING

import httpx
from httpx_sse import EventSource

from .._core.call import EventT, ResultT
from .._core.steps import StreamCall
from .base_stream import BaseStream

if TYPE_CHECKING:
    from types import TracebackType

    from typing_extensions import Self

    from .._core.steps import Delivery
    from .transport import SyncTransport


class Stream(BaseStream[EventT, ResultT]):
    """Events as they come. Iterate over it, alone or within `with`.

    Without `with` it is closed when the loop ends, fails or is left. It opens when it is entered
    or first read, and checks status and content type before the first event.
    """

    def __init__(self, transport: SyncTransport, call: StreamCall[EventT, ResultT]) -> None:
        super().__init__(call)
        self._transport = transport
        self._events: Generator[EventT, None, None] | None = None

    def open(self) -> Self:
        """Send the request, if that wasn't done yet.

        Raises:
            MuxiError: The server refused it.
        """
        if self._events is None and not self._closed:
            opened = self._transport.run(self._opening())
            self._opened(opened)
            self._events = self._pump(opened)
        return self

    def __enter__(self) -> Self:
        self._entered = True
        return self.open()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        exc: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Leave the stream; the formation cancels a turn whose stream is left. Twice is fine."""
        self._closed = True
        if self._http is not None:
            self._http.close()

    def __iter__(self) -> Iterator[EventT]:
        self.open()
        try:
            # Not `yield from`: that would close the events for a later loop.
            for event in self._events or ():  # noqa: UP028
                yield event
        finally:
            if not self._entered:
                self.close()

    def text(self) -> Iterator[str]:
        """The pieces of the reply's text, as they come."""
        for event in self:
            if piece := self._reader.text_of(event):
                yield piece

    def result(self) -> ResultT:
        """What the whole stream adds up to; reads what is left of it.

        Raises:
            StreamError: The stream failed, or was closed before its end.
        """
        for _ in self:
            pass
        return self._finished()

    def _pump(self, opened: Delivery) -> Generator[EventT, None, None]:
        yield from opened.events
        if self._http is None:
            last = self._plain(opened)
            if last is None:
                last = self._transport.run(self._reader.finish())
            if last is not None:
                yield last
            return
        while True:
            if not self._closed:
                yield from self._body(self._http)
            if self._closed or not self._stream.endless:
                break
            opened = self._transport.run(self._opening())
            self._opened(opened)
            yield from opened.events
        if not self._closed:
            last = self._transport.run(self._reader.finish())
            if last is not None:
                yield last

    def _body(self, http: httpx.Response) -> Generator[EventT, None, None]:
        http.stream = _Tap(http.stream, self._between_chunks)
        try:
            for sse in EventSource(http).iter_sse():
                event = self._read(sse)
                if event is not None:
                    yield event
        except httpx.HTTPError as exc:
            if isinstance(exc, httpx.ReadTimeout):
                self._transport.run(self._reader.stalled())
            if not (self._reader.ended or self._closed or self._stream.endless):
                raise self._broken(exc) from exc
        self._check_failure()
        if not self._closed and (event := self._unframed()) is not None:
            yield event

    def _between_chunks(self, chunk: bytes) -> bool:
        self._note(chunk)
        if self._silent():
            self._transport.run(self._reader.stalled())
            return self._reader.ended
        return self._over()


class _Tap(httpx.SyncByteStream):
    def __init__(self, inner: object, between_chunks: Callable[[bytes], bool]) -> None:
        assert isinstance(inner, httpx.SyncByteStream)
        self._inner = inner
        self._between_chunks = between_chunks

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._inner:
            yield chunk
            if self._between_chunks(chunk):
                return

    def close(self) -> None:
        self._inner.close()
