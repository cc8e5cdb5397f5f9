"""Memories, their ingestion and their provenance (contract B8)."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field
from starlette.responses import Response

from .envelopes import ApiError, ok, parse, parse_query, utc_now
from .guards import Route, either
from .ingestion import SCOPES, Memory, check_scope, ingest
from .state import Call

_UNLIKE = {
    "retrieve memories": "'SQLiteMemory' object has no attribute 'list_memories'",
    "create memory": "SQLiteMemory.add() got an unexpected keyword argument 'external_user_id'",
    "delete memory": "'SQLiteMemory' object has no attribute 'delete'",
}
"""Metadata that memories of a single-user formation don't have."""


class Page(BaseModel):
    """The query of `GET /v1/memories`."""

    limit: Annotated[int, Field(ge=1, le=100)] = 10
    offset: Annotated[int, Field(ge=0)] = 0
    scopes: str | None = None


class Origin(BaseModel):
    """The query of `GET /v1/memories/provenance`."""

    entity: str | None = None
    event_id: str | None = None


async def list_memories(call: Call) -> Response:
    """`GET /v1/memories`. Only memories of users exist."""
    page, user_id = parse_query(Page, call.request), call.named_user()
    scopes = [each.strip().lower() for each in (page.scopes or "user").split(",") if each.strip()]
    wrong = [each for each in scopes if each not in SCOPES]
    if wrong or not scopes:
        text = f"Invalid scopes {wrong}; expected a subset of {[*SCOPES]}"
        raise ApiError(422, text, code="INVALID_PARAMS")
    _need_postgres(call, "retrieve memories")
    found = call.state.memories.of(user_id) if "user" in scopes else []
    shown = found[page.offset : page.offset + page.limit]
    return ok("memory_list", "memory.list", {"memories": shown, "count": len(shown)})


async def create(call: Call) -> Response:
    """`POST /v1/memories`. With a source the item is ingested, otherwise stored unchanged."""
    body, user_id = parse(Memory, call.body), call.named_user()
    if body.source is not None:
        return ingest(call, body, user_id)
    text = body.detail if body.content in (None, "") else body.content
    if text is None or text == "":
        text = "Either 'content' or 'detail' must be provided"
        raise ApiError(422, text, code="INVALID_PARAMS")
    if not isinstance(text, str):
        text = "Structured 'content' requires the ingestion contract; include 'source' to route "
        raise ApiError(422, f"{text}through POST /v1/memories ingestion", code="INVALID_PARAMS")
    check_scope(body)
    _need_postgres(call, "create memory")
    if not text.strip():
        text = "Input cannot be empty or whitespace-only (embed helper)."
        raise ApiError(500, f"Failed to create memory: {text}")
    metadata = {**(body.metadata or {}), **({"type": body.type} if body.type else {})}
    number = call.state.users.know(user_id).number
    kept = call.state.memories.add(user_id, text, metadata, str(number))
    data = {
        "id": kept["id"],
        "content": {"type": body.type or "general", "detail": text},
        "created_at": utc_now(),
        # The server adds a time to the caller's metadata and another one to its own copy.
        "metadata": kept["metadata"] if body.metadata else metadata,
        "scope": "user",
        "scope_id": None,
    }
    return ok("memory", "memory.created", data)


async def provenance(call: Call) -> Response:
    """`GET /v1/memories/provenance`. It finds events, but never an entity."""
    origin, user_id = parse_query(Origin, call.request), call.named_user()
    if origin.entity:
        raise ApiError(404, f"Unknown entity '{origin.entity}'", code="NOT_FOUND")
    if not origin.event_id:
        text = "Provide 'entity' (a knowledge graph entity name) or 'event_id'"
        raise ApiError(422, text, code="INVALID_PARAMS")
    event = call.state.events.get(user_id, origin.event_id)
    if event is None:
        raise ApiError(404, f"Unknown event '{origin.event_id}'", code="NOT_FOUND")
    return ok("memory", "memory.retrieved", {"event": event.shown(), "chain": [event.shown()]})


async def delete(call: Call) -> Response:
    """`DELETE /v1/memories/{id}`."""
    user_id, memory_id = call.named_user(), call.param("memory_id")
    _need_postgres(call, "delete memory")
    if not call.state.memories.remove(memory_id):
        raise ApiError(404, f"Memory {memory_id} not found", code="NOT_FOUND")
    return ok("memory", "memory.deleted", {"deleted": memory_id, "user_id": user_id})


def _need_postgres(call: Call, what: str) -> None:
    if not call.state.config.multi_user:
        raise ApiError(500, f"Failed to {what}: {_UNLIKE[what]}")


ROUTES: tuple[Route, ...] = (
    Route("GET", "/memories", either, list_memories),
    Route("POST", "/memories", either, create),
    Route("GET", "/memories/provenance", either, provenance),
    Route("DELETE", "/memories/{memory_id}", either, delete),
)
