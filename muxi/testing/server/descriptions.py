"""The server's descriptions of itself and of its formations (contract server-api 3)."""

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
    """Return a formation as it is in the list."""
    _probe(registry, known)
    process, status = registry.own(known.id), known.status
    up = process is not None and status in ("running", "unhealthy")
    version = {
        "semantic": known.release.semantic,
        "current": known.release.digest,
        "previous": known.previous.digest if known.previous else "",
    }
    found = FormationSummary(
        id=known.id,
        name=known.name,
        port=known.port,
        status=status,
        pid=process.pid if process and status != "stopped" else 0,
        uptime=max(0, int(time.time() - process.started)) if process and up else 0,
        restart_count=known.restarts,
        healthy=None if status == "starting" else status == "running",
        version=FormationVersion(**{key: text for key, text in version.items() if text}),
    )
    return found.model_dump(exclude_unset=True)


def _probe(registry: Registry, known: Registered) -> None:
    """Check whether a formation that should be running is, and store the result."""
    if known.status not in ("running", "unhealthy"):
        return
    alive = registry.serving(known.id) is not None
    known.status = "running" if alive and known.status == "running" else "unhealthy"
    known.checked = registry.behavior.now


def listing(registry: Registry) -> dict[str, object]:
    """Return the list of all formations."""
    found = [summary(registry, registry.get(each)) for each in [*registry.formations]]
    return {"formations": found, "total": len(found)}


def detail(registry: Registry, formation_id: str) -> dict[str, object]:
    """Return one formation's details."""
    known = registry.get(formation_id)
    found = summary(registry, known)
    if registry.behavior.quirks.no_semantic:
        found["version"] = {"current": known.release.digest} | (
            {"previous": known.previous.digest} if known.previous else {}
        )
    created = rfc3339(known.created)
    times = {"created_at": created, "deployed_at": created}
    times["updated_at"] = rfc3339(known.started)
    if known.checked:
        times["last_health_check"] = rfc3339(known.checked)
    return {**found, **times}


def status(registry: Registry) -> dict[str, object]:
    """Return the status of the server itself."""
    states = [registry.get(each).status for each in [*registry.formations]]
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
