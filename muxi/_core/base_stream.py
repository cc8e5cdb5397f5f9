"""The logic that sync and async streams share, as flows for both drivers."""

from __future__ import annotations

import weakref
from collections import deque
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Generic

from ..errors import MuxiError, StreamError, StreamInterruptedError, TimeoutError
from .call import Call, EventT, Response, ResultT
from .decode import read_answer
from .steps import CloseBody, Flow, OpenStream, ReadEvents, StreamCall, clock

if TYPE_CHECKING:
    from .messages import Delivery, EventBody, ServerSentEvents
    from .options import Options
    from .telemetry import StreamObserver

    _Found = ServerSentEvents | MuxiError | None  # None at the end of the body


def busy() -> StreamError:
    """Return the error of a second reader."""
    return StreamError("Another task or thread is opening or reading the stream.")


class BaseStream(Generic[EventT, ResultT]):
    """Base class of sync and async streams. Events are read on demand."""

    def __init__(self, call: StreamCall[EventT, ResultT], options: Options) -> None:
        self._stream = call
        self._options = options
        self._reader = call.reader(options.base_url)
        self._response: Response[None] | None = None
        self._reading: ReadEvents | None = None
        """The step that reads on, while the body is open."""
        self._direct: EventBody | None = None
        """The open body if it may be read without the flow, whose steps cost more than reading a
        token: nobody observes the stream, and it has no deadline."""
        self._left: weakref.finalize[..., Any] | None = None
        self._first: deque[EventT] = deque()
        """Events to return before those that have arrived."""
        self._arrived: deque[tuple[str, str]] = deque()
        self._request_id: str | None = None
        self._opened = self._over = self._closed = False
        self._failure: MuxiError | None = None
        self._unhandled: tuple[_Found, float] | None = None
        """What was read without the flow and isn't events, and the time when that began."""
        self._silence = 0.0
        self._observer: StreamObserver | None = None
        self._empty = 0
        """The last connections in a row on which no event has arrived."""
        self._free = [None]
        """A lock: a reader pops its only item, which is atomic; a second reader finds it empty."""

    @property
    def response(self) -> Response[None]:
        """The status, headers and request id of the open stream.

        Raises:
            StreamError: The stream isn't open yet.
        """
        if self._response is None:
            raise StreamError("The stream is not open: enter it with `with`, or read from it.")
        return self._response

    def __repr__(self) -> str:
        state = "closed" if self._closed else "read" if self._over else "open"
        request = f", request {self._request_id}" if self._request_id else ""
        return f"<{type(self).__name__} {state if self._opened else 'not open yet'}{request}>"

    def _alone(self, steps: Flow[EventT | None]) -> Flow[EventT | None]:
        """Run a flow that only one task or thread may run at a time."""
        try:
            self._free.pop()
        except IndexError:
            raise busy() from None
        try:
            if self._observer is None:
                return (yield from steps)
            with self._observer.active():
                return (yield from steps)
        except MuxiError as exc:
            self._failure = self._failure or exc
            yield from self._end()
            raise
        finally:
            self._free.append(None)

    def _open(self) -> Flow[None]:
        if not self._opened and not self._closed:
            self._opened = True
            yield from self._connect()

    def _next(self) -> Flow[EventT | None]:
        """Return the next event; None at the end."""
        if not self._opened:
            yield from self._open()
        while (event := self._take()) is None and not self._over:
            yield from self._read_on()
        return event

    def _is_interrupted(self) -> bool:
        """Return whether there is something else to do than to read the next chunk."""
        reader = self._reader
        return reader.ended or reader.has_gap or self._closed or self._failure is not None

    def _arrive(self, found: ServerSentEvents) -> None:
        self._arrived.extend(found)
        self._empty = 0
        self._silence = 0.0

    def _take(self) -> EventT | None:
        """Return the next event that has arrived; None if more must be read."""
        if self._first:
            return self._first.popleft()
        arrived, reader = self._arrived, self._reader
        while arrived and not (reader.ended or reader.has_gap or self._closed):
            try:
                event = reader.read(*arrived.popleft())
            except MuxiError as exc:
                self._failure = exc
                arrived.clear()
                return None
            if event is not None:
                if self._observer is not None:
                    self._observer.event(reader.text_delta(event))
                return event
        return None

    def _read_on(self) -> Flow[None]:
        """Read more events, or end the stream."""
        if self._failure is not None:
            raise self._failure
        if self._closed:
            yield from self._end()
        elif self._reader.has_gap:
            self._reader.has_gap = False
            self._first.extend((yield from self._reader.fill_gap()))
        elif self._reader.ended or (self._reading is None and not self._stream.reconnects):
            yield from self._end()
            last = yield from self._reader.on_end()
            if last is not None:
                self._first.append(last)
        elif self._reading is None:
            yield from self._connect()
        else:
            yield from self._read(self._reading)

    def _read(self, reading: ReadEvents) -> Flow[None]:
        unhandled, self._unhandled = self._unhandled, None
        began = clock() if unhandled is None else unhandled[1]
        if self._reader.deadline is not None and began >= self._reader.deadline:
            raise TimeoutError(
                "The stream did not end in time", request_id=self._request_id, sent=True
            )
        try:
            events: _Found = (yield reading) if unhandled is None else unhandled[0]
            if isinstance(events, MuxiError):
                raise events
        except (StreamInterruptedError, TimeoutError) as exc:
            if isinstance(exc, TimeoutError):
                yield from self._reader.on_silence()
            if not (self._reader.ended or self._closed or self._may_reconnect):
                exc.request_id = self._request_id
                if isinstance(exc, StreamError):
                    exc.partial = self._reader.partial
                raise
            yield from self._close_body()
            return
        if events is None:
            if unframed := reading.body.unframed():
                self._arrived.append(("", unframed))
            elif self._stream.reconnects and not self._may_reconnect:
                raise StreamInterruptedError("The stream ended before its first event", sent=True)
            yield from self._close_body()
            return
        self._arrived.extend(events)
        self._empty = 0 if events else self._empty
        self._silence = 0.0 if events else self._silence + clock() - began
        if self._reader.stall_after is not None and self._silence >= self._reader.stall_after:
            self._silence = 0.0
            yield from self._reader.on_silence()

    @property
    def _may_reconnect(self) -> bool:
        """Whether to open the stream again when it breaks. Empty connections count as attempts."""
        return self._stream.reconnects and self._empty <= self._options.retry.max_retries

    def _connect(self) -> Flow[None]:
        call = yield from self._stream.prepare(self._reader)
        if call is None:
            return
        self._request_id = call.turn_id
        found: Delivery = yield OpenStream(call)
        self._silence = 0.0
        self._empty += 1
        self._response = Response(
            data=None,
            status_code=found.reply.status_code,
            headers=found.reply.headers,
            request_id=call.turn_id,
            attempts=found.attempts,
            elapsed=timedelta(seconds=found.reply.elapsed),
        )
        self._first.extend(self._reader.on_open(found.may_have_run))
        if found.reply.events is None:
            self._read_json(call, found)
            return
        self._reading = ReadEvents(found.reply.events)
        if self._observer is None and self._reader.deadline is None:
            self._direct = found.reply.events
        self._left = weakref.finalize(self, found.reply.events.abandon)
        self._left.atexit = False
        if self._closed:
            yield from self._close_body()

    def _read_json(self, call: Call[object], found: Delivery) -> None:
        event = self._reader.on_json(read_answer(call, found.reply, found.attempts).data)
        if event is not None:
            self._first.append(event)
            self._over = True
            self._report_end()

    def observe(self, observer: StreamObserver) -> None:
        """Report what happens to an observer."""
        self._observer = observer
        weakref.finalize(self, observer.end, None).atexit = False

    def _end(self) -> Flow[None]:
        self._over = True
        self._report_end()
        yield from self._close_body()

    def _close(self) -> Flow[None]:
        """Close the stream, even while it is read."""
        self._closed = True
        self._report_end()
        yield from self._close_body()

    def _report_end(self) -> None:
        if self._observer is not None:
            self._observer.end(self._failure)

    def _close_body(self) -> Flow[None]:
        reading, self._reading, self._direct = self._reading, None, None
        if self._left is not None:
            self._left.detach()
        if reading is not None:
            yield CloseBody(reading.body, ended=self._reader.ended and not self._closed)

    def _check_unread(self) -> None:
        """Refuse a second loop over a stream that has ended."""
        if self._failure is not None:
            raise self._failure
        if self._closed:
            raise StreamError("The stream is closed.", sent=self._opened)
        if self._over and not self._first:
            raise StreamError("The stream was read to its end: `result()` returns its result.")

    def _finished(self) -> ResultT:
        if self._failure is not None:
            raise self._failure
        if self._closed and not self._reader.ended:
            raise StreamError("The stream was closed before its end.", sent=True)
        return self._reader.result()
