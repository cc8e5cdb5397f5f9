"""Creates the HTTP clients that send requests."""

from __future__ import annotations

import ssl
from collections.abc import Callable

import httpx

from ..errors import ConfigurationError
from .environment import proxy_of, tls_for

_LIMITS = httpx.Limits(max_connections=1000, max_keepalive_connections=20)

_AsyncEngine = Callable[
    [ssl.SSLContext, httpx.Limits, "httpx.Proxy | None"], httpx.AsyncBaseTransport
]


class _NoCookies(httpx.Cookies):
    """Stays empty, because the users of a client share its connections."""

    def extract_cookies(self, response: httpx.Response) -> None:
        """Do nothing. A cookie jar with a policy would take four times as long for the same."""


_NO_COOKIES = _NoCookies()


class _KeepsNone:
    @property
    def cookies(self) -> httpx.Cookies:
        return _NO_COOKIES

    @cookies.setter
    def cookies(self, cookies: object) -> None:
        raise AttributeError("The users of a client share its connections: it keeps no cookies.")


class _Client(_KeepsNone, httpx.Client):
    pass


class _AsyncClient(_KeepsNone, httpx.AsyncClient):
    pass


def _stop_at_redirect(response: httpx.Response) -> None:
    """Take a redirect as the response. httpx would parse its address, even if it doesn't follow."""
    if response.has_redirect_location:
        raise httpx.HTTPStatusError("A redirect", request=response.request, response=response)


async def _stop_at_redirect_async(response: httpx.Response) -> None:
    _stop_at_redirect(response)


def sync_client(base_url: str) -> httpx.Client:
    """Return a new HTTP client for an address.

    Raises:
        ConfigurationError: A proxy or a certificate in the environment is invalid.
    """
    proxy = proxy_of(base_url)
    transport = httpx.HTTPTransport(
        verify=tls_for(base_url, proxy), limits=_LIMITS, trust_env=False, proxy=proxy
    )
    hooks = {"response": [_stop_at_redirect]}
    return _Client(transport=transport, trust_env=False, event_hooks=hooks)


def async_client(base_url: str, engine: _AsyncEngine) -> httpx.AsyncClient:
    """Return a new HTTP client for an address.

    Raises:
        ConfigurationError: A proxy or a certificate in the environment is invalid.
    """
    proxy = proxy_of(base_url)
    transport = engine(tls_for(base_url, proxy), _LIMITS, proxy)
    hooks = {"response": [_stop_at_redirect_async]}
    return _AsyncClient(transport=transport, trust_env=False, event_hooks=hooks)


def async_engine(name: str, given: object) -> _AsyncEngine:
    """Return a function that creates the connections of an event loop.

    Args:
        name: The library that makes them.
        given: The HTTP client that was passed in, if any.

    Raises:
        ConfigurationError: There is no such engine, it is not installed, or `given` has its own.
    """
    if name == "httpx":
        return _httpx_engine
    if name != "aiohttp":
        raise ConfigurationError(f"engine must be 'httpx' or 'aiohttp', not {name!r}.")
    if given is not None:
        raise ConfigurationError("http_client= has an engine of its own: omit engine='aiohttp'.")
    try:
        from .aiohttp_engine import AiohttpTransport
    except ImportError as exc:
        raise ConfigurationError(
            f"engine='aiohttp' needs an extra: pip install 'muxi-client[aiohttp]' ({exc})."
        ) from None
    return AiohttpTransport


def _httpx_engine(
    verify: ssl.SSLContext, limits: httpx.Limits, proxy: httpx.Proxy | None
) -> httpx.AsyncBaseTransport:
    return httpx.AsyncHTTPTransport(verify=verify, limits=limits, trust_env=False, proxy=proxy)
