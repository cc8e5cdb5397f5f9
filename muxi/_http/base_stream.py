"""What streams of both colours share: the reader, the clock of silence, the response."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Generic

import httpx
from httpx_sse import ServerSentEvent

from .._core.call import EventT, Response, ResultT
from .._core.decode import read_answer
from .._core.steps import Delivery, Flow, StreamCall, open_stream
from ..errors import MuxiError, StreamError, StreamInterruptedError, TimeoutError

_TAIL = 8192
"""How many bytes of the body's end are kept."""


class BaseStream(Generic[EventT, ResultT]):
    """What both colours share: the reader, the clock of silence, the response."""

    def __init__(self, call: StreamCall[EventT, ResultT]) -> None:
        self._stream = call
        self._reader = call.reader()
        self._turn_id = call.call.turn_id if call.call is not None else None
        self._limit: float | None = None
        self._tail = b""
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

    def _opening(self) -> Flow[Delivery]:
        """The steps that open it, or open it again."""
        if self._stream.opening is not None:
            return self._stream.opening(self._reader)
        assert self._stream.call is not None
        return open_stream(self._stream.call)

    def _opened(self, open_stream: Delivery) -> None:
        self._last_event = time.monotonic()
        self._limit = open_stream.call.read_timeout
        if (reply := open_stream.reply) is None:
            return
        self._response = Response(
            data=None,
            status_code=reply.status_code,
            headers=reply.headers,
            request_id=self._turn_id,
            attempts=open_stream.attempts,
            elapsed=timedelta(seconds=reply.elapsed),
        )
        if isinstance(reply.events, httpx.Response):
            self._http = reply.events
            self._http.encoding = "utf-8-sig"

    def _plain(self, open_stream: Delivery) -> EventT | None:
        """The event that stands for an answer sent whole, as JSON."""
        if open_stream.reply is None:
            return None
        answer = read_answer(open_stream.call, open_stream.reply, open_stream.attempts).data
        return self._reader.answered(answer)

    def _note(self, chunk: bytes) -> None:
        self._tail = (self._tail + chunk)[-_TAIL:]

    def _unframed(self) -> EventT | None:
        """The event in a JSON body that the server wrote into the stream, without a frame."""
        last_line = self._tail.rstrip().rpartition(b"\n")[2]
        if self._reader.ended or not last_line.startswith(b"{"):
            return None
        return self._reader.read("", last_line.decode(errors="replace"))

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
            silence = f"The stream told nothing for {self._limit} s"
            return TimeoutError(silence, request_id=self._turn_id, sent=True)
        why = str(exc) or type(exc).__name__
        error = StreamInterruptedError(
            f"The stream broke off: {why}", request_id=self._turn_id, sent=True
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
