"""A real HTTP server on loopback that follows a script and records its requests."""

from __future__ import annotations

import json
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

from muxi import Retry


@dataclass(frozen=True)
class Received:
    method: str
    path: str
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Answer:
    """A complete response."""

    status: int = 200
    body: bytes | str | Mapping[str, Any] = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    missing: int = 0
    """Bytes that the length announces but that aren't sent before the connection closes."""

    @property
    def content(self) -> bytes:
        if isinstance(self.body, bytes):
            return self.body
        return (self.body if isinstance(self.body, str) else json.dumps(self.body)).encode()


@dataclass(frozen=True)
class Events:
    """A stream of server-sent events, written chunk by chunk."""

    chunks: Iterable[bytes | Callable[[], None]]
    """The chunks to write. A callable is called between two writes."""
    ends: bool = True
    """Whether the body ends properly. Otherwise the connection just closes."""
    resets: bool = False
    """Whether the connection is reset after the last chunk."""


@dataclass(frozen=True)
class Drop:
    """Read the request and close the connection without a response."""

    resets: bool = False
    """Whether the connection is reset instead."""


@dataclass(frozen=True)
class Silence:
    """Read the request and send nothing until the server stops."""


Action = Answer | Events | Drop | Silence


def envelope(data: Mapping[str, Any], request_id: str = "req_server", **more: Any) -> Answer:
    """A successful response of the formation."""
    body = {
        "object": "x",
        "timestamp": 1_795_326_461_956,
        "type": "x.y",
        "request": {"id": request_id, "idempotency_key": None},
        "success": True,
        "error": None,
        "data": data,
        **more,
    }
    return Answer(200, body, {"Content-Type": "application/json"})


def failure(status: int, code: str, message: str = "No.", data: Any = None) -> Answer:
    """An error response of the formation."""
    answer = envelope({}, success=False, error={"code": code, "message": message, "data": data})
    return Answer(status, answer.body, answer.headers)


FAST = Retry(max_retries=3, base_delay=0.001)
SESSIONS = envelope({"sessions": [], "count": 0})
FORMATIONS = Answer(200, {"success": True, "data": {"formations": [], "total": 0}})
REPLY = envelope({"message": {"role": "assistant", "content": "hello"}, "session_id": "s"})
RESTORED = envelope(
    {"session_id": "s", "messages_loaded": 0, "messages_dropped": 0, "message": "ok"}
)


class FakeServer:
    """Serves the actions one after the other, and repeats the last one.

    Args:
        actions: The action for each request. A callable gets the request and returns the action.
        tls: The TLS context; None for plain HTTP.
    """

    def __init__(
        self,
        *actions: Action | Callable[[Received], Action],
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.received: list[Received] = []
        self._actions = list(actions)
        self._stopped = threading.Event()
        self._lock = threading.Lock()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def log_message(self, format: str, *args: Any) -> None:
                pass

            def handle_one_request(self) -> None:
                try:
                    super().handle_one_request()
                except (ConnectionError, ValueError):
                    self.close_connection = True

            def _do(self) -> None:
                outer._serve(self)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = do_CONNECT = (
                _do
            )

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 1_024

            def verify_request(self, request: Any, client_address: Any) -> bool:
                return not outer._stopped.is_set()

        self._http = Server(("127.0.0.1", 0), Handler)
        if tls is not None:
            self._http.socket = tls.wrap_socket(self._http.socket, server_side=True)
        self.url = f"http{'s' if tls else ''}://127.0.0.1:{self._http.server_port}"
        self._thread = threading.Thread(target=self._accept)

    def __enter__(self) -> FakeServer:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        exc: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stopped.set()
        socket.create_connection(("127.0.0.1", self._http.server_port)).close()  # wakes the thread
        self._thread.join()
        self._http.server_close()

    def _accept(self) -> None:
        """Serve, without the polling of `serve_forever`, which would delay each test's end."""
        while not self._stopped.is_set():
            self._http.handle_request()

    def _serve(self, handler: BaseHTTPRequestHandler) -> None:
        body = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in handler.headers.items()}
        request = Received(handler.command, handler.path, headers, body)
        with self._lock:
            self.received.append(request)
            action = self._actions.pop(0) if len(self._actions) > 1 else self._actions[0]
        if callable(action):
            action = action(request)
        if isinstance(action, Answer):
            _answer(handler, action)
        elif isinstance(action, Events):
            _stream(handler, action)
        else:
            if isinstance(action, Silence):
                self._stopped.wait(30)
            elif action.resets:
                _reset(handler)
            handler.close_connection = True


def _answer(handler: BaseHTTPRequestHandler, answer: Answer) -> None:
    handler.send_response(answer.status)
    for name, value in answer.headers.items():
        handler.send_header(name, value)
    handler.send_header("Content-Length", str(len(answer.content) + answer.missing))
    handler.end_headers()
    handler.wfile.write(answer.content)
    handler.close_connection = handler.close_connection or answer.missing > 0


def _stream(handler: BaseHTTPRequestHandler, events: Events) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", "text/event-stream; charset=utf-8")
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    for chunk in events.chunks:
        if callable(chunk):
            chunk()
            continue
        handler.wfile.write(f"{len(chunk):x}\r\n".encode() + chunk + b"\r\n")
        handler.wfile.flush()
    if events.resets:
        _reset(handler)
    if events.ends and not events.resets:
        handler.wfile.write(b"0\r\n\r\n")
    else:
        handler.close_connection = True


def _reset(handler: BaseHTTPRequestHandler) -> None:
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.rfile.close()  # it would keep the connection open
    handler.connection.close()
