"""The administration of memory (contract B6)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pydantic import BaseModel
from starlette.responses import Response

from .envelopes import ApiError, ok, parse, parse_query
from .guards import Route, admin
from .memory_store import PROJECTIONS
from .state import Call, State


class Rebuild(BaseModel):
    """The body of `POST /v1/memory/rebuild`."""

    user_id: str
    projection: str | None = None
    dry_run: bool = False
    background: bool = True
    backfill: bool = False


class Backfill(BaseModel):
    """The body of `POST /v1/memory/backfill`."""

    user_id: str


class Forget(BaseModel):
    """The body of `POST /v1/memory/forget`."""

    user_id: str
    source: str
    reason: str = "user_request"
    rebuild: bool = True
    background: bool = True


class Sync(BaseModel):
    """The query of `POST /v1/memory/forget`."""

    sync: bool = False


class Lint(BaseModel):
    """The body of `POST /v1/memory/lint`."""

    user_id: str | None = None


async def rebuild(call: Call) -> Response:
    """`POST /v1/memory/rebuild`."""
    body = parse(Rebuild, call.body)
    names = [*PROJECTIONS] if body.projection is None else [body.projection]
    if names[0] not in PROJECTIONS:
        text = f"Unknown projection '{names[0]}'; registered: {[*PROJECTIONS]}"
        raise ApiError(422, text, code="INVALID_PARAMS")
    report: dict[str, object] = {"user_id": body.user_id, "dry_run": body.dry_run}
    if body.backfill and not body.dry_run:
        report["backfill"] = _synthesized()
    report["projections"] = _projected(call.state, body.user_id, names, body.dry_run)
    if body.background and not body.dry_run:
        data = {"user_id": body.user_id, **_started(call, "rebuild", body.user_id, report)}
        return ok("memory", "memory.retrieved", data, 202)
    return ok("memory", "memory.retrieved", report)


async def backfill(call: Call) -> Response:
    """`POST /v1/memory/backfill`. It never finds anything older than the log."""
    body = parse(Backfill, call.body)
    if not body.user_id:
        text = "RequestContext not available and no external_user_id provided. "
        text += "This should not happen in normal operation."
        raise ApiError(422, text, code="INVALID_PARAMS")
    data = {"user_id": body.user_id, "synthesized": _synthesized()}
    return ok("memory", "memory.retrieved", data)


async def forget(call: Call) -> Response:
    """`POST /v1/memory/forget`. The rebuild deletes what was derived from the events."""
    body, query = parse(Forget, call.body), parse_query(Sync, call.request)
    state, user_id = call.state, body.user_id
    deleted = state.events.forget(user_id, body.source)
    data: dict[str, object] = {
        "user_id": user_id,
        "source": body.source,
        "deleted_events": deleted,
        "grace_period_days": 30,
    }
    if not body.rebuild:
        return ok("memory", "memory.deleted", data | {"rebuild_required": [*PROJECTIONS]})
    report = {"projections": _projected(state, user_id, PROJECTIONS, False)}
    if body.background and not query.sync:
        data |= _started(call, "forget", user_id, report)
        return ok("memory", "memory.deleted", data, 202)
    return ok("memory", "memory.deleted", data | report)


async def lint(call: Call) -> Response:
    """`POST /v1/memory/lint`. It finds nothing."""
    body = parse(Lint, call.body)
    count = 1 if body.user_id is not None else len(call.state.events.users)
    found = ("unresolved_conflicts", "superseded_deleted", "orphans_removed")
    report: dict[str, object] = {
        "users": count,
        **dict.fromkeys((*found, "log_gaps", "stale_artifacts"), 0),
        "index_regenerated": count,
        "findings": {},
    }
    return ok("memory", "memory.retrieved", {"user_id": body.user_id, "report": report})


async def rebuild_job(call: Call) -> Response:
    """`GET /v1/memory/rebuild/{job_id}`."""
    return _job(call, "rebuild")


async def forget_job(call: Call) -> Response:
    """`GET /v1/memory/forget/{job_id}`."""
    return _job(call, "forget")


def _projected(
    state: State, user_id: str, names: Iterable[str], dry: bool
) -> dict[str, dict[str, object]]:
    """Rebuild projections from the log, and report the counts."""
    live = state.events.live(user_id)
    derived = {"captains_log": state.history, "flat_facts": state.memories}
    report: dict[str, dict[str, object]] = {}
    for name in names:
        count = sum(event.event_type == PROJECTIONS[name] for event in live)
        if name in derived and not dry:
            derived[name].keep_live(user_id, {event.event_id for event in live})
        report[name] = {"events": count, "applied": 0 if dry else count, "failed": 0}
        if dry:
            report[name]["dry_run"] = True
    return report


def _synthesized() -> dict[str, object]:
    return {name: {"synthesized": 0, "complete": True} for name in PROJECTIONS}


def _started(
    call: Call, kind: str, user_id: str, report: Mapping[str, object]
) -> dict[str, object]:
    job_id = call.state.requests.job(kind, user_id, report)
    # The server's link lacks `/v1`.
    link = f"/memory/{kind}/{job_id}"
    return {"job_id": job_id, "status": "processing", "status_url": link}


def _job(call: Call, kind: str) -> Response:
    job_id = call.param("job_id")
    entry = call.state.requests.find(job_id)
    if entry is None:
        text = f"Unknown or expired {kind} job '{job_id}'"
        raise ApiError(404, text, code="NOT_FOUND")
    data: dict[str, object] = {"job_id": job_id, "status": entry.status}
    if entry.error:
        data["error"] = entry.error
    return ok("memory", "memory.retrieved", data | entry.report)


ROUTES: tuple[Route, ...] = (
    Route("POST", "/memory/rebuild", admin, rebuild),
    Route("GET", "/memory/rebuild/{job_id}", admin, rebuild_job),
    Route("POST", "/memory/backfill", admin, backfill),
    Route("POST", "/memory/forget", admin, forget),
    Route("GET", "/memory/forget/{job_id}", admin, forget_job),
    Route("POST", "/memory/lint", admin, lint),
)
