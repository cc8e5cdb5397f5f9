"""Health and status (contract B1)."""

from __future__ import annotations

from starlette.responses import JSONResponse, Response

from .envelopes import ok
from .guards import Route, admin, open_
from .manifest import agents_of, block_of, servers_of
from .state import Call


async def health(call: Call) -> Response:
    """`GET /v1/health`."""
    version = call.state.config.manifest.get("version", "1.0.0")
    uptime = call.state.uptime
    return JSONResponse({"status": "healthy", "version": version, "uptime_seconds": uptime})


async def status(call: Call) -> Response:
    """`GET /v1/status`."""
    state = call.state
    name = state.config.formation_id
    manifest = state.config.manifest
    memory = block_of(manifest, "memory")
    running = {"seconds": state.uptime, "since": int(state.started)}
    data = {
        "formation": {
            "id": name,
            "name": manifest.get("name", name),
            "description": manifest.get("description", ""),
            "version": manifest.get("version", "unknown"),
        },
        "agents": _counted(agents_of(manifest)),
        "mcp_servers": _counted(servers_of(manifest)),
        "stats": {
            "running": running,
            "memory": {
                "working_memory_mb": block_of(memory, "working").get("max_memory_mb", 512),
                "memory_usage_mb": 1.5,
            },
            "requests": {"total": state.requests.total, "active": state.requests.active},
            "buffer_size": block_of(memory, "buffer").get("size", 1000),
            "cpu_percent": 0.5,
        },
    }
    return ok("formation_status", "formation.status.retrieved", data)


def _counted(found: list[dict[str, object]]) -> dict[str, int]:
    return {"count": len(found), "active": sum(bool(each.get("active", True)) for each in found)}


ROUTES: tuple[Route, ...] = (
    Route("GET", "/health", open_, health),
    Route("GET", "/status", admin, status),
)
