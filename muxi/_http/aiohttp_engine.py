"""Sends requests with aiohttp, as a transport of httpx. For asyncio only.

aiohttp alone would keep the cookies of all users, repeat some requests by itself, add headers, wait
for ever for a server that stops reading, and lose what has arrived when a connection breaks.
"""

from __future__ import annotations

import asyncio
import select
import ssl
import weakref
from base64 import b64encode
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import lru_cache, partial
from math import inf
from typing import TYPE_CHECKING

import aiohttp
import anyio
import httpx
import sniffio
import yarl

from ..errors import ConfigurationError
from .messages import BytesBody

if TYPE_CHECKING:
    from aiohttp.client_proto import ResponseHandler
    from aiohttp.tracing import Trace

_SMALL = 64 * 1024
"""Bytes that a connection buffers."""
_ADDED_BY_AIOHTTP = ("Accept", "Accept-Encoding", "Content-Type", "User-Agent")


class AiohttpTransport(httpx.AsyncBaseTransport):
    """The connections of one event loop. Create it there.

    Args:
        verify: The TLS context.
        limits: How many connections there may be, and how long idle ones stay open. aiohttp has no
            limit for the number of idle ones.
        proxy: The HTTP proxy for all requests.

    Raises:
        ConfigurationError: The event loop is trio's, or aiohttp doesn't know this kind of proxy.
    """

    def __init__(
        self, verify: ssl.SSLContext, limits: httpx.Limits, proxy: httpx.Proxy | None
    ) -> None:
        if sniffio.current_async_library() != "asyncio":
            raise ConfigurationError("engine='aiohttp' needs asyncio. Omit it to use trio.")
        if proxy is not None and proxy.url.scheme not in ("http", "https"):
            raise ConfigurationError(
                f"engine='aiohttp' can't use the {proxy.url.scheme} proxy in the environment."
            )
        self._proxy = proxy
        self._open: set[_Body] = set()
        connector = _Connector(
            ssl=verify,
            limit=limits.max_connections or 0,
            keepalive_timeout=limits.keepalive_expiry,
        )
        self._session = aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            skip_auto_headers=_ADDED_BY_AIOHTTP,
            auto_decompress=False,
            read_bufsize=_SMALL,
            middlewares=[connector.send_once],
        )
        # A session that is collected without being closed would write a warning to stderr.
        weakref.finalize(self, self._session.detach)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request, and return its response with the body unread."""
        timeouts: dict[str, float | None] = request.extensions["timeout"]
        headers = [(name.decode(), value.decode()) for name, value in request.headers.raw]
        for_proxy = {} if self._proxy is None else _headers_of(self._proxy)
        if request.url.scheme == "http":  # without a tunnel they go with the request
            headers += for_proxy.items()
        sending = partial(
            self._session.request,
            request.method,
            _url(str(request.url)),
            headers=headers,
            allow_redirects=False,
            timeout=_timeout(timeouts["connect"], timeouts["read"]),
            proxy=None if self._proxy is None else str(self._proxy.url),
            proxy_headers=for_proxy,
        )
        content, patience = request.stream, timeouts["write"]
        if isinstance(content, BytesBody) and len(content.content) <= _SMALL:
            response = await sending(data=content.content or None)
        else:
            assert isinstance(content, httpx.AsyncByteStream)
            response = await _sent(content, patience, sending)
        body = _Body(response, request, self._open)
        return httpx.Response(
            response.status,
            headers=response.raw_headers,
            stream=body,
            extensions={"network_stream": _NetworkStream(response)},
        )

    async def aclose(self) -> None:
        """Close the connections. Tasks that read from them get an error."""
        for body in list(self._open):
            await body.aclose()
        await self._session.close()


class _Connector(aiohttp.TCPConnector):
    """Connections, of which none is used for a request that has ended before."""

    def __init__(self, *, ssl: ssl.SSLContext, limit: int, keepalive_timeout: float | None) -> None:
        super().__init__(  # pyright: ignore[reportUnknownMemberType]
            ssl=ssl, limit=limit, keepalive_timeout=keepalive_timeout
        )
        self._used: weakref.WeakSet[ResponseHandler] = weakref.WeakSet()
        self._sending: dict[aiohttp.ClientRequest, asyncio.Transport | None] = {}

    async def send_once(
        self,
        request: aiohttp.ClientRequest,
        send: Callable[[aiohttp.ClientRequest], Awaitable[aiohttp.ClientResponse]],
    ) -> aiohttp.ClientResponse:
        """Send a request. aiohttp by itself would send a PUT that got no response again."""
        done = False
        try:
            response = await send(request)
            done = True
            return response
        except (aiohttp.ClientError, OSError, asyncio.TimeoutError) as exc:
            raise _mapped(exc) from exc
        finally:
            transport = self._sending.pop(request, None)
            if transport is not None and not done:
                transport.abort()  # aiohttp would wait until the server has read everything

    async def connect(
        self, req: aiohttp.ClientRequest, traces: list[Trace], timeout: aiohttp.ClientTimeout
    ) -> aiohttp.connector.Connection:
        """Return a connection. An idle one can have ended before the event loop noticed."""
        while True:
            connection = await super().connect(req, traces, timeout)
            protocol, transport = connection.protocol, connection.transport
            assert protocol is not None
            if protocol in self._used and (protocol.should_close or _is_readable(transport)):
                connection.close()
                continue
            self._used.add(protocol)
            self._sending[req] = transport
            return connection

    def __del__(self, _: object = None) -> None:
        """Do nothing. aiohttp would warn, and in a forked child end the parent's connections."""


def _is_readable(transport: asyncio.Transport | None) -> bool:
    found = None if transport is None else transport.get_extra_info("socket")
    if found is None:
        return True
    if not hasattr(select, "poll"):  # Windows
        return bool(select.select([found], [], [], 0)[0])
    poll = select.poll()
    poll.register(found, select.POLLIN)
    return bool(poll.poll(0))


def _mapped(exc: Exception) -> httpx.TransportError:
    """Return the error of httpx. It tells whether the request may have been sent."""
    match exc:
        case aiohttp.ConnectionTimeoutError():
            return httpx.ConnectTimeout(str(exc))
        case aiohttp.ClientHttpProxyError():
            return httpx.ProxyError(f"The proxy answered {exc.status}")
        case aiohttp.ClientProxyConnectionError():
            return httpx.ProxyError("The proxy can't be reached")
        case aiohttp.ClientConnectorCertificateError():
            return httpx.ConnectError(str(exc.certificate_error))
        case aiohttp.ClientSSLError() | aiohttp.ClientConnectorDNSError():
            return httpx.ConnectError(exc.strerror or "")
        case aiohttp.ClientConnectorError():
            return httpx.ConnectError("All connection attempts failed")
        case asyncio.TimeoutError():
            return httpx.ReadTimeout(str(exc))
        case aiohttp.ServerDisconnectedError():
            return httpx.RemoteProtocolError("Server disconnected without sending a response.")
        case aiohttp.ClientResponseError():
            return httpx.RemoteProtocolError(" ".join(exc.message.split()))
        case aiohttp.ClientPayloadError():
            return httpx.RemoteProtocolError(str(exc))
        case _:
            return httpx.ReadError(str(exc.__cause__ or exc))


def _headers_of(proxy: httpx.Proxy) -> dict[str, str]:
    headers = dict(proxy.headers)
    if proxy.auth is not None:
        key = b64encode(":".join(proxy.auth).encode()).decode()
        headers["Proxy-Authorization"] = f"Basic {key}"
    return headers


@lru_cache(maxsize=256)
def _url(url: str) -> yarl.URL:
    return yarl.URL(url, encoded=True)


@lru_cache(maxsize=256)
def _timeout(connect: float | None, read: float | None) -> aiohttp.ClientTimeout:
    """Return the timeouts. That of the connection includes the wait for a free one."""
    return aiohttp.ClientTimeout(connect=connect, sock_connect=connect, sock_read=read)


async def _sent(
    content: httpx.AsyncByteStream,
    patience: float | None,
    sending: Callable[..., Awaitable[aiohttp.ClientResponse]],
) -> aiohttp.ClientResponse:
    """Send a request with a large body.

    Raises:
        httpx.WriteTimeout: The server stopped reading it.
    """
    with anyio.CancelScope() as stalled:
        pieces = _Pieces(content, patience, stalled)
        try:
            return await sending(data=pieces)
        except httpx.TransportError as exc:
            if pieces.failure is None:
                raise
            raise pieces.failure from exc
    raise httpx.WriteTimeout(f"The server read nothing for {patience} s")


class _Pieces(AsyncIterator[bytes]):
    """The pieces of a body, each of which has to be sent in time. aiohttp sets no limit."""

    failure: Exception | None = None
    """Why the body couldn't be read. aiohttp would make it an error of the connection."""

    def __init__(
        self, stream: httpx.AsyncByteStream, patience: float | None, stalled: anyio.CancelScope
    ) -> None:
        self._pieces = aiter(stream)
        self._patience = inf if patience is None else patience
        self._stalled = stalled

    async def __anext__(self) -> bytes:
        self._stalled.deadline = inf
        try:
            piece = await anext(self._pieces)
        except StopAsyncIteration:
            raise
        except Exception as exc:
            self.failure = exc
            raise
        self._stalled.deadline = anyio.current_time() + self._patience
        return piece


class _Body(httpx.AsyncByteStream, AsyncIterator[bytes]):
    """The body of a response."""

    def __init__(
        self, response: aiohttp.ClientResponse, request: httpx.Request, others: set[_Body]
    ) -> None:
        self._response = response
        self._request = request
        self._others = others
        self._failure: Exception | None = None
        if response.connection is not None:  # not everything has arrived yet
            others.add(self)

    def __aiter__(self) -> AsyncIterator[bytes]:
        """Start to read, with the timeout that is set now."""
        connection = self._response.connection
        if connection is not None and connection.protocol is not None:
            protocol, timeout = connection.protocol, self._request.extensions["timeout"]["read"]
            if protocol.read_timeout != timeout:
                protocol.read_timeout = timeout
                protocol.start_timeout()
        return self

    async def __anext__(self) -> bytes:
        if self._failure is not None:
            raise _mapped(self._failure) from self._failure
        try:
            chunk = await self._response.content.readany()
        except (aiohttp.ClientError, OSError, asyncio.TimeoutError) as exc:
            self._failure = exc
            chunk = self._rest()
            if not chunk:
                raise _mapped(exc) from exc
        if not chunk:
            raise StopAsyncIteration
        return chunk

    def _rest(self) -> bytes:
        """Return what had arrived when the connection broke. aiohttp would drop it."""
        content = self._response.content
        content.set_exception(None)  # type: ignore[arg-type]
        return content.read_nowait()

    async def aclose(self) -> None:
        """Close the response, and its connection if not everything was read."""
        self._others.discard(self)
        self._response.close()


class _NetworkStream:
    """What httpx tells of a connection, as far as the SDK asks for it."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self._response = response

    def get_extra_info(self, info: str) -> object:
        connection = self._response.connection
        transport = None if connection is None else connection.transport
        return None if transport is None else transport.get_extra_info(info)
