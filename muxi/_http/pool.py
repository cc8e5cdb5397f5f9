"""What both drivers need of httpx: the pool, requests, replies, and its errors as ours."""

from __future__ import annotations

import ssl
import threading
import weakref
from collections.abc import AsyncGenerator
from functools import cache

import httpx

from ..errors import MuxiError
from .body import AsyncBodies, SyncBodies

_LIMITS = httpx.Limits(max_connections=1000, max_keepalive_connections=20)


@cache
def tls() -> ssl.SSLContext:
    """One context for the whole process: to make one takes tens of milliseconds."""
    return httpx.create_ssl_context()


class SyncPool:
    """The HTTP client that a client and its views share, made on first use."""

    def __init__(self, given: httpx.Client | None) -> None:
        self.bodies = SyncBodies()
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
        self.bodies.close()
        if self._made is not None:
            self._made.close()


class AsyncPool:
    """The same for async clients; what was made for one event loop is closed with that loop."""

    def __init__(self, given: httpx.AsyncClient | None) -> None:
        self._given = given
        self._bodies = weakref.WeakKeyDictionary[httpx.AsyncClient, AsyncBodies]()
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

    def bodies_of(self, client: httpx.AsyncClient) -> AsyncBodies:
        """Return the open answers of one of the HTTP clients."""
        return self._bodies.setdefault(client, AsyncBodies())

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
