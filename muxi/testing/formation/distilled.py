"""Signed batches of distilled memories (contract B9)."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.responses import Response

from .distilleries import need_distilleries
from .distillery_store import is_signed, limit_of
from .envelopes import ApiError, ok, utc_now
from .guards import Route, either
from .ingestion import progress, tracked
from .manifest import block_of, list_of
from .memory_store import Event, naive_utc
from .state import Call

_SOURCE = "distillery"
_WINDOW = 300
"""Seconds that a signature's time may differ from the clock."""
_CAP = 0.7
"""The highest confidence of events from a provisional distillery."""
_NEEDED = {
    "fact.extracted": ("memory", "collection"),
    "log.entry": ("date", "summary"),
    "interaction.turn": ("user_message",),
}
"""The keys that each type of payload must have."""


class Batch(BaseModel):
    """The body of `POST /v1/memories/distilled`."""

    batch_id: Annotated[str, Field(min_length=1)]
    events: Annotated[list[object], Field(min_length=1)]
    embedding_mode: Literal["none", "pre_computed"] = "none"
    embedding_model: str | None = None


class EventInput(BaseModel):
    """An event of a batch."""

    model_config = ConfigDict(extra="forbid")
    event_type: Literal["fact.extracted", "log.entry", "interaction.turn"]
    event_version: Annotated[int, Field(ge=1, le=1)] = 1
    user_id: str | None = None
    source: Literal["distillery"] | None = None
    source_id: Annotated[str, Field(min_length=1, max_length=255)]
    occurred_at: str | None = None
    source_confidence: Annotated[float, Field(ge=0, le=1)] = 1.0
    decay_rate: Literal["static", "decaying", "volatile"] = "static"
    expires_at: str | None = None
    payload: dict[str, object]
    conversation_id: str | None = None
    agent_id: str | None = None
    embedding_vectors: dict[str, list[float]] | None = None


async def intake(call: Call) -> Response:
    """`POST /v1/memories/distilled`."""
    need_distilleries(call)
    raw = await call.request.body()
    distillery = _signer(call, raw)
    batch = _batch(raw, distillery)
    rejections: list[dict[str, object]] = []
    fresh: list[tuple[int, Event]] = []
    duplicates = 0
    for index, entry in enumerate(batch.events):
        try:
            event = _event(call, entry, distillery)
        except ValueError as problem:
            rejections.append({"index": index, "reason": str(problem)})
            continue
        if any(event.source_id == each.source_id for each in _known(call, event, fresh)):
            duplicates += 1
        else:
            fresh.append((index, event))
    if not call.state.distilleries.allow(distillery, len(fresh)):
        text = "The distillery has sent all that it may send today"
        raise ApiError(429, text, code="RATE_LIMITED")
    job = _process(call, batch, distillery, fresh) if fresh else None
    data: dict[str, object] = {
        "batch_id": batch.batch_id,
        "accepted": len(fresh),
        "duplicates": duplicates,
        "rejected": len(rejections),
        "rejections": rejections,
        "processing_id": job,
    }
    if job:
        data["status_url"] = f"/v1/memories/distilled/{job}"
    status = 202 if fresh else 200
    return ok("memory_distillation", "memory.distilled.accepted", data, status)


async def status(call: Call) -> Response:
    """`GET /v1/memories/distilled/{processing_id}`, for the distillery that sent it or an admin."""
    need_distilleries(call)
    entry = tracked(call)
    asker = call.request.headers.get("x-distillery-id", "").strip()
    if not call.admin and entry.user_id != f"{_SOURCE}:{asker}":
        raise ApiError(403, "Processing job does not belong to this distillery")
    return ok("memory_distillation", "memory.distilled.status", progress(entry))


def _signer(call: Call, raw: bytes) -> dict[str, object]:
    """Return the distillery that signed the body. An old signature is refused."""
    headers = call.request.headers
    names = ("X-Distillery-ID", "X-Distillery-Timestamp", "X-Distillery-Signature")
    for name in names:
        if not headers.get(name, "").strip():
            raise ApiError(401, f"{name} header is required")
    distillery_id, stamp, signature = (headers[name].strip() for name in names)
    if not stamp.isdecimal() or abs(time.time() - int(stamp)) > _WINDOW:
        text = f"X-Distillery-Timestamp is no Unix time, or off by more than {_WINDOW} seconds"
        raise ApiError(401, text)
    found = call.state.distilleries.get(distillery_id)
    wrong = ApiError(401, "The distillery is unknown, or did not sign this")
    if found is None:
        raise wrong
    if found["status"] != "active":
        raise ApiError(410, "The distillery was revoked", code="GONE")
    message = f"muxi-distillery-v1\n{stamp}\n{distillery_id}\n".encode() + raw
    if not is_signed(str(found["public_key"]), signature, message):
        raise wrong
    return found


def _batch(raw: bytes, distillery: Mapping[str, object]) -> Batch:
    try:
        batch = Batch.model_validate(json.loads(raw))
    except json.JSONDecodeError:
        raise ApiError(400, "Request body is not valid JSON") from None
    except ValidationError as problem:
        first = problem.errors()[0]
        text = f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
        raise ApiError(422, text, code="INVALID_PARAMS") from None
    most = limit_of(distillery, "max_batch_size")
    if len(batch.events) > most:
        text = f"'events' has {len(batch.events)} events, and {most} are the most"
        raise ApiError(422, text, code="INVALID_PARAMS")
    if batch.embedding_mode == "pre_computed" and "/" not in (batch.embedding_model or ""):
        text = "'embedding_model' must name the provider too, as in 'local/model'"
        raise ApiError(422, text, code="INVALID_PARAMS")
    return batch


def _event(call: Call, entry: object, distillery: Mapping[str, object]) -> Event:
    """Return an entry as an event for the log.

    Raises:
        ValueError: The entry is invalid. The text says why.
    """
    try:
        given = EventInput.model_validate(entry)
    except ValidationError as problem:
        first = problem.errors()[0]
        where = ".".join(map(str, first["loc"])) or "event"
        raise ValueError(f"{where}: {first['msg']}") from None
    if given.user_id is None and call.state.config.multi_user:
        raise ValueError("'user_id' is missing, and the formation has many users")
    user_id = given.user_id or "0"
    scope = block_of(distillery, "scope")
    if not _covers(scope["user_ids"], user_id) or given.event_type not in list_of(
        scope, "event_types"
    ):
        raise ValueError(f"{given.event_type} of {user_id} is outside the distillery's scope")
    lacking = [key for key in _NEEDED[given.event_type] if key not in given.payload]
    if lacking:
        raise ValueError(f"The payload lacks {', '.join(lacking)}")
    trusted = 1.0 if distillery["trust_level"] == "verified" else _CAP
    event = Event(user_id, given.event_type, given.payload, _SOURCE, given.source_id)
    event.confidence = min(given.source_confidence, trusted)
    event.decay_rate, event.conversation_id = given.decay_rate, given.conversation_id
    if given.occurred_at:
        event.occurred_at = naive_utc(given.occurred_at)
    return event


def _covers(scope: object, user_id: str) -> bool:
    if isinstance(scope, list):
        return user_id in scope
    pattern = str(scope)
    if pattern.startswith("pattern:"):
        return fnmatchcase(user_id, pattern[8:])
    return pattern in ("all", user_id)


def _known(call: Call, event: Event, fresh: list[tuple[int, Event]]) -> list[Event]:
    """Return earlier events of this user from distilleries."""
    logged = [each for each in call.state.events.live(event.user_id) if each.source == _SOURCE]
    return logged + [each for _, each in fresh if each.user_id == event.user_id]


def _process(
    call: Call, batch: Batch, distillery: Mapping[str, object], fresh: list[tuple[int, Event]]
) -> str:
    """Create memories and history from the events, and return the job's id."""
    items: list[dict[str, object]] = [
        {
            "index": index,
            "event_id": event.event_id,
            "event_type": event.event_type,
            "user_id": event.user_id,
            "disposition": _project(call, event),
        }
        for index, event in fresh
    ]
    done = [item["disposition"] for item in items]
    report: dict[str, object] = {
        "batch_id": batch.batch_id,
        "items": items,
        "counts": {kind: done.count(kind) for kind in ("projected", "recorded", "failed")},
        "pre_computed_vectors_used": False,
        "completed_at": utc_now(),
    }
    return call.state.requests.job("dst", f"{_SOURCE}:{distillery['distillery_id']}", report)


def _project(call: Call, event: Event) -> str:
    state = call.state
    state.events.add(event)
    number = state.users.know(event.user_id).number
    if event.event_type == "fact.extracted":
        metadata, text = block_of(event.payload, "metadata"), str(event.payload["memory"])
        # The server lists only this collection.
        if event.payload["collection"] == "default":
            state.memories.add(event.user_id, text, metadata, str(number), event.event_id)
        return "projected"
    if event.event_type == "log.entry":
        state.history.add(event.user_id, event.payload, event)
        return "projected"
    return "recorded"


ROUTES: tuple[Route, ...] = (
    Route("POST", "/memories/distilled", either, intake, parses_body=False),
    Route("GET", "/memories/distilled/{processing_id}", either, status),
)
