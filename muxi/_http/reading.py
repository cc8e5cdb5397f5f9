"""Reads whole responses, within the limits of their call."""

from __future__ import annotations

import httpx

from .._core.messages import HttpRequest
from .._core.steps import clock
from ..errors import InvalidResponseError, TimeoutError
from .chunks import AsyncChunks, SyncChunks


def read_whole(response: httpx.Response, request: HttpRequest) -> bytearray:
    """Read and close a response. What can't be decoded of an error's body is left out."""
    chunks, answer = SyncChunks(response), _Answer(request)
    try:
        while (chunk := chunks.read()) is not None:
            answer.add(chunk)
    except (httpx.DecodingError, InvalidResponseError):
        if request.needs_body(response.status_code):
            raise
    finally:
        chunks.close()
    return answer.content


async def read_whole_async(response: httpx.Response, request: HttpRequest) -> bytearray:
    """Read and close a response. What can't be decoded of an error's body is left out."""
    chunks, answer = AsyncChunks(response), _Answer(request)
    try:
        while (chunk := await chunks.read()) is not None:
            answer.add(chunk)
    except (httpx.DecodingError, InvalidResponseError):
        if request.needs_body(response.status_code):
            raise
    finally:
        await chunks.close()
    return answer.content


class _Answer:
    def __init__(self, request: HttpRequest) -> None:
        self._request = request
        self.content = bytearray()

    def add(self, chunk: bytes) -> None:
        """Add a chunk.

        Raises:
            InvalidResponseError: The response is too large.
            TimeoutError: The call takes too long.
        """
        limit = self._request.max_response_bytes
        if len(self.content) + len(chunk) > limit:
            what = self._request.target
            raise InvalidResponseError(
                f"The response to {what} is longer than {limit} bytes", sent=True
            )
        self.content += chunk
        check_deadline(self._request)


def check_deadline(request: HttpRequest) -> None:
    """Check that the time limit of the whole call has not passed.

    Raises:
        TimeoutError: It has passed.
    """
    if request.deadline is not None and clock() > request.deadline:
        raise TimeoutError(f"The response to {request.target} did not end in time", sent=True)
