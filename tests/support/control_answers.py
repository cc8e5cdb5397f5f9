"""Responses of a MUXI Server, word for word (contract server-api)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from .fake_server import Action, Answer, Drop, Received

HELLO = Path(__file__).parents[2] / "examples" / "hello-formation"
ID = "hello-formation"
_JSON = {"Content-Type": "application/json"}


def ok(data: Mapping[str, Any], status: int = 200) -> Answer:
    return Answer(status, {"success": True, "data": data}, _JSON)


def flat(body: Mapping[str, Any], status: int = 200) -> Answer:
    return Answer(status, body, _JSON)


def refused(status: int, message: str, error: str = "Error") -> Answer:
    return flat({"error": error, "message": message, "code": status}, status)


NOT_FOUND = refused(404, "Formation not found", "Not Found")
FORMATION = {
    "id": ID,
    "name": "Hello",
    "status": "running",
    "port": 8001,
    "pid": 42,
    "restart_count": 0,
    "uptime": 3,
    "created_at": "2026-11-22T10:00:00.123456789+01:00",
    "deployed_at": "2026-11-22T10:00:00.123456789+01:00",
    "updated_at": "0001-01-01T00:00:00Z",
    "healthy": True,
    "version": {"semantic": "1.0.0", "current": "aa"},
}
FOUND = ok(FORMATION)


def frame(name: str, **data: Any) -> bytes:
    return f"event: {name}\ndata: {json.dumps(data)}\n\n".encode()


def stage(name: str, **more: Any) -> bytes:
    return frame("progress", stage=name, message=f"{name}...", **more)


COMPLETE = frame(
    "complete",
    formation_id=ID,
    port=8000,
    status="running",
    url=f"http://localhost:7890/api/{ID}",
    health_url="http://localhost:8000/v1/health",
    pid=42,
)
UPDATED = frame(
    "complete",
    formation_id=ID,
    port=8000,
    status="running",
    url=f"http://localhost:7890/api/{ID}",
    previous_version="1",
    new_version="2",
)
STAGES = [
    stage("extracting"),
    stage("resolving_runtime"),
    stage("resolving_runtime", version="1.2.3"),
    stage("spawning"),
    stage("health_check"),
    stage("health_check", attempt=1, max_attempts=30),
]


def error(kind: str, message: str = "No.", at: str = "validating") -> bytes:
    return frame("error", error=kind, message=message, stage=at)


def by_method(**actions: Action) -> Callable[[Received], Action]:
    """Answer by the method of the request. By default GET answers 404."""

    def decide(request: Received) -> Action:
        return {"GET": NOT_FOUND, **actions}[request.method]

    return decide


HEALTHY = Answer(200, {"status": "healthy", "version": "1.0.0", "uptime_seconds": 1}, _JSON)


class Plane:
    """A server with one formation and scripted actions.

    After a successful update the formation has the new bundle. After a successful rollback it has
    the previous one. It answers through the proxy.

    Args:
        change: The response to POST and PUT.
        exists: Whether the formation exists from the start.
        version: The bundles that it has.
        health: The formation's responses through the proxy, one after the other. The last repeats.
    """

    def __init__(
        self,
        change: Action,
        *,
        exists: bool = True,
        version: Mapping[str, Any] = FORMATION["version"],
        health: Sequence[Action] = (HEALTHY,),
        status: str = "running",
    ) -> None:
        self._change = change
        self._exists = exists
        self._version = dict(version)
        self._health = list(health)
        self.status = status

    def __call__(self, request: Received) -> Action:
        if request.path.endswith("/v1/health"):
            return self._health.pop(0) if len(self._health) > 1 else self._health[0]
        if request.method in ("POST", "PUT"):
            if request.path.endswith("/rollback"):
                swapped = {"current": self._version.get("previous")}
                self._version.update(swapped, previous=self._version.get("current"))
            elif request.method == "PUT":
                sent = hashlib.sha256(request.body).hexdigest()
                self._version.update(current=sent, previous=self._version.get("current"))
            return self._change
        found = {**FORMATION, "version": self._version, "status": self.status}
        if request.path == "/rpc/formations":
            return ok({"formations": [found], "total": 1})
        return ok(found) if self._exists else NOT_FOUND


DROP = Drop()
