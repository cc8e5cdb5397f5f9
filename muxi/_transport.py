"""The two drivers: they do on the wire what exchanges and flows say, one of them with `await`."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Generator, Iterator
from contextlib import aclosing, closing, suppress
from typing import Any, TypeVar

import anyio
import anyio.to_thread
import httpx

from ._async_stream import AsyncStream
from ._call import Call, Clock, EventT, Pages, Pause, Response, ResultT, Steps, StreamCall
from ._endpoint import Async, RawAsync, RawSync, Sync
from ._exchange import Reply, deliver, exchange
from ._http import AsyncPool, SyncPool, opens_stream, reply_of, request_of, translated
from ._options import Options, Outgoing
from ._saving import Save, Saved, Saving
from ._stream import Stream
from .errors import MuxiError

T = TypeVar("T")
_BLOCK = 1024 * 1024


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

    def open(self, call: Call[Any]) -> tuple[Reply, int]:
        """Send a call that is answered by events; the reply's body may be unread."""
        return self._drive(deliver(call, self.options, events=True))

    def _drive(self, steps: Generator[Any, Any, T]) -> T:
        try:
            step = next(steps)
            while True:
                try:
                    outcome = self._take(step)
                except MuxiError as exc:
                    step = steps.throw(exc)
                else:
                    step = steps.send(outcome)
        except StopIteration as stop:
            answer: T = stop.value
            return answer

    def _take(self, step: Outgoing | Call[Any] | Pause | Clock) -> object:
        if isinstance(step, Outgoing):
            return self._send(step)
        if isinstance(step, Call):
            return self.respond(step)
        if isinstance(step, Pause):
            time.sleep(step.seconds)
        return time.monotonic()

    def _send(self, step: Outgoing) -> Reply:
        began, saved = time.perf_counter(), None
        try:
            response = self.pool.client().send(
                request_of(step), auth=step.auth, stream=step.streamed, follow_redirects=False
            )
            if step.save is not None and response.is_success:
                saved = _save(response, step.save)
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

    async def iterate(self, pages: Pages[T]) -> AsyncIterator[T]:
        """The items of all pages, each page fetched when the one before it is used up."""
        while items := await self.run(pages.turn()):
            for item in items:
                yield item

    def stream(self, call: StreamCall[EventT, ResultT]) -> AsyncStream[EventT, ResultT]:
        """A stream that opens when it is entered, awaited or read."""
        return AsyncStream(self, call)

    async def open(self, call: Call[Any]) -> tuple[Reply, int]:
        """Send a call that is answered by events; the reply's body may be unread."""
        return await self._drive(deliver(call, self.options, events=True))

    async def _drive(self, steps: Generator[Any, Any, T]) -> T:
        try:
            step = next(steps)
            while True:
                try:
                    outcome = await self._take(step)
                except MuxiError as exc:
                    step = steps.throw(exc)
                else:
                    step = steps.send(outcome)
        except StopIteration as stop:
            answer: T = stop.value
            return answer

    async def _take(self, step: Outgoing | Call[Any] | Pause | Clock) -> object:
        if isinstance(step, Outgoing):
            return await self._send(step)
        if isinstance(step, Call):
            return await self.respond(step)
        if isinstance(step, Pause):
            await anyio.sleep(step.seconds)
        return time.monotonic()

    async def _send(self, step: Outgoing) -> Reply:
        began, saved = time.perf_counter(), None
        try:
            client = await self.pool.client()
            response = await client.send(
                request_of(step), auth=step.auth, stream=step.streamed, follow_redirects=False
            )
            if step.save is not None and response.is_success:
                saved = await _asave(response, step.save)
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


def _save(response: httpx.Response, save: Save) -> Saved:
    """Write the body where it goes, as it arrives."""
    with closing(response), Saving(save, response.headers) as saving:
        saving.open()
        for chunk in response.iter_bytes():
            saving.take(chunk)
            saving.flush()
        return saving.finish()


async def _asave(response: httpx.Response, save: Save) -> Saved:
    """The same, beside the event loop: a slow disk or a full cache must not stop it.

    To hand work to a thread takes 200 µs, ten times what it takes to write one 64 KiB chunk; in
    blocks of 1 MiB that is 0.02 s for 100 MiB.
    """
    async with aclosing(response):
        with Saving(save, response.headers) as saving:
            await anyio.to_thread.run_sync(saving.open)
            chunks = response.aiter_bytes()
            try:
                async for chunk in chunks:
                    if saving.take(chunk) >= _BLOCK:
                        await anyio.to_thread.run_sync(saving.flush)
            finally:
                # After an error of ours, run the generators below into the closed connection:
                # dropped half-way, they would be finalized one by one by the event loop.
                with anyio.CancelScope(shield=True), suppress(httpx.HTTPError):
                    await response.aclose()
                    async for _ in chunks:
                        pass
            return await anyio.to_thread.run_sync(saving.finish)
