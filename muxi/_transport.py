"""The two drivers: they do on the wire what exchanges and flows say, one of them with `await`."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Generator, Iterator
from contextlib import aclosing, closing
from typing import Any, TypeVar

import anyio
import anyio.to_thread
import httpx

from ._async_stream import AsyncStream
from ._call import Call, Clock, EventT, Pages, Pause, Response, ResultT, Steps, StreamCall
from ._endpoint import Async, RawAsync, RawSync, Sync
from ._exchange import Reply, deliver, exchange
from ._http import AsyncPool, SyncPool, asave, opens_stream, reply_of, request_of, save, translated
from ._items import AsyncItems
from ._options import Options, Outgoing
from ._steps import Address, Follow, Opened, Opening, Work
from ._stream import Stream
from .errors import TimeoutError

T = TypeVar("T")
Step = Outgoing | Call[Any] | Pause | Clock | Address | Work | Opening | Follow
_CLEANUP = 30.0
"""Seconds for each step that a cancelled flow still takes."""


class SyncTransport(Sync):
    """Runs calls on the calling thread."""

    def __init__(self, options: Options, pool: SyncPool) -> None:
        self.options = options
        self.pool = pool

    def view(self, options: Options) -> SyncTransport:
        """The same pool with other options."""
        return SyncTransport(options, self.pool)

    def close(self) -> None:
        """Close what was opened. Twice is fine."""
        self.pool.close()

    def call(self, call: Call[T]) -> T:
        """Make a call for its answer."""
        return self.respond(call).answer

    def respond(self, call: Call[T]) -> Response[T]:
        """Make a call for its answer and all around it."""
        return self._drive(exchange(call, self.options))

    def run(self, steps: Steps[T]) -> T:
        """Run a flow of several calls."""
        return self._drive(steps)

    def iterate(self, pages: Pages[T]) -> Iterator[T]:
        """The items of all pages, each page fetched when the one before it is used up."""
        while items := self.run(pages.turn()):
            yield from items

    def stream(self, call: StreamCall[EventT, ResultT]) -> Stream[EventT, ResultT]:
        """A stream that opens when it is entered or read."""
        return Stream(self, call)

    def open(self, call: Call[Any]) -> Opened:
        """Send a call that is answered by events; the reply's body may be unread."""
        found = self._drive(deliver(call, self.options, events=True))
        return Opened(call, found.reply, found.attempts, found.acted)

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
        if isinstance(step, Outgoing):
            return self._send(step)
        if isinstance(step, Call):
            return self.respond(step)
        if isinstance(step, Opening):
            return self.open(step.call)
        if isinstance(step, Follow):
            return self._follow(step)
        if isinstance(step, Work):
            return step.run()
        if isinstance(step, Address):
            return self.options.base_url
        if isinstance(step, Pause):
            time.sleep(step.seconds)
        return time.monotonic()

    def _follow(self, step: Follow) -> object:
        with self.stream(step.stream) as stream:
            for event in stream:
                if step.on_event is not None:
                    step.on_event(event)
            return stream.result()

    def _send(self, step: Outgoing) -> Reply:
        began, saved = time.perf_counter(), None
        try:
            response = self.pool.client().send(
                request_of(step), auth=step.auth, stream=step.streamed, follow_redirects=False
            )
            if step.save is not None and response.is_success:
                saved = save(response, step.save)
            elif step.streamed and not opens_stream(response):
                with closing(response):
                    response.read()
        except (httpx.HTTPError, httpx.InvalidURL) as exc:
            raise translated(exc, step) from exc
        return reply_of(response, began, saved)


class AsyncTransport(Async):
    """Runs calls on the event loop, asyncio's or trio's."""

    def __init__(self, options: Options, pool: AsyncPool) -> None:
        self.options = options
        self.pool = pool

    def view(self, options: Options) -> AsyncTransport:
        """The same pool with other options."""
        return AsyncTransport(options, self.pool)

    async def close(self) -> None:
        """Close what was opened. Twice is fine."""
        await self.pool.close()

    async def call(self, call: Call[T]) -> T:
        """Make a call for its answer."""
        return (await self.respond(call)).answer

    async def respond(self, call: Call[T]) -> Response[T]:
        """Make a call for its answer and all around it."""
        return await self._drive(exchange(call, self.options))

    async def run(self, steps: Steps[T]) -> T:
        """Run a flow of several calls."""
        return await self._drive(steps)

    def iterate(self, pages: Pages[T]) -> AsyncIterator[T]:
        """The items of all pages, each page fetched when the one before it is used up."""
        return AsyncItems(lambda: self.run(pages.turn()))

    def stream(self, call: StreamCall[EventT, ResultT]) -> AsyncStream[EventT, ResultT]:
        """A stream that opens when it is entered, awaited or read."""
        return AsyncStream(self, call)

    async def open(self, call: Call[Any]) -> Opened:
        """Send a call that is answered by events; the reply's body may be unread."""
        found = await self._drive(deliver(call, self.options, events=True))
        return Opened(call, found.reply, found.attempts, found.acted)

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
        if isinstance(step, Outgoing):
            return await self._send(step)
        if isinstance(step, Call):
            return await self.respond(step)
        if isinstance(step, Opening):
            return await self.open(step.call)
        if isinstance(step, Follow):
            return await self._follow(step)
        if isinstance(step, Work):
            return await anyio.to_thread.run_sync(step.run)
        if isinstance(step, Address):
            return self.options.base_url
        if isinstance(step, Pause):
            await anyio.sleep(step.seconds)
        return time.monotonic()

    async def _take_shielded(self, step: Step) -> object:
        with anyio.move_on_after(_CLEANUP, shield=True):
            return await self._take(step)
        raise TimeoutError(f"Cleaning up took longer than {_CLEANUP} s", sent=True)

    async def _follow(self, step: Follow) -> object:
        async with self.stream(step.stream) as stream:
            async for event in stream:
                if step.on_event is not None:
                    step.on_event(event)
            return await stream.result()

    async def _send(self, step: Outgoing) -> Reply:
        began, saved = time.perf_counter(), None
        try:
            client = await self.pool.client()
            response = await client.send(
                request_of(step), auth=step.auth, stream=step.streamed, follow_redirects=False
            )
            if step.save is not None and response.is_success:
                saved = await asave(response, step.save)
            elif step.streamed and not opens_stream(response):
                async with aclosing(response):
                    await response.aread()
        except (httpx.HTTPError, httpx.InvalidURL) as exc:
            raise translated(exc, step) from exc
        return reply_of(response, began, saved)


class RawSyncTransport(RawSync):
    """Hands out responses instead of answers."""

    def __init__(self, transport: SyncTransport) -> None:
        self.call = transport.respond
        self.run = transport.run
        self.iterate = transport.iterate
        self.stream = transport.stream


class RawAsyncTransport(RawAsync):
    """Hands out responses instead of answers."""

    def __init__(self, transport: AsyncTransport) -> None:
        self.call = transport.respond
        self.run = transport.run
        self.iterate = transport.iterate
        self.stream = transport.stream
