"""A transport without I/O: it runs every kind of call on responses that a test makes up."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from typing import Any

import httpx

from muxi import MuxiError
from muxi._core.call import Call, Response
from muxi._core.exchange import call_steps, send_with_retries
from muxi._core.messages import EventBody, HttpRequest, RawResponse, ServerSentEvents
from muxi._core.options import Options
from muxi._core.steps import (
    CloseBody,
    ConsumeStream,
    Flow,
    OpenStream,
    Pages,
    ReadEvents,
    RunInThread,
    Sleep,
    StreamCall,
)
from muxi._core.stream import Stream
from muxi._files.download import DownloadWriter
from muxi._http.download import is_file
from muxi._http.messages import is_event_stream
from muxi._http.sse import EventDecoder


@dataclass(frozen=True)
class Played:
    """One response of the server.

    Attributes:
        chunks: The body.
        breaks: How the connection breaks after the body, if it does.
        pause: The seconds before each chunk.
    """

    status: int
    headers: list[tuple[str, str]]
    chunks: list[bytes]
    breaks: MuxiError | None = None
    pause: float = 0.0


class Player:
    """Runs calls on the calling thread.

    Args:
        answer: Returns the response to a request of a call.
        now: The time of the driver's clock; its only item moves with the pauses.
    """

    is_async = False

    def __init__(
        self,
        options: Options,
        answer: Callable[[Call[Any], HttpRequest], Played | MuxiError],
        now: list[float],
    ) -> None:
        self.options = options
        self._answer = answer
        self._now = now

    def view(self, options: Options) -> Player:
        return Player(options, self._answer, self._now)

    def call(self, call: Call[Any]) -> Any:
        return self.respond(call).data

    def respond(self, call: Call[Any]) -> Response[Any]:
        found: Response[Any] = self._drive(call_steps(call, self.options), call)
        return found

    def run(self, steps: Flow[Any]) -> Any:
        return self._drive(steps, None)

    def iterate(self, pages: Pages[Any]) -> Iterator[Any]:
        while items := self.run(pages.next_page()):
            yield from items

    def stream(self, call: StreamCall[Any, Any]) -> Stream[Any, Any]:
        return Stream(self, call, self.options)

    def _drive(self, steps: Generator[Any, Any, Any], call: Call[Any] | None) -> Any:
        outcome: Any = None
        failure: BaseException | None = None
        try:
            while True:
                step = steps.send(outcome) if failure is None else steps.throw(failure)
                outcome, failure = None, None
                try:
                    outcome = self._take(step, call)
                except MuxiError as exc:
                    failure = exc
        except StopIteration as stop:
            return stop.value

    def _take(self, step: Any, call: Call[Any] | None) -> Any:
        if isinstance(step, HttpRequest):
            assert call is not None
            return self._send(step, call)
        if isinstance(step, Call):
            return self.respond(step)
        if isinstance(step, Sleep):
            self._now[0] += step.seconds
            return None
        if isinstance(step, RunInThread):
            return step.run()
        if isinstance(step, OpenStream):
            return self._drive(send_with_retries(step.call, self.options, events=True), step.call)
        if isinstance(step, ConsumeStream):
            return self.stream(step.stream).result()
        if isinstance(step, CloseBody):
            return None
        assert isinstance(step, ReadEvents)
        return self.read(step.body)

    def read(self, body: EventBody) -> ServerSentEvents | None:
        assert isinstance(body, _Body)
        return body.read()

    def _send(self, request: HttpRequest, call: Call[Any]) -> RawResponse:
        found = self._answer(call, request)
        if isinstance(found, MuxiError):
            raise found
        response = httpx.Response(found.status, headers=found.headers)
        more: dict[str, Any] = {}
        if request.events and is_event_stream(response):
            more["events"] = _Body(found, request.max_event_bytes, self._now)
        elif found.breaks is not None:
            raise found.breaks
        elif request.save is not None and is_file(response):
            with DownloadWriter(request.save, response.headers) as writer:
                writer.open()
                writer.feed(b"".join(found.chunks))
                more["saved"] = writer.commit()
        return RawResponse(
            found.status, response.headers, b"".join(found.chunks), 0.1, 1_795_326_461.0, **more
        )


class _Body:
    def __init__(self, played: Played, limit: int, now: list[float]) -> None:
        self._pause = played.pause
        self._now = now
        self._left = list(played.chunks)
        self._breaks = played.breaks
        self._decoder = EventDecoder(limit)

    def read(self) -> ServerSentEvents | None:
        self._now[0] += self._pause
        if self._left:
            return self._decoder.feed(self._left.pop(0))
        if self._breaks is not None:
            raise self._breaks
        return None

    def unframed(self) -> str:
        return self._decoder.unframed()

    def abandon(self) -> None:
        pass
