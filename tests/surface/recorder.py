"""A server that knows nothing and remembers what it was asked."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qsl, urlsplit

_KEY = "x-muxi-idempotency-key"
_OF_THE_CONNECTION = {"host", "connection", "content-length", "transfer-encoding"}
_OF_THE_TIME = {"x-distillery-timestamp", "x-distillery-signature"}
_VARYING = {_KEY, *_OF_THE_CONNECTION, *_OF_THE_TIME}
_NOT_FOUND = json.dumps(
    {
        "object": "error",
        "success": False,
        "error": {"code": "RESOURCE_NOT_FOUND", "message": "There is no such thing."},
        "data": None,
    }
).encode()


@dataclass(frozen=True)
class Recorded:
    """A request as it arrived, without what differs from call to call."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    headers: tuple[tuple[str, str], ...]
    body: bytes
    idempotency_key: str | None = field(compare=False)


def without_ids(body: bytes) -> bytes:
    """A body without the ids of turns and sessions that the SDK makes."""
    return re.sub(rb"(req|sess)_[0-9a-f]{32}", rb"\1_", body)


def _without_times(value: str) -> str:
    return re.sub(r"timestamp=\d+, signature=\S+", "", value)


class Recorder(HTTPServer):
    """Answers 404 to everything."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.requests: list[Recorded] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def taken(self) -> tuple[Recorded, ...]:
        """What arrived since the last look."""
        found, self.requests = self.requests, []
        return tuple(found)

    @classmethod
    @contextmanager
    def running(cls) -> Iterator[Recorder]:
        """A recorder in a thread of its own."""
        with cls() as server:
            thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
            thread.start()
            try:
                yield server
            finally:
                server.shutdown()
                thread.join()


class _Handler(BaseHTTPRequestHandler):
    server: Recorder

    def _record(self) -> None:
        where = urlsplit(self.path)
        headers = sorted((name.lower(), _without_times(v)) for name, v in self.headers.items())
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        recorded = Recorded(
            method=self.command,
            path=where.path,
            query=tuple(parse_qsl(where.query, keep_blank_values=True)),
            headers=tuple(one for one in headers if one[0] not in _VARYING),
            body=without_ids(body),
            idempotency_key=self.headers.get(_KEY),
        )
        self.server.requests.append(recorded)
        self.send_response(404)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(_NOT_FOUND)))
        self.end_headers()
        self.wfile.write(_NOT_FOUND)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _record

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""
