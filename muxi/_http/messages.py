"""Converts requests to those of httpx, and its responses and errors to those of the SDK."""

from __future__ import annotations

import math
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from functools import lru_cache

import httpx

from .._core.messages import EventBody, HttpRequest, RawResponse
from .._files.download import DownloadedFile
from .._files.upload import Upload
from ..errors import ConnectionError, InvalidResponseError, MuxiError, TimeoutError, ValidationError
from .auth import key_headers
from .threads import run_in_thread

_WITH_BODY = ("POST", "PUT", "PATCH")
"""The methods whose requests have a length, even if it is 0."""
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)

_MOVED = "Invalid URL in location header"
"""How an error of httpx begins."""
_LOST_IN_AIOHTTP = ("ServerDisconnectedError", "ClientOSError")
"""Errors after sending. The transport of httpx-aiohttp makes them a `ConnectTimeout`."""


@lru_cache(maxsize=256)
def _url(url: str) -> httpx.URL:
    try:
        return httpx.URL(url)
    except httpx.InvalidURL as exc:
        raise ValidationError(f"{url[:200]} can't be requested: {exc}") from None


def whole_request(step: HttpRequest) -> httpx.Request:
    """Return the httpx request with everything that is sent, so that `send` has nothing to add."""
    url, content = _url(step.url), step.content
    headers = [(b"Host", url.netloc), *step.headers, *key_headers(step, url.path)]
    if not isinstance(content, Upload) and (content or step.method in _WITH_BODY):
        headers.append((b"Content-Length", str(len(content or b"")).encode()))
    return httpx.Request(
        step.method,
        url,
        headers=headers,
        stream=_body(content),
        extensions={"timeout": _timeouts(step)},
    )


def request_for_client(
    step: HttpRequest, client: httpx.Client | httpx.AsyncClient
) -> httpx.Request:
    """Return the httpx request, with headers, cookies and parameters of an HTTP client."""
    url, body = _url(step.url), _body(step.content)
    request = client.build_request(
        step.method,
        url,
        params=url.params if client.params else None,
        headers=[*step.headers, *key_headers(step, url.path)],
        content=body.content if isinstance(body, BytesBody) else body,
        extensions={"timeout": _timeouts(step)},
    )
    request.stream = body
    return request


def _timeouts(step: HttpRequest) -> dict[str, float | None]:
    other = None if step.timeout == math.inf else step.timeout
    read = None if step.read_timeout == math.inf else step.read_timeout
    return {"connect": other, "read": read, "write": other, "pool": other}


def _body(content: bytes | Upload | None) -> BytesBody | UploadBody:
    return UploadBody(content) if isinstance(content, Upload) else BytesBody(content or b"")


class BytesBody(httpx.SyncByteStream, httpx.AsyncByteStream):
    """The body of a request, for both drivers.

    Its async iterator is not a generator, as that of httpx is: if the server disconnects while the
    body is sent, httpcore drops the iterator, and trio would warn of a generator.
    """

    def __init__(self, content: bytes) -> None:
        self.content = content

    def __iter__(self) -> Iterator[bytes]:
        return iter((self.content,))

    def __aiter__(self) -> AsyncIterator[bytes]:
        return _Once([self.content])


class _Once(AsyncIterator[bytes]):
    def __init__(self, left: list[bytes]) -> None:
        self._left = left

    async def __anext__(self) -> bytes:
        if not self._left:
            raise StopAsyncIteration
        return self._left.pop()


class UploadBody(httpx.SyncByteStream, httpx.AsyncByteStream):
    """The body of an upload, for both drivers.

    The server supports `100 Continue`, but httpx can't wait for it. If the server closes the
    connection during the upload, httpx still reads its response.
    """

    def __init__(self, upload: Upload) -> None:
        self._upload = upload

    def __iter__(self) -> Iterator[bytes]:
        self._upload.rewind()
        while piece := self._upload.read():
            yield piece
            self._upload.mark_sent()

    def __aiter__(self) -> AsyncIterator[bytes]:
        # Not a generator: httpx drops it if the server disconnects, and trio would warn.
        self._upload.rewind()
        return self

    async def __anext__(self) -> bytes:
        self._upload.mark_sent()
        if piece := await run_in_thread(self._upload.read):
            return piece
        raise StopAsyncIteration


def is_event_stream(response: httpx.Response) -> bool:
    """Return whether the body is a stream of events."""
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    return response.status_code < 300 and kind == "text/event-stream"


def to_raw_response(
    response: httpx.Response,
    began: float,
    *,
    content: bytes | bytearray = b"",
    saved: DownloadedFile | None = None,
    events: EventBody | None = None,
) -> RawResponse:
    """Return the response. Its body is in one of the three arguments."""
    return RawResponse(
        status_code=response.status_code,
        headers=response.headers,
        body=content,
        elapsed=time.perf_counter() - began,
        received_at=time.time(),
        events=events,
        saved=saved,
    )


def forget_key(exc: Exception) -> None:
    """Take the request's headers out of an error, which becomes the cause of ours.

    Some libraries pickle an exception together with its causes.
    """
    if isinstance(exc, httpx.RequestError):
        with suppress(RuntimeError):  # it has no request
            exc.request = httpx.Request(exc.request.method, exc.request.url)


def map_httpx_error(exc: httpx.HTTPError | httpx.InvalidURL, step: HttpRequest) -> MuxiError:
    """Return the SDK's error for an error of the HTTP client.

    Its `sent` is True if the server may have acted on the request.
    """
    forget_key(exc)
    if type(exc.__cause__).__name__ in _LOST_IN_AIOHTTP:
        exc = httpx.ReadError(str(exc))
    what = step.target
    sent = not isinstance(exc, _NOT_SENT)
    if isinstance(exc, httpx.PoolTimeout):
        return TimeoutError(f"{what} got no connection of the pool within {step.timeout:.3g} s")
    if isinstance(exc, httpx.ConnectTimeout):
        return TimeoutError(f"{what} got no connection to {_origin(step)} in {step.timeout:.3g} s")
    if isinstance(exc, httpx.TimeoutException):
        limit = step.read_timeout if isinstance(exc, httpx.ReadTimeout) else step.timeout
        return TimeoutError(f"{what} got no response within {limit:.3g} s", sent=sent)
    if isinstance(exc, httpx.LocalProtocolError):
        return ValidationError(f"{what} can't be sent: {exc}")
    if str(exc).startswith(_MOVED) or isinstance(
        exc, (httpx.InvalidURL, httpx.UnsupportedProtocol)
    ):
        # Only a redirect can raise this here. The user's HTTP client parses its address.
        return InvalidResponseError(f"{what} is redirected to what is no address: {exc}", sent=True)
    if isinstance(exc, httpx.DecodingError):
        return InvalidResponseError(f"The response to {what} can't be decoded: {exc}", sent=True)
    if isinstance(step.content, Upload) and not step.content.is_complete and sent:
        what += f", an upload, after {step.content.sent} of {step.content.size} bytes"
    why = (str(exc) or type(exc).__name__).replace(_url(step.url).netloc.decode(), "the server")
    if isinstance(exc, httpx.ConnectError):
        why = f"{_origin(step)} can't be reached. {why}"
    return ConnectionError(f"{what} failed: {why}", sent=sent)


def _origin(step: HttpRequest) -> str:
    """Return the server's address, which messages of other errors keep out."""
    url = _url(step.url)
    return f"{url.scheme}://{url.netloc.decode()}"
