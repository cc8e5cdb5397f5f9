"""Real payloads, each with its model."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from muxi.models import formation as m
from muxi.models import server as s

from .recorded import recordings

KINDS: dict[tuple[str, str], type[BaseModel]] = {
    ("formation_status", "formation.status.retrieved"): m.FormationStatus,
    ("message", "chat.completed"): m.ChatTurn,
    ("session_list", "session.list"): m.SessionList,
    ("session", "session.retrieved"): m.Session,
    ("session", "session.messages.list"): m.MessageList,
    ("session", "session.restored"): m.RestoredSession,
    ("request_list", "request.list.retrieved"): m.RequestList,
    ("request_status", "request.status.retrieved"): m.RequestStatus,
    ("request_status", "request.cancelled"): m.Cancellation,
}

SERVER: list[tuple[type[BaseModel], dict[str, Any]]] = [
    (
        s.FormationList,
        {
            "formations": [
                {
                    "id": "a",
                    "name": "",
                    "port": 8000,
                    "status": "starting",
                    "pid": 1,
                    "uptime": 0,
                    "restart_count": 0,
                    "healthy": None,
                    "version": {},
                }
            ],
            "total": 1,
        },
    ),
    (
        s.Formation,
        {
            "id": "a",
            "name": "A",
            "port": 8000,
            "status": "running",
            "pid": 1,
            "uptime": 5,
            "restart_count": 2,
            "healthy": True,
            "version": {"semantic": "1.0.0", "current": "ab"},
            "created_at": "2026-11-22T06:21:00.123456789+02:00",
            "deployed_at": "2026-11-22T06:21:00.123456789+02:00",
            "updated_at": "0001-01-01T00:00:00Z",
        },
    ),
    (s.Health, {"success": True, "status": "ok", "version": "1"}),
]


def samples() -> Iterator[tuple[type[BaseModel], dict[str, Any]]]:
    """Real payloads, each with the model that reads it."""
    yield from SERVER
    for recording in recordings():
        if (
            recording.status != 200
            or recording.chunks
            or "json" not in recording.headers["content-type"]
        ):
            continue
        wire = recording.json
        kind = KINDS.get((wire.get("object"), wire.get("type")))
        if kind is not None:
            yield kind, wire["data"]
        elif recording.path == "/v1/health":
            yield m.Health, wire
