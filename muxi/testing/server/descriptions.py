"""What the control plane says of itself and of its formations (contract server-api 3)."""

from __future__ import annotations

import time

from ...models.server import (
    FormationCounts,
    FormationSummary,
    FormationVersion,
    GoRuntime,
    PortPool,
    ServerIdentity,
    ServerStatus,
)
from .answers import rfc3339
from .deploying import SERVER_ID
from .registry import Registered, Registry

VERSION = "1.20260713.0"

_PORTS = 1000


def summary(registry: Registry, known: Registered) -> dict[str, object]:
    """A formation as a list shows it."""
    process = registry.serving(known.id)
    alive = process is not None and not process.died.is_set()
    if known.status == "running" and not alive:
        known.status = "unhealthy"
    up = alive and known.status in ("running", "unhealthy")
    version = {
        "semantic": known.release.semantic,
        "current": known.release.digest,
        "previous": known.previous.digest if known.previous else "",
    }
    found = FormationSummary(
        id=known.id,
        name=known.name,
        port=known.port,
        status=known.status,
        pid=process.pid if process and known.status != "stopped" else 0,
        uptime=int(time.time() - process.started) if process and up else 0,
        restart_count=known.restarts,
        healthy=None if known.status == "starting" else known.status == "running",
        version=FormationVersion(**{key: text for key, text in version.items() if text}),
    )
    return found.model_dump(exclude_unset=True)


def listing(registry: Registry) -> dict[str, object]:
    """All formations."""
    found = [summary(registry, known) for known in registry.formations.values()]
    return {"formations": found, "total": len(found)}


def detail(registry: Registry, formation_id: str) -> dict[str, object]:
    """One formation."""
    known = registry.get(formation_id)
    process = registry.serving(formation_id)
    created = rfc3339(known.created)
    times = {"created_at": created, "deployed_at": created}
    times["updated_at"] = rfc3339(process.started if process else 0)
    checked = {"last_health_check": rfc3339(time.time())}
    return {**summary(registry, known), **times, **checked}


def status(registry: Registry) -> dict[str, object]:
    """The server itself."""
    states = [known.status for known in registry.formations.values()]
    allocated = sum(not process.died.is_set() for process in registry.processes.values())
    found = ServerStatus(
        server=ServerIdentity(
            id=SERVER_ID, version=VERSION, uptime=int(time.time() - registry.started)
        ),
        formations=FormationCounts(
            total=len(states),
            running=states.count("running"),
            stopped=states.count("stopped"),
            crashed=states.count("crashed"),
        ),
        port_pool=PortPool(total=_PORTS, available=_PORTS - allocated, allocated=allocated),
        runtime=GoRuntime(goroutines=12, go_version="go1.24.0"),
    )
    return found.model_dump()
