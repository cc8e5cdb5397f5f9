"""The connections of a client and its views: a pool for each process or event loop.

Requests on these connections go straight to httpx's transport. Its client would add cookies,
redirects and hooks, which they don't have, and take CPU time. An HTTP client that is passed in
sends requests itself.
"""

from __future__ import annotations

import ipaddress
import os
import ssl
import sys
import weakref
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from functools import cache
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx
import sniffio

from .._core.messages import HttpRequest
from ..errors import ClientClosedError, ConfigurationError
from .body import SyncBodies
from .given import AsyncHttpClient, HttpClient
from .messages import request_for_client, request_for_transport

_LIMITS = httpx.Limits(max_connections=1000, max_keepalive_connections=20)


@cache
def tls() -> ssl.SSLContext:
    """Return the TLS context, shared in the process: creating one takes tens of milliseconds.

    Raises:
        ConfigurationError: The certificates that the environment names can't be read.
    """
    try:
        return httpx.create_ssl_context()
    except OSError as exc:  # ssl.SSLError too
        raise ConfigurationError(
            f"The certificates in SSL_CERT_FILE can't be read: {exc}."
        ) from None


@cache
def _no_tls() -> ssl.SSLContext:
    """Return a context without certificates: even this one takes a millisecond to create."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _tls_for(base_url: str, proxy: httpx.Proxy | None) -> ssl.SSLContext:
    """Return the TLS context for a URL. Plain HTTP needs no certificates."""
    return _no_tls() if base_url.startswith("http://") and proxy is None else tls()


class SyncPool:
    """The connections of each process. A forked child never uses its parent's.

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
        _check_host(base_url)
        self._base_url = base_url
        self._given = given
        self._over_httpx2 = None
        if given is not None and "httpx2" in sys.modules:
            from .httpx2_clients import Httpx2Transport

            self._over_httpx2 = Httpx2Transport.of(given)
        if self._over_httpx2 is None:
            _check_kind(given, httpx.Client)
        self._made: dict[int, httpx.HTTPTransport] = {}
        self._bodies: dict[int, SyncBodies] = {}
        self._closed = False

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
        if isinstance(self._given, httpx.Client):
            theirs = request_for_client(request, self._given)
            return self._given.send(theirs, auth=None, stream=True, follow_redirects=False)
        ours = request_for_transport(request)
        response = (self._over_httpx2 or self._transport()).handle_request(ours)
        response.request = ours
        return response

    def check_open(self) -> None:
        """Check that neither the pool nor the HTTP client that was passed in is closed.

        Raises:
            ClientClosedError: One of them is.
        """
        _check_open(self._closed, self._given)

    def _transport(self) -> httpx.HTTPTransport:
        process = os.getpid()
        if (made := self._made.get(process)) is not None:
            return made
        proxy = proxy_of(self._base_url)
        new = httpx.HTTPTransport(
            verify=_tls_for(self._base_url, proxy), limits=_LIMITS, trust_env=False, proxy=proxy
        )
        made = self._made.setdefault(process, new)  # no lock: a fork might copy it locked
        if made is new:
            weakref.finalize(self, _close_in, process, made)
        if self._closed:
            made.close()
            self.check_open()
        return made

    def close(self) -> None:
        """Close the connections of this process. Closing twice does nothing."""
        self._closed = True
        self.bodies.close()
        if (made := self._made.get(os.getpid())) is not None:
            made.close()


def _close_in(process: int, transport: httpx.HTTPTransport) -> None:
    if os.getpid() == process:
        transport.close()


class AsyncPool:
    """The connections of each event loop. Several loops may use the pool.

    A forked child never uses its parent's connections.

    Args:
        base_url: The address of the API, which decides whether a proxy is used.
        given: The HTTP client to use instead. It is never closed.
        engine: The library that makes the connections.

    Raises:
        ConfigurationError: `given` isn't an `AsyncClient`, the engine is invalid or not
            installed, or the host name is invalid.
    """

    def __init__(self, base_url: str, given: AsyncHttpClient | None, engine: str) -> None:
        _check_host(base_url)
        self._make = _maker(engine, given)
        self._base_url = base_url
        self._given = given
        self._over_httpx2 = None
        if given is not None and "httpx2" in sys.modules:
            from .httpx2_clients import AsyncHttpx2Transport

            self._over_httpx2 = AsyncHttpx2Transport.of(given)
        if self._over_httpx2 is None:
            _check_kind(given, httpx.AsyncClient)
        self._made: dict[tuple[int, object], _OfLoop] = {}
        self._closed = False

    async def send(self, request: HttpRequest) -> httpx.Response:
        """Send a request, and return its response with the body unread.

        Raises:
            ClientClosedError: The pool was closed.
            ConfigurationError: A proxy or a certificate in the environment is invalid.
            httpx.HTTPError: The connection failed.
        """
        self.check_open()
        if isinstance(self._given, httpx.AsyncClient):
            theirs = request_for_client(request, self._given)
            return await self._given.send(theirs, auth=None, stream=True, follow_redirects=False)
        ours = request_for_transport(request)
        transport = self._over_httpx2 or await self._transport()
        response = await transport.handle_async_request(ours)
        response.request = ours
        return response

    def check_open(self) -> None:
        """Check that neither the pool nor the HTTP client that was passed in is closed.

        Raises:
            ClientClosedError: One of them is.
        """
        _check_open(self._closed, self._given)

    async def _transport(self) -> httpx.AsyncBaseTransport:
        process, loop = os.getpid(), _running_loop()
        if (made := self._made.get((process, loop))) is not None:
            return made.transport
        self._forget_ended(process)
        proxy = proxy_of(self._base_url)
        new = self._make(_tls_for(self._base_url, proxy), _LIMITS, proxy)
        made = _OfLoop(new, _closed_at_the_end(new, self._made, (process, loop)))
        self._made[process, loop] = made
        # An event loop that ends closes its open async generators.
        await anext(made.guard)
        return new

    async def close(self) -> None:
        """Close the connections of this event loop. Those of other loops close when these end."""
        self._closed = True
        if (made := self._made.get((os.getpid(), _running_loop()))) is not None:
            await made.guard.aclose()

    def _forget_ended(self, process: int) -> None:
        """Drop the connections of event loops that ended without closing their generators."""
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
    transport: httpx.AsyncBaseTransport
    guard: AsyncGenerator[None, None]


async def _closed_at_the_end(
    transport: httpx.AsyncBaseTransport,
    made: dict[tuple[int, object], _OfLoop],
    key: tuple[int, object],
) -> AsyncGenerator[None, None]:
    try:
        yield
    finally:
        made.pop(key, None)
        await transport.aclose()


def _running_loop() -> object:
    """Return an object that identifies the event loop of this thread."""
    if sniffio.current_async_library() == "trio":
        import trio  # already running

        return trio.lowlevel.current_trio_token()
    import asyncio  # already running

    return asyncio.get_running_loop()


def _check_kind(given: object, kind: type[httpx.Client] | type[httpx.AsyncClient]) -> None:
    if given is not None and not isinstance(given, kind):
        raise ConfigurationError(
            f"http_client must be an httpx.{kind.__name__}, not {type(given).__name__}: a Client "
            "of httpx or httpx2 for the clients that aren't awaited, an AsyncClient for the others."
        )


_Maker = Callable[[ssl.SSLContext, httpx.Limits, "httpx.Proxy | None"], httpx.AsyncBaseTransport]


def _maker(engine: str, given: object) -> _Maker:
    """Return a function that creates the connections of an event loop."""
    if engine == "httpx":
        return _httpx_transport
    if engine != "aiohttp":
        raise ConfigurationError(f"engine must be 'httpx' or 'aiohttp', not {engine!r}.")
    if given is not None:
        raise ConfigurationError("http_client= has an engine of its own: omit engine='aiohttp'.")
    try:
        from .aiohttp_engine import AiohttpTransport
    except ImportError as exc:
        raise ConfigurationError(
            f"engine='aiohttp' needs an extra: pip install 'muxi-client[aiohttp]' ({exc})."
        ) from None
    return AiohttpTransport


def _httpx_transport(
    verify: ssl.SSLContext, limits: httpx.Limits, proxy: httpx.Proxy | None
) -> httpx.AsyncBaseTransport:
    return httpx.AsyncHTTPTransport(verify=verify, limits=limits, trust_env=False, proxy=proxy)


def _check_host(url: str) -> None:
    try:
        httpx.URL(url).host.encode("idna")
    except (httpx.InvalidURL, UnicodeError) as exc:
        raise ConfigurationError(f"The host in the client's URL can't exist: {exc}") from None


def _check_open(closed: bool, given: HttpClient | AsyncHttpClient | None) -> None:
    if closed:
        raise ClientClosedError("The client is closed.")
    if given is not None and given.is_closed:
        raise ClientClosedError("The http_client= that this client was given is closed.")


def proxy_of(url: str) -> httpx.Proxy | None:
    """Return the proxy that the environment or the system names for a URL, if any.

    Raises:
        ConfigurationError: The proxy is invalid.
    """
    parts, proxies = urlsplit(url), getproxies()
    scheme = parts.scheme if parts.scheme in proxies else "all"
    host = parts.hostname or ""
    if scheme not in proxies or proxy_bypass(parts.netloc) or _is_excepted(host, proxies):
        return None
    proxy = proxies[scheme] if "://" in proxies[scheme] else f"http://{proxies[scheme]}"
    try:
        found = httpx.Proxy(proxy)
        httpx.HTTPTransport(proxy=found, verify=False)
    except (ValueError, ImportError, httpx.InvalidURL) as exc:
        raise ConfigurationError(
            f"The proxy in {scheme.upper()}_PROXY can't be used: {exc} Correct the variable, or "
            f"name {host} in NO_PROXY."
        ) from None
    return found


def _is_excepted(host: str, proxies: dict[str, str]) -> bool:
    """Return whether NO_PROXY contains the host's address or a network with it."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    for entry in proxies.get("no", "").replace("[", "").replace("]", "").split(","):
        try:
            if address in ipaddress.ip_network(entry.strip(), strict=False):
                return True
        except ValueError:
            continue
    return False
