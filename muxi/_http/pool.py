"""The HTTP clients of a client and its views: one for each process or event loop."""

from __future__ import annotations

import os
import sys
import weakref
from collections.abc import AsyncGenerator
from dataclasses import dataclass

import httpx
import sniffio

from .._core.messages import HttpRequest
from ..errors import ClientClosedError, ConfigurationError
from .body import SyncBodies
from .given import AsyncHttpClient, HttpClient
from .http_clients import async_client, async_engine, sync_client
from .messages import request_for_client, whole_request


class _Pool:
    def __init__(self, base_url: str, given: HttpClient | AsyncHttpClient | None) -> None:
        _check_host(base_url)
        self._base_url = base_url
        self._given = given
        self._closed = False

    def check_open(self) -> None:
        """Check that neither the pool nor the HTTP client that was passed in is closed.

        Raises:
            ClientClosedError: One of them is.
        """
        if self._closed:
            raise ClientClosedError("The client is closed.")
        if self._given is not None and self._given.is_closed:
            raise ClientClosedError("The http_client= that this client was given is closed.")

    def _check_kind(self, kind: type[httpx.Client] | type[httpx.AsyncClient]) -> None:
        if self._given is not None and not isinstance(self._given, kind):
            raise ConfigurationError(
                f"http_client must be an httpx.{kind.__name__}, not {type(self._given).__name__}: "
                "a Client of httpx or httpx2 for the clients that aren't awaited, an AsyncClient "
                "for the others."
            )


class SyncPool(_Pool):
    """The HTTP client of each process. A forked child never uses its parent's.

    Args:
        base_url: The address of the API, which decides whether a proxy is used.
        given: The HTTP client to use instead. It is never closed.
        engine: The library that makes the connections.

    Raises:
        ConfigurationError: `given` isn't a `Client`, or the engine or the host name is invalid.
    """

    def __init__(self, base_url: str, given: HttpClient | None, engine: str) -> None:
        if engine != "httpx":
            raise ConfigurationError(f"engine={engine!r} is not possible: only async clients can.")
        super().__init__(base_url, given)
        self._over_httpx2 = None
        if given is not None and "httpx2" in sys.modules:
            from .httpx2_clients import OverHttpx2

            self._over_httpx2 = OverHttpx2.of(given)
        if self._over_httpx2 is None:
            self._check_kind(httpx.Client)
        self._made: dict[int, httpx.Client] = {}
        self._bodies: dict[int, SyncBodies] = {}

    @property
    def bodies(self) -> SyncBodies:
        """The open responses in this process."""
        return self._bodies.setdefault(os.getpid(), SyncBodies())

    def send(self, request: HttpRequest) -> httpx.Response:
        """Send a request, and return its response with the body unread.

        Raises:
            ClientClosedError: The pool was closed.
            ConfigurationError: A proxy or a certificate in the environment is invalid.
            httpx.HTTPError: The connection failed.
        """
        self.check_open()
        if self._over_httpx2 is not None:
            return self._over_httpx2.send(whole_request(request))
        if isinstance(self._given, httpx.Client):
            client, ready = self._given, request_for_client(request, self._given)
        else:
            client, ready = self._client(), whole_request(request)
        return client.send(ready, auth=None, stream=True, follow_redirects=False)

    def _client(self) -> httpx.Client:
        process = os.getpid()
        if (made := self._made.get(process)) is not None:
            if not made.is_closed:
                return made
            self._made.pop(process, None)  # the interpreter ends, and closed it
        new = sync_client(self._base_url)
        made = self._made.setdefault(process, new)  # no lock: a fork might copy it locked
        if made is new:
            weakref.finalize(self, _close_in, process, made)
        if self._closed:
            made.close()
            self.check_open()
        return made

    def close(self) -> None:
        """Close the HTTP client of this process. Closing twice does nothing."""
        self._closed = True
        self.bodies.close()
        if (made := self._made.get(os.getpid())) is not None:
            made.close()


def _close_in(process: int, client: httpx.Client) -> None:
    if os.getpid() == process:
        client.close()


class AsyncPool(_Pool):
    """The HTTP client of each event loop. Several loops may use the pool.

    A forked child never uses its parent's HTTP clients.

    Args:
        base_url: The address of the API, which decides whether a proxy is used.
        given: The HTTP client to use instead. It is never closed.
        engine: The library that makes the connections.

    Raises:
        ConfigurationError: `given` isn't an `AsyncClient`, the engine is invalid or not
            installed, or the host name is invalid.
    """

    def __init__(self, base_url: str, given: AsyncHttpClient | None, engine: str) -> None:
        super().__init__(base_url, given)
        self._engine = async_engine(engine, given)
        self._over_httpx2 = None
        if given is not None and "httpx2" in sys.modules:
            from .httpx2_clients import AsyncOverHttpx2

            self._over_httpx2 = AsyncOverHttpx2.of(given)
        if self._over_httpx2 is None:
            self._check_kind(httpx.AsyncClient)
        self._made: dict[tuple[int, object], _OfLoop] = {}

    async def send(self, request: HttpRequest) -> httpx.Response:
        """Send a request, and return its response with the body unread.

        Raises:
            ClientClosedError: The pool was closed.
            ConfigurationError: A proxy or a certificate in the environment is invalid.
            httpx.HTTPError: The connection failed.
        """
        self.check_open()
        if self._over_httpx2 is not None:
            return await self._over_httpx2.send(whole_request(request))
        if isinstance(self._given, httpx.AsyncClient):
            client, ready = self._given, request_for_client(request, self._given)
        else:
            client, ready = await self._client(), whole_request(request)
        return await client.send(ready, auth=None, stream=True, follow_redirects=False)

    async def _client(self) -> httpx.AsyncClient:
        process, loop = os.getpid(), _running_loop()
        if (made := self._made.get((process, loop))) is not None:
            return made.client
        self._forget_ended(process)
        new = async_client(self._base_url, self._engine)
        made = _OfLoop(new, _closed_at_the_end(new, self._made, (process, loop)))
        self._made[process, loop] = made
        # An event loop that ends closes its open async generators.
        await anext(made.guard)
        return new

    async def close(self) -> None:
        """Close the HTTP client of this event loop. Those of other loops close when these end."""
        self._closed = True
        if (made := self._made.get((os.getpid(), _running_loop()))) is not None:
            await made.guard.aclose()

    def _forget_ended(self, process: int) -> None:
        """Drop the HTTP clients of event loops that ended without closing their generators."""
        import asyncio  # late: sync clients don't need it

        for key in list(self._made):
            owner, loop = key
            if (
                owner == process
                and isinstance(loop, asyncio.AbstractEventLoop)
                and loop.is_closed()
            ):
                self._made.pop(key, None)


@dataclass(frozen=True)
class _OfLoop:
    client: httpx.AsyncClient
    guard: AsyncGenerator[None, None]


async def _closed_at_the_end(
    client: httpx.AsyncClient, made: dict[tuple[int, object], _OfLoop], key: tuple[int, object]
) -> AsyncGenerator[None, None]:
    try:
        yield
    finally:
        made.pop(key, None)
        await client.aclose()


def _running_loop() -> object:
    """Return an object that identifies the event loop of this thread."""
    if sniffio.current_async_library() == "trio":
        import trio  # already running

        return trio.lowlevel.current_trio_token()
    import asyncio  # already running

    return asyncio.get_running_loop()


def _check_host(url: str) -> None:
    try:
        httpx.URL(url).host.encode("idna")
    except (httpx.InvalidURL, UnicodeError) as exc:
        raise ConfigurationError(f"The host in the client's URL can't exist: {exc}") from None
