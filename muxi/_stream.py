"""Streams: typed events over httpx-sse, and what both colours of them share.

httpx-sse decodes; put right around it are a leading BOM (the body is read as `utf-8-sig`), events
without data (dropped), and sight of every chunk, so that a stream of mere keep-alives is noticed.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Generic

import httpx
from httpx_sse import EventSource, ServerSentEvent

from ._answers import read_answer
from ._call import EventT, Response, ResultT, StreamCall
from .errors import MuxiError, StreamError, StreamInterrupted, TimeoutError

if TYPE_CHECKING:
    from types import TracebackType

    from typing_extensions import Self

    from ._exchange import Reply
    from ._transport import SyncTransport


class Base(Generic[EventT, ResultT]):
    """What both colours share: the reader, the clock of silence, the response."""

    def __init__(self, call: StreamCall[EventT, ResultT]) -> None:
        self._call = call.call
        self._reader = call.reader()
        self._response: Response[None] | None = None
        self._http: httpx.Response | None = None
        self._entered = False
        self._closed = False
        self._failure: MuxiError | None = None
        self._past_end = False
        self._last_event = 0.0

    @property
    def response(self) -> Response[None]:
        """Status, headers and request id of the open stream.

        Raises:
            StreamError: It isn't open yet.
        """
        if self._response is None:
            raise StreamError("The stream is not open: enter it with `with`, or read from it.")
        return self._response

    def _opened(self, reply: Reply, attempts: int) -> None:
        self._last_event = time.monotonic()
        self._response = Response(
            answer=None,
            status_code=reply.status_code,
            headers=reply.headers,
            request_id=self._call.turn_id,
            attempts=attempts,
            elapsed=timedelta(seconds=reply.elapsed),
        )
        if isinstance(reply.events, httpx.Response):
            self._http = reply.events
            self._http.encoding = "utf-8-sig"

    def _plain(self, reply: Reply, attempts: int) -> EventT:
        """The event that stands for an answer sent whole, as JSON."""
        return self._reader.answered(read_answer(self._call, reply, attempts).answer)

    def _read(self, sse: ServerSentEvent) -> EventT | None:
        if not sse.data or self._reader.ended or self._closed:
            return None
        self._last_event = time.monotonic()
        try:
            return self._reader.read(sse.event, sse.data)
        except MuxiError as exc:
            # Raised at the end of the body, which is now: the tap reads no further.
            self._failure, self._closed = exc, True
            return None

    def _over(self) -> bool:
        """Nothing more is to be read. The chunk after the end is: it frees the connection."""
        over = self._closed or self._past_end
        self._past_end = self._reader.ended
        return over

    def _silent(self) -> bool:
        limit = self._reader.stall_after
        if self._reader.ended or limit is None or time.monotonic() - self._last_event < limit:
            return False
        self._last_event = time.monotonic()
        return True

    def _broken(self, exc: httpx.HTTPError) -> MuxiError:
        if isinstance(exc, httpx.ReadTimeout):
            silence = f"The stream told nothing for {self._call.silence} s"
            return TimeoutError(silence, request_id=self._call.turn_id, sent=True)
        why = str(exc) or type(exc).__name__
        error = StreamInterrupted(
            f"The stream broke off: {why}", request_id=self._call.turn_id, sent=True
        )
        error.partial = self._reader.partial
        return error

    def _check_failure(self) -> None:
        if self._failure is not None:
            raise self._failure

    def _finished(self) -> ResultT:
        self._check_failure()
        if self._closed and not self._reader.ended:
            raise StreamError("The stream was closed before its end.", sent=True)
        return self._reader.result()


class Stream(Base[EventT, ResultT]):
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
            reply, attempts = self._transport.open(self._call)
            self._opened(reply, attempts)
            self._events = self._pump(reply, attempts)
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

    def _pump(self, reply: Reply, attempts: int) -> Generator[EventT, None, None]:
        if self._http is None:
            yield self._plain(reply, attempts)
            return
        if self._closed:
            return
        self._http.stream = _Tap(self._http.stream, self._between_chunks)
        try:
            for sse in EventSource(self._http).iter_sse():
                event = self._read(sse)
                if event is not None:
                    yield event
        except httpx.HTTPError as exc:
            if not (self._reader.ended or self._closed):
                raise self._broken(exc) from exc
        self._check_failure()
        if not self._closed:
            last = self._transport.run(self._reader.finish())
            if last is not None:
                yield last

    def _between_chunks(self) -> bool:
        if self._silent():
            self._transport.run(self._reader.stalled())
            return self._reader.ended
        return self._over()


class _Tap(httpx.SyncByteStream):
    def __init__(self, inner: object, between_chunks: Callable[[], bool]) -> None:
        assert isinstance(inner, httpx.SyncByteStream)
        self._inner = inner
        self._between_chunks = between_chunks

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._inner:
            yield chunk
            if self._between_chunks():
                return

    def close(self) -> None:
        self._inner.close()
