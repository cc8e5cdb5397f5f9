"""Health and status (contract B1)."""

from __future__ import annotations

from starlette.responses import JSONResponse, Response

from .guards import Row, admin, open_
from .manifest import list_of
from .state import Call
from .wire import ok


async def health(call: Call) -> Response:
    """`GET /v1/health`."""
    uptime = call.state.uptime
    return JSONResponse({"status": "healthy", "version": "1.0.0", "uptime_seconds": uptime})


async def status(call: Call) -> Response:
    """`GET /v1/status`."""
    state = call.state
    name = state.config.formation_id
    manifest = state.config.manifest
    agents = len(list_of(manifest, "agents"))
    running = {"seconds": state.uptime, "since": int(state.started)}
    data = {
        "formation": {
            "id": name,
            "name": name,
            "description": manifest.get("description"),
            "version": manifest.get("version"),
        },
        "agents": {"count": agents, "active": agents},
        "mcp_servers": {"count": 0, "active": 0},
        "stats": {
            "running": running,
            "memory": {"working_memory_mb": 64, "memory_usage_mb": 1.5},
            "requests": {"total": state.requests.total, "active": state.requests.active},
            "buffer_size": 20,
            "cpu_percent": 0.5,
        },
    }
    return ok("formation_status", "formation.status.retrieved", data)


ROUTES: tuple[Row, ...] = (
    ("GET", "/health", open_, health),
    ("GET", "/status", admin, status),
)
