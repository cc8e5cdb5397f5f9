"""The two drivers: they do on the wire what exchanges and flows say, one of them with `await`."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Generator, Iterator
from contextlib import aclosing, closing
from typing import Any, TypeVar

import anyio
import anyio.to_thread
import httpx

from .._core.call import Call, EventT, Response, ResultT
from .._core.exchange import call_steps, send_with_retries
from .._core.messages import HttpRequest, RawResponse
from .._core.options import Options
from .._core.steps import (
    Address,
    Clock,
    ConsumeStream,
    Delivery,
    Flow,
    OpenStream,
    Pages,
    RunInThread,
    Sleep,
    StreamCall,
)
from ..errors import TimeoutError
from .async_items import AsyncPageIterator
from .async_stream import AsyncStream
from .auth import auth_for
from .download import download, download_async
from .messages import is_event_stream, map_httpx_error, to_httpx_request, to_raw_response
from .pool import AsyncPool, SyncPool
from .stream import Stream

T = TypeVar("T")
Step = HttpRequest | Call[Any] | Sleep | Clock | Address | RunInThread | OpenStream | ConsumeStream
_CLEANUP = 30.0
"""Seconds for each step that a cancelled flow still takes."""


class SyncTransport:
    """Runs calls on the calling thread."""

    is_async = False

    def __init__(self, options: Options, pool: SyncPool) -> None:
        self.options = options
        self.pool = pool

    def view(self, options: Options) -> SyncTransport:
        """The same pool with other options."""
        return SyncTransport(options, self.pool)

    def call(self, call: Call[T]) -> T:
        """Make a call for its answer."""
        return self.respond(call).data

    def respond(self, call: Call[T]) -> Response[T]:
        """Make a call for its answer and all around it."""
        return self._drive(call_steps(call, self.options))

    def run(self, steps: Flow[T]) -> T:
        """Run a flow of several calls."""
        return self._drive(steps)

    def iterate(self, pages: Pages[T]) -> Iterator[T]:
        """The items of all pages, each page fetched when the one before it is used up."""
        while items := self.run(pages.turn()):
            yield from items

    def stream(self, call: StreamCall[EventT, ResultT]) -> Stream[EventT, ResultT]:
        """A stream that opens when it is entered or read."""
        return Stream(self, call)

    def open(self, call: Call[Any]) -> Delivery:
        """Send a call that is answered by events; the reply's body may be unread."""
        found = self._drive(send_with_retries(call, self.options, events=True))
        return Delivery(call, found.reply, found.attempts, found.may_have_run)

    def _drive(self, steps: Generator[Any, Any, T]) -> T:
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

    def _take(self, step: Step) -> object:
        if isinstance(step, HttpRequest):
            return self._send(step)
        if isinstance(step, Call):
            return self.respond(step)
        if isinstance(step, OpenStream):
            return self.open(step.call)
        if isinstance(step, ConsumeStream):
            return self._follow(step)
        if isinstance(step, RunInThread):
            return step.run()
        if isinstance(step, Address):
            return self.options.base_url
        if isinstance(step, Sleep):
            time.sleep(step.seconds)
        return time.monotonic()

    def _follow(self, step: ConsumeStream) -> object:
        with self.stream(step.stream) as stream:
            for event in stream:
                if step.on_event is not None:
                    step.on_event(event)
            return stream.result()

    def _send(self, step: HttpRequest) -> RawResponse:
        began, saved = time.perf_counter(), None
        try:
            response = self.pool.client().send(
                to_httpx_request(step),
                auth=auth_for(step),
                stream=step.streamed,
                follow_redirects=False,
            )
            if step.save is not None and response.is_success:
                saved = download(response, step.save)
            elif step.streamed and not is_event_stream(response):
                with closing(response):
                    response.read()
        except (httpx.HTTPError, httpx.InvalidURL) as exc:
            raise map_httpx_error(exc, step) from exc
        return to_raw_response(response, began, saved)


class AsyncTransport:
    """Runs calls on the event loop, asyncio's or trio's."""

    is_async = True

    def __init__(self, options: Options, pool: AsyncPool) -> None:
        self.options = options
        self.pool = pool

    def view(self, options: Options) -> AsyncTransport:
        """The same pool with other options."""
        return AsyncTransport(options, self.pool)

    async def call(self, call: Call[T]) -> T:
        """Make a call for its answer."""
        return (await self.respond(call)).data

    async def respond(self, call: Call[T]) -> Response[T]:
        """Make a call for its answer and all around it."""
        return await self._drive(call_steps(call, self.options))

    async def run(self, steps: Flow[T]) -> T:
        """Run a flow of several calls."""
        return await self._drive(steps)

    def iterate(self, pages: Pages[T]) -> AsyncIterator[T]:
        """The items of all pages, each page fetched when the one before it is used up."""
        return AsyncPageIterator(lambda: self.run(pages.turn()))

    def stream(self, call: StreamCall[EventT, ResultT]) -> AsyncStream[EventT, ResultT]:
        """A stream that opens when it is entered, awaited or read."""
        return AsyncStream(self, call)

    async def open(self, call: Call[Any]) -> Delivery:
        """Send a call that is answered by events; the reply's body may be unread."""
        found = await self._drive(send_with_retries(call, self.options, events=True))
        return Delivery(call, found.reply, found.attempts, found.may_have_run)

    async def _drive(self, steps: Generator[Any, Any, T]) -> T:
        take = self._take
        try:
            step = next(steps)
            while True:
                try:
                    outcome = await take(step)
                except Exception as exc:
                    step = steps.throw(exc)
                except BaseException as exc:  # a cancellation, which mustn't cut short clean-up
                    take = self._take_shielded
                    step = steps.throw(exc)
                else:
                    step = steps.send(outcome)
        except StopIteration as stop:
            answer: T = stop.value
            return answer

    async def _take(self, step: Step) -> object:
        if isinstance(step, HttpRequest):
            return await self._send(step)
        if isinstance(step, Call):
            return await self.respond(step)
        if isinstance(step, OpenStream):
            return await self.open(step.call)
        if isinstance(step, ConsumeStream):
            return await self._follow(step)
        if isinstance(step, RunInThread):
            return await anyio.to_thread.run_sync(step.run)
        if isinstance(step, Address):
            return self.options.base_url
        if isinstance(step, Sleep):
            await anyio.sleep(step.seconds)
        return time.monotonic()

    async def _take_shielded(self, step: Step) -> object:
        with anyio.move_on_after(_CLEANUP, shield=True):
            return await self._take(step)
        raise TimeoutError(f"Cleaning up took longer than {_CLEANUP} s", sent=True)

    async def _follow(self, step: ConsumeStream) -> object:
        async with self.stream(step.stream) as stream:
            async for event in stream:
                if step.on_event is not None:
                    step.on_event(event)
            return await stream.result()

    async def _send(self, step: HttpRequest) -> RawResponse:
        began, saved = time.perf_counter(), None
        try:
            client = await self.pool.client()
            response = await client.send(
                to_httpx_request(step),
                auth=auth_for(step),
                stream=step.streamed,
                follow_redirects=False,
            )
            if step.save is not None and response.is_success:
                saved = await download_async(response, step.save)
            elif step.streamed and not is_event_stream(response):
                async with aclosing(response):
                    await response.aread()
        except (httpx.HTTPError, httpx.InvalidURL) as exc:
            raise map_httpx_error(exc, step) from exc
        return to_raw_response(response, began, saved)
