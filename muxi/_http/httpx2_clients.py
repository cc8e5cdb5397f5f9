"""Sends requests of httpx with clients of httpx2, its successor.

Loaded for such a client only. All classes of httpx2 are its own, errors too.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import suppress

import httpx
import httpx2

from .messages import BytesBody

_ERRORS = (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError)


class OverHttpx2:
    """Sends requests with a sync client, which adds its own headers, cookies and parameters."""

    def __init__(self, client: httpx2.Client) -> None:
        self._client = client

    @classmethod
    def of(cls, given: object) -> OverHttpx2 | None:
        """Return the sender for an HTTP client; None if that isn't one of httpx2."""
        return cls(given) if isinstance(given, httpx2.Client) else None

    def send(self, request: httpx.Request) -> httpx.Response:
        """Send a request, and return its response with the body unread."""
        theirs = _to_httpx2(request, self._client)
        try:
            response = self._client.send(theirs, auth=None, stream=True, follow_redirects=False)
        except _ERRORS as exc:
            raise _of_httpx(exc, request) from exc
        return _to_httpx(response, request)


class AsyncOverHttpx2:
    """The same with an async client."""

    def __init__(self, client: httpx2.AsyncClient) -> None:
        self._client = client

    @classmethod
    def of(cls, given: object) -> AsyncOverHttpx2 | None:
        """Return the sender for an HTTP client; None if that isn't one of httpx2."""
        return cls(given) if isinstance(given, httpx2.AsyncClient) else None

    async def send(self, request: httpx.Request) -> httpx.Response:
        """Send a request, and return its response with the body unread."""
        theirs = _to_httpx2(request, self._client)
        try:
            response = await self._client.send(
                theirs, auth=None, stream=True, follow_redirects=False
            )
        except _ERRORS as exc:
            raise _of_httpx(exc, request) from exc
        return _to_httpx(response, request)


def _to_httpx2(
    request: httpx.Request, client: httpx2.Client | httpx2.AsyncClient
) -> httpx2.Request:
    body = request.stream
    theirs = client.build_request(
        request.method,
        str(request.url),
        params=str(request.url.params) if client.params else None,
        headers=request.headers.raw,
        content=body.content if isinstance(body, BytesBody) else None,  # hooks may read it
        extensions=request.extensions,
    )
    theirs.stream = _RequestBody(body)
    return theirs


def _to_httpx(response: httpx2.Response, request: httpx.Request) -> httpx.Response:
    headers, whole = response.headers.raw, None
    with suppress(httpx2.ResponseNotRead):
        whole = response.content  # a hook or a mock has already read it
        headers = [(name, value) for name, value in headers if name.lower() != b"content-encoding"]
    return httpx.Response(
        response.status_code,
        headers=headers,
        content=whole,
        stream=None if whole is not None else _ResponseBody(response),
        extensions=response.extensions,
        request=request,
    )


class _RequestBody(httpx2.SyncByteStream, httpx2.AsyncByteStream):
    def __init__(self, body: httpx.SyncByteStream | httpx.AsyncByteStream) -> None:
        self._body = body

    def __iter__(self) -> Iterator[bytes]:
        assert isinstance(self._body, httpx.SyncByteStream)
        return iter(self._body)

    def __aiter__(self) -> AsyncIterator[bytes]:
        assert isinstance(self._body, httpx.AsyncByteStream)
        return aiter(self._body)


class _ResponseBody(httpx.SyncByteStream, httpx.AsyncByteStream):
    def __init__(self, response: httpx2.Response) -> None:
        self._response = response

    def __iter__(self) -> Iterator[bytes]:
        try:
            yield from self._response.iter_raw()
        except _ERRORS as exc:
            raise _of_httpx(exc) from exc

    def __aiter__(self) -> AsyncIterator[bytes]:
        return _Chunks(self._response.aiter_raw())

    def close(self) -> None:
        self._response.close()

    async def aclose(self) -> None:
        await self._response.aclose()


class _Chunks(AsyncIterator[bytes]):
    """Not a generator: an event loop would have to finalize it."""

    def __init__(self, chunks: AsyncIterator[bytes]) -> None:
        self._chunks = chunks

    async def __anext__(self) -> bytes:
        try:
            return await anext(self._chunks)
        except _ERRORS as exc:
            raise _of_httpx(exc) from exc


def _of_httpx(exc: Exception, request: httpx.Request | None = None) -> Exception:
    """Return the error of httpx in the place of one of httpx2. They have the same names."""
    if isinstance(exc, (httpx2.HTTPStatusError, httpx2.RequestError)):
        with suppress(RuntimeError):  # it has no request
            exc.request = httpx2.Request(exc.request.method, exc.request.url)  # without the key
    if isinstance(exc, httpx2.HTTPStatusError) and request is not None:  # from a hook
        response = _to_httpx(exc.response, request)
        return httpx.HTTPStatusError(str(exc), request=request, response=response)
    if isinstance(exc, httpx2.InvalidURL):
        return httpx.InvalidURL(str(exc))
    for base in type(exc).__mro__:
        kind = getattr(httpx, base.__name__, None)
        if isinstance(kind, type) and issubclass(kind, httpx.RequestError):
            return kind(str(exc))
    return httpx.StreamError(str(exc))
