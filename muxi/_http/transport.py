"""The sync and the async driver, which run the steps of calls and flows."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Awaitable, Generator, Iterator
from typing import Any, TypeVar

import anyio
import httpx
from typing_extensions import assert_never

from .._core.async_stream import AsyncStream
from .._core.call import Call, EventT, Response, ResultT
from .._core.exchange import call_steps, send_with_retries
from .._core.messages import EventBody, HttpRequest, RawResponse, ServerSentEvents
from .._core.options import Options
from .._core.steps import (
    CloseBody,
    ConsumeStream,
    OpenStream,
    Pages,
    ReadEvents,
    RunInThread,
    Sleep,
    Step,
    StreamCall,
)
from .._core.stream import Stream
from ..errors import TimeoutError
from .async_items import AsyncPageIterator
from .body import AsyncBody, SyncBody
from .cancellation import cancel_at_io
from .download import download, download_async, is_file
from .messages import is_event_stream, map_httpx_error, to_raw_response
from .pool import AsyncPool, SyncPool
from .reading import read_whole, read_whole_async
from .threads import run_in_thread

T = TypeVar("T")
_CLEANUP = 30.0
"""Seconds for each clean-up step of a cancelled flow."""
_PAUSES = 20
"""More than the pauses of httpcore and anyio between two waits of a call, which are five."""


class SyncTransport:
    """Runs calls on the calling thread."""

    is_async = False

    def __init__(self, options: Options, pool: SyncPool) -> None:
        self.options = options
        self.pool = pool

    def view(self, options: Options) -> SyncTransport:
        """Return a transport with the same pool and other options."""
        return SyncTransport(options, self.pool)

    def call(self, call: Call[T]) -> T:
        """Make a call and return its data."""
        return self.respond(call).data

    def respond(self, call: Call[T]) -> Response[T]:
        """Make a call and return its whole `Response`."""
        return self.run(call_steps(call, self.options))

    def run(self, steps: Generator[Any, Any, T]) -> T:
        """Run the steps of a call or of a flow."""
        try:
            step = next(steps)
            while True:
                try:
                    outcome = self._take(step)
                except BaseException as exc:  # flows clean up after Ctrl-C too
                    step = steps.throw(exc)
                else:
                    step = steps.send(outcome)
        except StopIteration as stop:
            answer: T = stop.value
            return answer

    def iterate(self, pages: Pages[T]) -> Iterator[T]:
        """Iterate over the items of all pages. Pages are fetched when they are needed."""
        while items := self.run(pages.next_page()):
            yield from items

    def stream(self, call: StreamCall[EventT, ResultT]) -> Stream[EventT, ResultT]:
        """Return a stream, which opens when it is entered or read."""
        return Stream(self, call, self.options)

    def read(self, body: EventBody) -> ServerSentEvents | None:
        """Read the events in the next chunk of a stream; None at the end."""
        assert isinstance(body, SyncBody)
        return body.read()

    def _take(self, step: Step | HttpRequest) -> object:
        if isinstance(step, ReadEvents):
            return self.read(step.body)
        if isinstance(step, HttpRequest):
            return self._send(step)
        if isinstance(step, Call):
            return self.respond(step)
        if isinstance(step, Sleep):
            time.sleep(step.seconds)
            return None
        if isinstance(step, RunInThread):
            return step.run()
        if isinstance(step, ConsumeStream):
            return self._consume(step)
        if isinstance(step, OpenStream):
            return self.run(send_with_retries(step.call, self.options, events=True))
        if isinstance(step, CloseBody):  # pyright: ignore[reportUnnecessaryIsInstance]
            assert isinstance(step.body, SyncBody)
            step.body.close(ended=step.ended)
            return None
        assert_never(step)

    def _consume(self, step: ConsumeStream) -> object:
        with self.stream(step.stream) as stream:
            for event in stream:
                if step.on_event is not None:
                    step.on_event(event)
            return stream.result()

    def _send(self, step: HttpRequest) -> RawResponse:
        began = time.perf_counter()
        try:
            response = self.pool.send(step)
        except httpx.HTTPStatusError as exc:  # from a hook
            response = exc.response
        except (httpx.HTTPError, httpx.InvalidURL) as exc:
            raise map_httpx_error(exc, step) from exc
        except RuntimeError:
            self.pool.check_open()  # it may have been closed meanwhile
            raise
        if step.events and is_event_stream(response):
            return to_raw_response(response, began, events=self.pool.bodies.open(response, step))
        try:
            if step.save is not None and is_file(response):
                saved = download(response, step, step.save)
                return to_raw_response(response, began, saved=saved)
            content = read_whole(response, step)
        except httpx.HTTPError as exc:
            raise map_httpx_error(exc, step) from exc
        return to_raw_response(response, began, content=content)


class AsyncTransport:
    """Runs calls on the event loop, asyncio's or trio's."""

    is_async = True

    def __init__(self, options: Options, pool: AsyncPool) -> None:
        self.options = options
        self.pool = pool

    def view(self, options: Options) -> AsyncTransport:
        """Return a transport with the same pool and other options."""
        return AsyncTransport(options, self.pool)

    async def call(self, call: Call[T]) -> T:
        """Make a call and return its data."""
        return (await self.respond(call)).data

    async def respond(self, call: Call[T]) -> Response[T]:
        """Make a call and return its whole `Response`."""
        return await self.run(call_steps(call, self.options))

    async def run(self, steps: Generator[Any, Any, T]) -> T:
        """Run the steps of a call or of a flow."""
        take = self._take
        try:
            step = next(steps)
            while True:
                try:
                    outcome = await take(step)
                except Exception as exc:
                    step = steps.throw(exc)
                except BaseException as exc:  # a cancellation, which must not interrupt clean-up
                    take = self._take_shielded
                    step = steps.throw(exc)
                else:
                    step = steps.send(outcome)
        except StopIteration as stop:
            answer: T = stop.value
            return answer

    def iterate(self, pages: Pages[T]) -> AsyncIterator[T]:
        """Iterate over the items of all pages. Pages are fetched when they are needed."""
        return AsyncPageIterator(lambda: self.run(pages.next_page()))

    def stream(self, call: StreamCall[EventT, ResultT]) -> AsyncStream[EventT, ResultT]:
        """Return a stream, which opens when it is entered, awaited or read."""
        return AsyncStream(self, call, self.options)

    def read(self, body: EventBody) -> Awaitable[ServerSentEvents | None]:
        """Read the events in the next chunk of a stream; None at the end."""
        assert isinstance(body, AsyncBody)
        return body.read()

    async def _take(self, step: Step | HttpRequest) -> object:
        if isinstance(step, ReadEvents):
            return await self.read(step.body)
        if isinstance(step, HttpRequest):
            return await cancel_at_io(self._send(step), skipped=_PAUSES)
        if isinstance(step, Call):
            return await self.respond(step)
        if isinstance(step, Sleep):
            await anyio.sleep(step.seconds)
            return None
        if isinstance(step, RunInThread):
            return await run_in_thread(step.run)
        if isinstance(step, ConsumeStream):
            return await self._consume(step)
        if isinstance(step, OpenStream):
            return await self.run(send_with_retries(step.call, self.options, events=True))
        if isinstance(step, CloseBody):  # pyright: ignore[reportUnnecessaryIsInstance]
            assert isinstance(step.body, AsyncBody)
            await step.body.close(ended=step.ended)
            return None
        assert_never(step)

    async def _take_shielded(self, step: Step | HttpRequest) -> object:
        with anyio.move_on_after(_CLEANUP, shield=True):
            return await self._take(step)
        raise TimeoutError(f"Cleaning up took longer than {_CLEANUP} s", sent=True)

    async def _consume(self, step: ConsumeStream) -> object:
        async with self.stream(step.stream) as stream:
            async for event in stream:
                if step.on_event is not None:
                    step.on_event(event)
            return await stream.result()

    async def _send(self, step: HttpRequest) -> RawResponse:
        began = time.perf_counter()
        try:
            response = await self.pool.send(step)
        except httpx.HTTPStatusError as exc:  # from a hook
            response = exc.response
        except (httpx.HTTPError, httpx.InvalidURL) as exc:
            raise map_httpx_error(exc, step) from exc
        except RuntimeError:
            self.pool.check_open()  # it may have been closed meanwhile
            raise
        if step.events and is_event_stream(response):
            return to_raw_response(response, began, events=AsyncBody(response, step))
        try:
            if step.save is not None and is_file(response):
                saved = await download_async(response, step, step.save)
                return to_raw_response(response, began, saved=saved)
            content = await read_whole_async(response, step)
        except httpx.HTTPError as exc:
            raise map_httpx_error(exc, step) from exc
        return to_raw_response(response, began, content=content)
