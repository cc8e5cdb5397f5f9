"""Frames of a chat stream, and fake server scripts that send them."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from typing import Any

from .fake_server import Answer, Events, Received, envelope

KEEPALIVE = b": keepalive\n\n"
DONE = b'event: done\ndata: {"finished": true}\n\n'
UNSTREAMABLE = (
    b"event: error\n"
    b"data: {\"error\":\"'MuxiResponse' object has no attribute '__aiter__'\","
    b'"type":"AttributeError"}\n\n'
)
REPLY = envelope({"message": {"role": "assistant", "content": "whole"}, "session_id": "s"})


def token(kind: str, content: str = "", **more: Any) -> bytes:
    fields = {"type": kind, "content": content, "session_id": "s", "timestamp": 1.5, **more}
    return b"data: " + json.dumps({"token": fields}).encode() + b"\n\n"


def stream_of(*chunks: bytes | Callable[[], None], ends: bool = True) -> Events:
    return Events(chunks, ends)


def by_path(events: Events, **others: Any) -> Callable[[Received], Any]:
    """Answer chats with events, and other paths with something else."""

    def decide(request: Received) -> Any:
        if request.path == "/v1/chat":
            return events if request.json["stream"] else others["plain"]
        return others[request.path.split("/")[2]]

    return decide


def state(status: str, **more: Any) -> Answer:
    return envelope({"request_id": "r", "status": status, "created_at": 1.0, **more})


def slow_keepalives(count: int) -> list[bytes | Callable[[], None]]:
    pause = threading.Event()
    return [piece for _ in range(count) for piece in (KEEPALIVE, lambda: pause.wait(0.05) and None)]


GOOD = stream_of(
    KEEPALIVE,
    token("progress", stage="init"),
    token("content", "Hel"),
    token("content", "lo"),
    token("completed", "Hello", status="success"),
    DONE,
)
