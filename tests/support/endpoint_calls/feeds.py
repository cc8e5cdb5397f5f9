"""The SDK method for each path: events and logs."""

from __future__ import annotations

from collections.abc import Callable

from muxi import FormationClient

ASK: list[tuple[str, str, Callable[[FormationClient], object]]] = [
    ("GET", r"/v1/events", lambda f: [*f.events.stream()]),
    ("GET", r"/v1/events/[^/]+", lambda f: [*f.events.stream("s")]),
    ("GET", r"/v1/events/[^/]+/[^/]+", lambda f: [*f.events.stream_turn("s", "r")]),
    ("GET", r"/v1/logs", lambda f: [*f.logs.stream()]),
]
