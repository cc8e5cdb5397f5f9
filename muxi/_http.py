"""What both drivers need of httpx: the pool, requests, replies, and its errors as ours."""

from __future__ import annotations

import math
import ssl
import threading
import time
import weakref
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import aclosing, closing, suppress
from functools import cache, lru_cache

import anyio.to_thread
import httpx

from ._exchange import Reply
from ._options import Outgoing
from ._saving import Save, Saved, Saving
from ._upload import Upload
from .errors import ConnectionError, InvalidResponseError, MuxiError, TimeoutError, ValidationError

_LIMITS = httpx.Limits(max_connections=1000, max_keepalive_connections=20)
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
_BLOCK = 1024 * 1024
_url = lru_cache(maxsize=256)(httpx.URL)


@cache
def tls() -> ssl.SSLContext:
    """One context for the whole process: to make one takes tens of milliseconds."""
    return httpx.create_ssl_context()


class SyncPool:
    """The HTTP client that a client and its views share, made on first use."""

    def __init__(self, given: httpx.Client | None) -> None:
        self._given = given
        self._made: httpx.Client | None = None
        self._lock = threading.Lock()
        self._closed = False

    def client(self) -> httpx.Client:
        """The HTTP client to send with.

        Raises:
            MuxiError: The pool was closed.
        """
        if self._closed:
            raise MuxiError("The client is closed.")
        if self._given is not None:
            return self._given
        with self._lock:
            if self._made is None:
                self._made = httpx.Client(verify=tls(), limits=_LIMITS)
                weakref.finalize(self, self._made.close)
            return self._made

    def close(self) -> None:
        """Close what was made here. Twice is fine."""
        self._closed = True
        if self._made is not None:
            self._made.close()


class AsyncPool:
    """The same for async clients; what was made for one event loop is closed with that loop."""

    def __init__(self, given: httpx.AsyncClient | None) -> None:
        self._given = given
        self._made: httpx.AsyncClient | None = None
        self._guard: AsyncGenerator[None, None] | None = None
        self._closed = False

    async def client(self) -> httpx.AsyncClient:
        """The HTTP client to send with.

        Raises:
            MuxiError: The pool was closed.
        """
        if self._closed:
            raise MuxiError("The client is closed.")
        if self._given is not None:
            return self._given
        if self._made is None:
            self._made = made = httpx.AsyncClient(verify=tls(), limits=_LIMITS)
            # Event loops close the async generators that are still open when they end.
            self._guard = _closed_at_the_end(made, weakref.ref(self))
            await anext(self._guard)
            return made
        return self._made

    def forget(self, client: httpx.AsyncClient) -> None:
        """Its event loop has ended: the next call makes a new one."""
        if self._made is client:
            self._made = None

    async def close(self) -> None:
        """Close what was made here. Twice is fine."""
        self._closed = True
        if self._guard is not None:
            await self._guard.aclose()


async def _closed_at_the_end(
    client: httpx.AsyncClient, pool: weakref.ref[AsyncPool]
) -> AsyncGenerator[None, None]:
    try:
        yield
    finally:
        if (owner := pool()) is not None:
            owner.forget(client)
        await client.aclose()


def request_of(step: Outgoing) -> httpx.Request:
    """The request, absolute and with raw headers: nothing of the HTTP client's own is mixed in."""
    timeout = httpx.Timeout(_limit(step.timeout), read=_limit(step.silence), pool=None)
    request = httpx.Request(
        step.method,
        _url(step.url),
        headers=list(step.headers),
        content=None if isinstance(step.content, Upload) else step.content,
        extensions={"timeout": timeout.as_dict()},
    )
    if isinstance(step.content, Upload):
        request.stream = _Pieces(step.content)
    return request


def _limit(seconds: float) -> float | None:
    return None if seconds == math.inf else seconds


class _Pieces(httpx.SyncByteStream, httpx.AsyncByteStream):
    """An upload as either driver reads it.

    The server would say `100 Continue` to one that asks and waits; httpx can't wait. If it breaks
    off the upload, httpx still reads the answer that it may have sent.
    """

    def __init__(self, upload: Upload) -> None:
        self._upload = upload

    def __iter__(self) -> Iterator[bytes]:
        self._upload.rewind()
        while piece := self._upload.read():
            yield piece
            self._upload.passed()

    def __aiter__(self) -> AsyncIterator[bytes]:
        # No generator: httpx drops it where the server hangs up, and trio would complain.
        self._upload.rewind()
        return self

    async def __anext__(self) -> bytes:
        self._upload.passed()
        if piece := await anyio.to_thread.run_sync(self._upload.read):
            return piece
        raise StopAsyncIteration


def opens_stream(response: httpx.Response) -> bool:
    """The body is made of events, not of an error or a plain answer."""
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    return response.status_code < 300 and kind == "text/event-stream"


def reply_of(response: httpx.Response, began: float, saved: Saved | None) -> Reply:
    """What came back; an open response is handed on with its body unread."""
    whole = response.is_closed and saved is None
    return Reply(
        status_code=response.status_code,
        headers=response.headers,
        body=response.content if whole else b"",
        elapsed=time.perf_counter() - began,
        received_at=time.time(),
        events=None if response.is_closed else response,
        saved=saved,
    )


def translated(exc: httpx.HTTPError | httpx.InvalidURL, step: Outgoing) -> MuxiError:
    """The error as ours; `sent` says whether the server may have acted."""
    what = f"{step.method} {step.url}"
    sent = not isinstance(exc, _NOT_SENT)
    if isinstance(exc, httpx.TimeoutException):
        limit = step.silence if isinstance(exc, httpx.ReadTimeout) else step.timeout
        return TimeoutError(f"{what} got no answer within {limit} s", sent=sent)
    if isinstance(exc, (httpx.InvalidURL, httpx.UnsupportedProtocol, httpx.LocalProtocolError)):
        return ValidationError(f"{what} can't be sent: {exc}")
    if isinstance(exc, httpx.DecodingError):
        return InvalidResponseError(f"The answer to {what} can't be decoded: {exc}", sent=True)
    if isinstance(step.content, Upload) and not step.content.whole and sent:
        what += f", an upload, after {step.content.sent} of {step.content.size} bytes"
    return ConnectionError(f"{what} failed: {str(exc) or type(exc).__name__}", sent=sent)


def save(response: httpx.Response, where: Save) -> Saved:
    """Write the body where it goes, as it arrives."""
    with closing(response), Saving(where, response.headers) as saving:
        saving.open()
        for chunk in response.iter_bytes():
            saving.take(chunk)
            saving.flush()
        return saving.finish()


async def asave(response: httpx.Response, where: Save) -> Saved:
    """The same, beside the event loop: a slow disk or a full cache must not stop it.

    To hand work to a thread takes 200 µs, ten times what it takes to write one 64 KiB chunk; in
    blocks of 1 MiB that is 0.02 s for 100 MiB.
    """
    async with aclosing(response):
        with Saving(where, response.headers) as saving:
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
