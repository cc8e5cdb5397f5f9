"""The control plane's responses: JSON as Go writes it, errors and event streams."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncGenerator, Mapping
from http import HTTPStatus

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from ..streams import pump

CORS = {
    "access-control-allow-origin": "*",
    "access-control-allow-methods": "GET, POST, PUT, DELETE, OPTIONS",
    "access-control-allow-headers": "Content-Type, Authorization",
}
EVENTS = {
    "content-type": "text/event-stream",
    "cache-control": "no-cache",
    "connection": "keep-alive",
}


class Pieces(Response):
    """A response without a length, sent chunk by chunk."""

    def __init__(self, pieces: AsyncGenerator[bytes, None], headers: Mapping[str, str]) -> None:
        super().__init__(None, headers={**CORS, **headers})
        del self.headers["content-length"]
        self._pieces = pieces

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the request."""
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": b"", "more_body": True})
        await pump(self._pieces, receive, send, None)


def ok(data: object, status: int = 200) -> Response:
    """Return data in the envelope that most routes use."""
    return flat({"success": True, "data": data}, status)


def error(status: int, text: str, *, cors: bool = True) -> Response:
    """Return an error in the form that most routes use."""
    body = {"error": HTTPStatus(status).phrase, "message": text, "code": status}
    return flat(body, status, cors=cors)


def flat(body: object, status: int = 200, *, cors: bool = True) -> Response:
    """Return JSON without an envelope."""
    headers = {**(CORS if cors else {}), "content-type": "application/json"}
    return Response(go_json(body) + "\n", status, headers)


def event(name: str, data: Mapping[str, object]) -> bytes:
    """Return one server-sent event."""
    return f"event: {name}\ndata: {go_json(data)}\n\n".encode()


def go_json(body: object) -> str:
    """Return JSON as Go's encoder writes it."""
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    for plain in "<>&\u2028\u2029":
        text = text.replace(plain, f"\\u{ord(plain):04x}")
    # File names may contain bytes that aren't UTF-8.
    return text.encode(errors="surrogateescape").decode(errors="replace")


def rfc3339(moment: float) -> str:
    """Return a time in RFC 3339. 0 means never, which Go writes as the year 1."""
    if not moment:
        return "0001-01-01T00:00:00Z"
    whole = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(moment))
    return f"{whole}.{int(moment % 1 * 1e9):09d}Z"
