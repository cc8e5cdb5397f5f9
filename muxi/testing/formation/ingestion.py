"""Ingestion of a source's items: each item once, in the background (contract B8)."""

from __future__ import annotations

import json
from collections.abc import Sequence

from pydantic import BaseModel
from starlette.responses import Response

from .envelopes import ApiError, ok, parse, utc_now
from .guards import Route, either
from .memory_store import Event, naive_utc
from .state import Call
from .store import Tracked

SCOPES = ("user", "group", "formation")

_LONGEST = {"source": 50, "source_id": 255, "subject": 255}
_LIMIT = 10_000
"""The most characters in an item's content."""


class Memory(BaseModel):
    """The body of `POST /v1/memories`, and an item of a batch."""

    content: object = None
    type: str | None = None
    detail: str | None = None
    metadata: dict[str, object] | None = None
    scope: str | None = None
    scope_id: str | None = None
    source: str | None = None
    source_id: str | None = None
    timestamp: str | None = None
    subject: str | None = None

    @property
    def ingested_content(self) -> object:
        """The content to ingest. Without `content`, it is the detail."""
        return self.detail if self.content is None else self.content


class Batch(BaseModel):
    """The body of `POST /v1/memories/batch`."""

    items: list[Memory]


async def create_batch(call: Call) -> Response:
    """`POST /v1/memories/batch`."""
    body, user_id = parse(Batch, call.body), call.named_user()
    if not 1 <= len(body.items) <= 100:
        few = "'items' must contain at least one item"
        many = f"Batch too large: {len(body.items)} items (max: 100).\n\n"
        many += "Break into smaller batches for processing."
        raise ApiError(422, many if body.items else few, code="INVALID_PARAMS")
    results = [_ingest_item(call, item, user_id, index) for index, item in enumerate(body.items)]
    items = [each for each, _ in results]
    fresh = [event for _, event in results if event is not None]
    job = _process(call, user_id, fresh) if fresh else None
    kinds = ("accepted", "duplicate", "invalid")
    counts = {kind: sum(each["status"] == kind for each in items) for kind in kinds}
    data: dict[str, object] = {"processing_id": job, "items": items, "counts": counts}
    if job:
        data["status_url"] = f"/v1/memories/ingestion/{job}"
    return ok("memory_ingestion", "memory.ingestion.accepted", data)


async def ingestion(call: Call) -> Response:
    """`GET /v1/memories/ingestion/{processing_id}`."""
    asker = call.asker()
    entry = tracked(call)
    if asker not in (None, entry.user_id):
        raise ApiError(403, "Processing job does not belong to this user")
    return ok("memory_ingestion", "memory.ingestion.status", progress(entry))


def ingest(call: Call, body: Memory, user_id: str) -> Response:
    """Ingest one item: `POST /v1/memories` with a source."""
    check_scope(body)
    problem = _problem(body)
    if problem:
        raise ApiError(422, problem, code="INVALID_PARAMS")
    event, fresh = _append(call, body, user_id)
    data: dict[str, object] = {
        "status": "accepted" if fresh else "duplicate",
        "duplicate": not fresh,
        "event_id": event.event_id,
        "source": event.source,
        "source_id": event.source_id,
        "scope": "user",
        "scope_id": None,
    }
    if not fresh:
        return ok(
            "memory_ingestion",
            "memory.ingestion.accepted",
            data | {"derived_events": list[object]()},
        )
    job = _process(call, user_id, [event])
    data |= {"processing_id": job, "status_url": f"/v1/memories/ingestion/{job}"}
    return ok("memory_ingestion", "memory.ingestion.accepted", data, 202)


def check_scope(body: Memory) -> None:
    """Refuse every scope except the user's own."""
    scope = (body.scope or "user").lower()
    if scope not in SCOPES:
        text = f"Invalid scope '{body.scope}'; expected one of {[*SCOPES]}"
        raise ApiError(422, text, code="INVALID_PARAMS")
    if scope == "group" and not body.scope_id:
        text = "scope_id (the group id) is required when scope is 'group'"
        raise ApiError(422, text, code="INVALID_PARAMS")
    if scope != "user":
        raise ApiError(403, "Insufficient permissions to write to this memory scope")


def tracked(call: Call) -> Tracked:
    """Return the job whose id is in the path."""
    job_id = call.param("processing_id")
    found = call.state.requests.find(job_id)
    if found is None:
        kept = "completed results are retained for 5 minutes"
        text = f"Unknown or expired processing_id '{job_id}' ({kept})"
        raise ApiError(404, text, code="NOT_FOUND")
    return found


def progress(entry: Tracked) -> dict[str, object]:
    """Return the status and the result of a job."""
    states = {"running": "processing", "cancelled": "failed"}
    data: dict[str, object] = {
        "processing_id": entry.request_id,
        "status": states.get(entry.status, entry.status),
        "created_at": entry.created_at,
    }
    if entry.completed_at is not None:
        data["completed_at"] = entry.completed_at
    if entry.error:
        data["error"] = entry.error
    return data | entry.report


def _ingest_item(
    call: Call, item: Memory, user_id: str, index: int
) -> tuple[dict[str, object], Event | None]:
    """Return an item's entry in the response, and its event if the item is new."""
    problem = _problem(item)
    try:
        check_scope(item)
    except ApiError as refused:
        problem = problem or refused.message
    if problem:
        return {"status": "invalid", "error": problem, "index": index}, None
    event, fresh = _append(call, item, user_id)
    if fresh:
        return {"status": "accepted", "event_id": event.event_id, "index": index}, event
    line: dict[str, object] = {"status": "duplicate", "event_id": event.event_id}
    line |= {"derived_events": list[object](), "index": index}
    return line, None


def _problem(item: Memory) -> str | None:
    """Return why an item is invalid, or None."""
    if not (item.source or "").strip():
        return "'source' is required and must be a non-empty string (e.g. \"gmail\")"
    content = item.ingested_content
    if content is None:
        return "'content' is required (a string or a structured object)"
    if isinstance(content, bool | int | float):
        kind = type(content).__name__
        return f"'content' must be a string or a structured object, got {kind}"
    text = content.strip() if isinstance(content, str) else json.dumps(content)
    if not content or not text:
        return "'content' must not be empty"
    if len(text) > _LIMIT:
        return (
            f"Memory entry too large: {len(text):,} characters (max: {_LIMIT:,}).\n\n"
            "Memory entries should be concise summaries, not full documents."
        )
    if item.source_id is not None and not item.source_id.strip():
        return "'source_id' must be a non-empty string when provided"
    for name, most in _LONGEST.items():
        length = len(getattr(item, name) or "")
        if length > most:
            return f"'{name}' must be at most {most} characters, got {length}"
    try:
        naive_utc(item.timestamp or utc_now())
    except ValueError:
        example = '(expected e.g. "2026-07-01T12:00:00Z")'
        return f"'timestamp' is not valid ISO 8601: {item.timestamp!r} {example}"
    return None


def _append(call: Call, item: Memory, user_id: str) -> tuple[Event, bool]:
    call.state.users.know(user_id)
    given = {"content": item.ingested_content, "metadata": item.metadata, "subject": item.subject}
    payload = {key: value for key, value in given.items() if value is not None}
    event = Event(user_id, "memory.ingested", payload, item.source or "", item.source_id)
    if item.timestamp:
        event.occurred_at = naive_utc(item.timestamp)
    return call.state.events.add(event)


def _process(call: Call, user_id: str, events: Sequence[Event]) -> str:
    """Create a finished job, and return its id. It has no facts, because that needs a model."""
    items: list[dict[str, object]] = [
        {
            "source": event.source,
            "source_id": event.source_id,
            "classification": {"category": "knowledge", "margin": 1.0},
            "filter_level": "strict",
            "tier": 1,
            "tier_reason": "category:knowledge",
            "facts_extracted": 0,
            "graph_extractions": 0,
            "disposition": "stored",
            "index": index,
            "event_id": event.event_id,
        }
        for index, event in enumerate(events)
    ]
    fields = ["total", "in", "out", "total_cached", "in_cached", "out_cached"]
    report: dict[str, object] = {
        "completed_at": utc_now(),
        "items": items,
        "counts": {"stored": len(items), "filtered": 0, "failed": 0},
        "usage": {"fields": fields, "total": [0] * len(fields), "breakdown": {}},
    }
    return call.state.requests.job("ing", user_id, report)


ROUTES: tuple[Route, ...] = (
    Route("POST", "/memories/batch", either, create_batch),
    Route("GET", "/memories/ingestion/{processing_id}", either, ingestion),
)
