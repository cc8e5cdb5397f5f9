"""Our requests as httpx sends them, its responses and errors as ours."""

from __future__ import annotations

import math
import time
from collections.abc import AsyncIterator, Iterator
from functools import lru_cache

import httpx

from .._core.messages import EventBody, HttpRequest, RawResponse
from .._files.download import DownloadedFile
from .._files.upload import Upload
from ..errors import ConnectionError, InvalidResponseError, MuxiError, TimeoutError, ValidationError
from .threads import run_in_thread

_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)


@lru_cache(maxsize=256)
def _url(url: str) -> httpx.URL:
    try:
        return httpx.URL(url)
    except httpx.InvalidURL as exc:
        raise ValidationError(f"{url[:200]} can't be requested: {exc}") from None


def to_httpx_request(
    step: HttpRequest, given: httpx.Client | httpx.AsyncClient | None
) -> httpx.Request:
    """Return the request, with headers, cookies and parameters of the HTTP client passed in."""
    timeout = httpx.Timeout(_limit(step.timeout), read=_limit(step.read_timeout))
    build = httpx.Request if given is None else given.build_request
    url = _url(step.url)
    request = build(
        step.method,
        url,
        params=url.params if given is not None and given.params else None,
        headers=list(step.headers),
        content=None if isinstance(step.content, Upload) else step.content,
        extensions={"timeout": timeout.as_dict()},
    )
    if isinstance(step.content, Upload):
        request.stream = UploadBody(step.content)
    return request


def _limit(seconds: float) -> float | None:
    return None if seconds == math.inf else seconds


class UploadBody(httpx.SyncByteStream, httpx.AsyncByteStream):
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
            self._upload.mark_sent()

    def __aiter__(self) -> AsyncIterator[bytes]:
        # No generator: httpx drops it where the server hangs up, and trio would complain.
        self._upload.rewind()
        return self

    async def __anext__(self) -> bytes:
        self._upload.mark_sent()
        if piece := await run_in_thread(self._upload.read):
            return piece
        raise StopAsyncIteration


def is_event_stream(response: httpx.Response) -> bool:
    """The body is made of events, not of an error or a plain answer."""
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
    """Return what came back; its body is in one of the three."""
    return RawResponse(
        status_code=response.status_code,
        headers=response.headers,
        body=content,
        elapsed=time.perf_counter() - began,
        received_at=time.time(),
        events=events,
        saved=saved,
    )


def map_httpx_error(exc: httpx.HTTPError | httpx.InvalidURL, step: HttpRequest) -> MuxiError:
    """Return the error of a request that was handed to the HTTP client as one of ours.

    Its `sent` says whether the server may have acted.
    """
    what = step.target
    sent = not isinstance(exc, _NOT_SENT)
    if isinstance(exc, httpx.PoolTimeout):
        return TimeoutError(f"{what} got no connection of the pool within {step.timeout:.3g} s")
    if isinstance(exc, httpx.TimeoutException):
        limit = step.read_timeout if isinstance(exc, httpx.ReadTimeout) else step.timeout
        return TimeoutError(f"{what} got no answer within {limit:.3g} s", sent=sent)
    if isinstance(exc, httpx.LocalProtocolError):
        return ValidationError(f"{what} can't be sent: {exc}")
    if isinstance(exc, (httpx.InvalidURL, httpx.UnsupportedProtocol)):
        # The URL of the request was read before. httpx reads a redirect's though it follows none.
        return InvalidResponseError(f"{what} is redirected to what is no address: {exc}", sent=True)
    if isinstance(exc, httpx.DecodingError):
        return InvalidResponseError(f"The answer to {what} can't be decoded: {exc}", sent=True)
    if isinstance(step.content, Upload) and not step.content.is_complete and sent:
        what += f", an upload, after {step.content.sent} of {step.content.size} bytes"
    why = (str(exc) or type(exc).__name__).replace(_url(step.url).netloc.decode(), "the server")
    return ConnectionError(f"{what} failed: {why}", sent=sent)
