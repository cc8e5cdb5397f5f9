"""Reads whole responses, within the limits of their call."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import suppress

import anyio
import httpx

from .._core.messages import HttpRequest
from .._core.steps import clock
from ..errors import InvalidResponseError, TimeoutError
from .chunks import HTTP_ERRORS, AsyncChunks, SyncChunks


def read_whole(response: httpx.Response, request: HttpRequest) -> bytes:
    """Read and close a response. What can't be decoded of an error's body is left out."""
    answer = _Answer(request)
    try:
        if _is_plain(response) and isinstance(response.stream, httpx.SyncByteStream):
            for part in response.stream:
                answer.add(part)
        else:
            chunks = SyncChunks(response)
            while (chunk := chunks.read()) is not None:
                answer.add(chunk)
    except (httpx.DecodingError, InvalidResponseError):
        if request.needs_body(response.status_code):
            raise
    finally:
        response.close()
    return answer.content


async def read_whole_async(response: httpx.Response, request: HttpRequest) -> bytes:
    """Read and close a response. What can't be decoded of an error's body is left out."""
    answer = _Answer(request)
    try:
        if _is_plain(response) and isinstance(response.stream, httpx.AsyncByteStream):
            await _read_plain(response, aiter(response.stream), answer)
        else:
            await _read_chunks(AsyncChunks(response), answer)
    except (httpx.DecodingError, InvalidResponseError):
        if request.needs_body(response.status_code):
            raise
    return answer.content


def _is_plain(response: httpx.Response) -> bool:
    """Return whether the body is unread and not encoded, so that its stream has all that counts."""
    return not response.is_closed and "content-encoding" not in response.headers


async def _read_plain(
    response: httpx.Response, parts: AsyncIterator[bytes], answer: _Answer
) -> None:
    try:
        async for part in parts:
            answer.add(part)
    except BaseException:
        with anyio.CancelScope(shield=True), suppress(*HTTP_ERRORS):
            await response.aclose()
            async for _ in parts:  # let the generators end
                pass
        raise
    await response.aclose()


async def _read_chunks(chunks: AsyncChunks, answer: _Answer) -> None:
    try:
        while (chunk := await chunks.read()) is not None:
            answer.add(chunk)
    finally:
        await chunks.close()


class _Answer:
    """The body of a response, as far as it was read."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request
        self._parts: list[bytes] = []
        self._size = 0

    @property
    def content(self) -> bytes:
        """What was read so far."""
        return self._parts[0] if len(self._parts) == 1 else b"".join(self._parts)

    def add(self, part: bytes) -> None:
        """Add a part.

        Raises:
            InvalidResponseError: The response is too large.
            TimeoutError: The call takes too long.
        """
        self._size += len(part)
        limit = self._request.max_response_bytes
        if self._size > limit:
            what = self._request.target
            raise InvalidResponseError(
                f"The response to {what} is longer than {limit} bytes", sent=True
            )
        self._parts.append(part)
        check_deadline(self._request)


def check_deadline(request: HttpRequest) -> None:
    """Check that the time limit of the whole call has not passed.

    Raises:
        TimeoutError: It has passed.
    """
    if request.deadline is not None and clock() > request.deadline:
        raise TimeoutError(f"The response to {request.target} did not end in time", sent=True)
