"""Open responses of streams: reads their events and closes them, from any thread or task.

When a stream is garbage-collected, only its connection is shut down, without a lock and without
waiting. The client closes the rest before its next request.
"""

from __future__ import annotations

import os
import socket
import threading
import time
from collections import deque
from contextlib import suppress
from math import inf
from typing import Any

import anyio
import httpx

from .._core.messages import HttpRequest, ServerSentEvents
from ..errors import InvalidResponseError, MuxiError, StreamInterruptedError, TimeoutError
from .chunks import HTTP_ERRORS, AsyncChunks, SyncChunks
from .messages import forget_key
from .sse import EventDecoder

_ENDING = 0.05
"""Seconds to wait for the end of a body after its last event."""


class _Body:
    def __init__(self, response: httpx.Response, request: HttpRequest, left: deque[Any]) -> None:
        self._response = response
        self._timeout = request.event_timeout
        self._left = left
        self._decoder = EventDecoder(request.max_event_bytes)
        self._closed = False
        self._process = os.getpid()
        self._set_read_timeout(request.event_timeout)

    def unframed(self) -> str:
        """Return JSON that the server wrote at the end, outside of any event; empty if none."""
        return self._decoder.unframed()

    def abandon(self) -> None:
        """Shut down the connection at once. The next request closes the rest."""
        if self._process == os.getpid():
            self._closed = True
            self._hang_up()
            self._left.append(self)

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
        left: deque[SyncBody],
        others: set[SyncBody],
    ) -> None:
        super().__init__(response, request, left)
        self._others = others
        self._chunks = SyncChunks(response)
        self._lock = threading.Lock()
        self._reading = False

    def read(self) -> ServerSentEvents | None:
        """Return the events in the next chunk; None at the end.

        Raises:
            MuxiError: The connection broke, or was silent for too long.
        """
        with self._lock:
            if self._closed:
                return None
            self._reading = True
        try:
            chunk = self._chunks.read()
        except HTTP_ERRORS as exc:
            if not self._closed:
                raise self._error(exc) from exc
            chunk = None
        finally:
            with self._lock:
                self._reading = False
            if self._closed:
                self.close()
        return None if chunk is None else self._decoder.feed(chunk)

    def close(self, *, ended: bool = False) -> None:
        """Close the response. A thread that reads it gets the end of the body."""
        with self._lock:
            self._closed = True
            if self._reading:
                self._hang_up()
                return
        self._others.discard(self)
        if ended:
            self._read_to_end()
        self._chunks.close()

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

    def __init__(self, response: httpx.Response, request: HttpRequest, left: deque[Any]) -> None:
        super().__init__(response, request, left)
        self._chunks = AsyncChunks(response)

    async def read(self) -> ServerSentEvents | None:
        """Return the events in the next chunk; None at the end.

        Raises:
            MuxiError: The connection broke, or was silent for too long.
        """
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
        self._closed = True
        if ended:
            with suppress(*HTTP_ERRORS), anyio.move_on_after(_ENDING):
                await self._chunks.read_to_end()
        await self._chunks.close()


class SyncBodies:
    """The open responses of one pool."""

    def __init__(self) -> None:
        self._open: set[SyncBody] = set()
        self._left: deque[SyncBody] = deque()

    def open(self, response: httpx.Response, request: HttpRequest) -> SyncBody:
        """Return the body of a response that is unread."""
        body = SyncBody(response, request, self._left, self._open)
        self._open.add(body)
        return body

    def close_left(self) -> None:
        """Close the responses whose streams were garbage-collected."""
        while self._left:
            with suppress(IndexError):  # another thread closed it first
                self._left.popleft().close()

    def close(self) -> None:
        """Close all open responses."""
        for body in list(self._open):
            body.close()


class AsyncBodies:
    """The open responses of one HTTP client, which belongs to one event loop."""

    def __init__(self) -> None:
        self._left: deque[AsyncBody] = deque()

    def open(self, response: httpx.Response, request: HttpRequest) -> AsyncBody:
        """Return the body of a response that is unread."""
        return AsyncBody(response, request, self._left)

    async def close_left(self) -> None:
        """Close the responses whose streams were garbage-collected."""
        while self._left:
            await self._left.popleft().close()
