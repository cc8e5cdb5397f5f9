"""The bodies of requests, and how unread ones are handled."""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.types import Receive, Scope

_DRAIN_LIMIT = 256 * 1024


class Gone(Exception):
    """The client disconnected in the middle of a body."""


class Upload:
    """The body of a request."""

    def __init__(self, scope: Scope, receive: Receive) -> None:
        headers = Headers(scope=scope)
        self._receive = receive
        self._waits = headers.get("expect", "").lower() == "100-continue"
        length = headers.get("content-length", "0") != "0"
        self._more = length or "transfer-encoding" in headers

    async def read(self) -> bytes:
        """Read the whole body."""
        return await self._read(None)

    async def dropped(self) -> bool:
        """Read and drop the first part of an unread body.

        Return True if there is more. The connection then can't be used again.
        """
        if not self._more or self._waits:
            return self._waits
        await self._read(_DRAIN_LIMIT)
        return self._more

    async def _read(self, limit: int | None) -> bytes:
        body = bytearray()
        while self._more and (limit is None or len(body) < limit):
            message = await self._receive()
            if message["type"] == "http.disconnect":
                raise Gone
            body += message.get("body", b"")
            self._more = message.get("more_body", False)
        self._waits = False
        return bytes(body)
