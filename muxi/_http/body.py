"""Open responses of streams: reads their events and closes them, from any thread or task.

When a stream is garbage-collected, only its connection is shut down, without a lock and without
waiting. A thread or task closes the rest, so that requests that wait for a connection get one.

A response belongs to the process that opened it. A forked child neither reads nor closes it.
"""

from __future__ import annotations

import os
import socket
import threading
import time
from _thread import start_new_thread
from collections.abc import Awaitable, Callable
from contextlib import suppress
from math import inf
from typing import TYPE_CHECKING

import anyio
import httpx
import sniffio

from .._core.messages import HttpRequest, ServerSentEvents
from ..errors import (
    InvalidResponseError,
    MuxiError,
    StreamError,
    StreamInterruptedError,
    TimeoutError,
)
from .chunks import HTTP_ERRORS, AsyncChunks, SyncChunks
from .messages import forget_key
from .sse import EventDecoder

if TYPE_CHECKING:
    import asyncio

_ENDING = 0.05
"""Seconds to wait for the end of a body after its last event."""

_forks = 0
"""The forks between the first process and this one. To ask for the process id is a system call."""


def _count_fork() -> None:
    global _forks
    _forks += 1


if hasattr(os, "register_at_fork"):  # not on Windows
    os.register_at_fork(after_in_child=_count_fork)


def _parents() -> StreamError:
    return StreamError(
        "Another process opened this stream. Open a stream in each process.", sent=True
    )


class _Body:
    def __init__(self, response: httpx.Response, request: HttpRequest) -> None:
        self._response = response
        self._timeout = request.event_timeout
        self._decoder = EventDecoder(request.max_event_bytes)
        self._closed = False
        self._forks = _forks
        self._set_read_timeout(request.event_timeout)

    def unframed(self) -> str:
        """Return JSON that the server wrote at the end, outside of any event; empty if none."""
        return self._decoder.unframed()

    @property
    def _is_parents(self) -> bool:
        """Whether this process is a forked child of the one that opened the response."""
        return self._forks != _forks

    def _hang_up(self) -> None:
        """Shut down the connection, even while another thread waits for bytes."""
        network = self._response.extensions.get("network_stream")
        found = None if network is None else network.get_extra_info("socket")
        if found is None or self._response.is_closed:
            return
        with suppress(OSError, ValueError):
            # By file descriptor, because each backend wraps the socket in another class.
            connection = socket.socket(fileno=found.fileno())
            try:
                connection.shutdown(socket.SHUT_RDWR)
            finally:
                connection.detach()

    def _set_read_timeout(self, seconds: float) -> None:
        """Set the timeout, which the HTTP client reads when it starts to read a body."""
        timeouts = self._response.request.extensions.get("timeout", {})
        timeouts["read"] = None if seconds == inf else seconds

    def _error(self, exc: Exception) -> MuxiError:
        forget_key(exc)
        if isinstance(exc, httpx.ReadTimeout):
            return TimeoutError(f"The stream was silent for {self._timeout:.3g} s", sent=True)
        if isinstance(exc, httpx.DecodingError):
            return InvalidResponseError(f"The stream can't be decoded: {exc}", sent=True)
        why = str(exc) or type(exc).__name__
        return StreamInterruptedError(f"The stream broke: {why}", sent=True)


class SyncBody(_Body):
    """An open response of a sync client."""

    def __init__(
        self,
        response: httpx.Response,
        request: HttpRequest,
        others: set[SyncBody],
    ) -> None:
        super().__init__(response, request)
        self._others = others
        self._chunks = SyncChunks(response)
        self._closing = threading.Lock()
        self._is_done = False
        self._idle = [None]
        """Has an item while nobody reads or closes. To pop it is atomic, and less than a lock."""

    def read(self) -> ServerSentEvents | None:
        """Return the events in the next chunk; None at the end.

        Raises:
            MuxiError: The connection broke, or was silent for too long.
        """
        if self._forks != _forks:
            raise _parents()
        try:
            self._idle.pop()
        except IndexError:
            return None  # it was closed
        try:
            chunk = self._chunks.read()
        except HTTP_ERRORS as exc:
            if not self._closed:
                raise self._error(exc) from exc
            chunk = None
        finally:
            self._idle.append(None)
            if self._closed:
                self.close()
        return None if chunk is None else self._decoder.feed(chunk)

    def close(self, *, ended: bool = False) -> None:
        """Close the response. A thread that reads it gets the end of the body."""
        if self._is_parents:
            return
        with self._closing:
            self._closed = True
            try:
                self._idle.pop()
            except IndexError:
                if not self._is_done:
                    self._hang_up()  # who reads waits for this lock before closing the rest
                return
            self._is_done = True
        self._others.discard(self)
        try:
            if ended:
                self._read_to_end()
        finally:
            self._chunks.close()

    def abandon(self) -> None:
        """Shut down the connection at once, and close the rest in a thread."""
        if not self._is_parents:
            self._closed = True
            self._hang_up()
            with suppress(RuntimeError):  # the interpreter ends
                start_new_thread(self.close, ())

    def _read_to_end(self) -> None:
        stream = self._response.stream
        if self._response.is_closed or not isinstance(stream, httpx.SyncByteStream):
            return
        self._set_read_timeout(_ENDING)
        until = time.monotonic() + _ENDING
        with suppress(*HTTP_ERRORS):
            for _ in stream:  # not the chunks, which keep the old timeout
                if time.monotonic() > until:
                    break


class AsyncBody(_Body):
    """An open response of an async client."""

    def __init__(self, response: httpx.Response, request: HttpRequest) -> None:
        super().__init__(response, request)
        self._chunks = AsyncChunks(response)
        self._start = _starter()

    async def read(self) -> ServerSentEvents | None:
        """Return the events in the next chunk; None at the end.

        Raises:
            MuxiError: The connection broke, or was silent for too long.
        """
        if self._forks != _forks:
            raise _parents()
        if self._closed:
            return None
        try:
            chunk = await self._chunks.read()
        except HTTP_ERRORS as exc:
            if not self._closed:
                raise self._error(exc) from exc
            chunk = None
        return None if chunk is None else self._decoder.feed(chunk)

    async def close(self, *, ended: bool = False) -> None:
        """Close the response. A task that reads it gets the end of the body."""
        if self._is_parents:
            return
        self._closed = True
        try:
            if ended:
                with suppress(*HTTP_ERRORS), anyio.move_on_after(_ENDING):
                    await self._chunks.read_to_end()
        finally:
            await self._chunks.close()

    def abandon(self) -> None:
        """Shut down the connection at once, and close the rest in a task."""
        if not self._is_parents:
            self._closed = True
            self._hang_up()
            with suppress(RuntimeError):  # the event loop has ended
                self._start(self.close)


class SyncBodies:
    """The open responses of one pool."""

    def __init__(self) -> None:
        self._open: set[SyncBody] = set()

    def open(self, response: httpx.Response, request: HttpRequest) -> SyncBody:
        """Return the body of a response that is unread."""
        body = SyncBody(response, request, self._open)
        self._open.add(body)
        return body

    def close(self) -> None:
        """Close all open responses."""
        for body in list(self._open):
            body.close()


_Work = Callable[[], Awaitable[None]]


def _starter() -> Callable[[_Work], object]:
    """Return a function that starts a task on this event loop, from any thread."""
    if sniffio.current_async_library() == "trio":
        import trio  # already running

        token = trio.lowlevel.current_trio_token()
        return lambda work: token.run_sync_soon(trio.lowlevel.spawn_system_task, work)
    import asyncio  # already running

    loop = asyncio.get_running_loop()

    def start(work: _Work) -> None:
        task = asyncio.ensure_future(work(), loop=loop)
        _tasks.add(task)
        task.add_done_callback(_tasks.discard)

    return lambda work: loop.call_soon_threadsafe(start, work)


_tasks: set[asyncio.Future[None]] = set()
"""Tasks that close responses. An event loop itself doesn't keep its tasks alive."""
