"""Distilled memories: extracted on your own infrastructure, sent signed (contract B6, B9)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from .._base import Answer, Id, JsonInput, Listing, Model, Request, UtcTime
from ._ingest_job import IngestJob

_Text = Annotated[str, Field(min_length=1)]


class GrantedScope(Model):
    """What a distillery may send, with the server's defaults filled in."""

    user_ids: str | list[str]
    """The users it may send memories for: `"all"`, `"pattern:<glob>"`, or their ids."""
    event_types: list[str]
    max_events_per_day: int
    max_batch_size: int


class Distillery(Answer):
    """A distillery that is registered with the formation."""

    id: int
    """The number of the server's record."""
    distillery_id: str
    """The id to pass to `distilled.submit` and `distilleries.revoke`."""
    formation_id: str
    name: str
    description: str | None = None
    public_key: str
    scope: GrantedScope
    trust_level: Literal["provisional", "verified"] | str
    """The server lowers the confidence of memories from a `"provisional"` distillery."""
    status: Literal["active", "revoked"] | str
    created_at: UtcTime
    revoked_at: UtcTime | None = None


class DistilleryList(Listing[Distillery]):
    """The distilleries, newest first, revoked ones included."""

    distilleries: list[Distillery]


class Rejection(Model):
    """An event that was rejected, and why."""

    index: int
    """The event's position in the batch, from 0."""
    reason: str


class Distillation(Answer):
    """The response to a batch."""

    batch_id: str
    accepted: int
    duplicates: int
    """The number of events whose `source_id` was accepted before."""
    rejected: int
    rejections: list[Rejection]
    processing_id: str | None = None
    """The id to pass to `distilled.wait`; None if nothing new was accepted."""
    status_url: str | None = None


class DistilledItem(Model):
    """The result for one accepted event."""

    index: int
    event_id: str
    event_type: str
    user_id: str
    disposition: Literal["projected", "recorded", "failed"] | str
    """`"projected"` means that it is part of the memory, `"recorded"` that it is only logged."""
    error: str | None = None


class DistilledCounts(Model):
    """The number of events of a batch by disposition."""

    projected: int
    recorded: int
    failed: int


class DistillationStatus(IngestJob):
    """The state of a batch. The server forgets it 5 minutes after it ended."""

    batch_id: str | None = None
    items: list[DistilledItem] | None = None
    counts: DistilledCounts | None = None
    pre_computed_vectors_used: bool | None = None
    """False if the formation's embedding model isn't the one of the batch."""


class DistilleryScope(Request):
    """What a distillery may send. The server has defaults for omitted fields."""

    user_ids: str | list[str] | None = None
    """The users it may send memories for: `"all"`, `"pattern:<glob>"`, or their ids."""
    event_types: list[str] | None = None
    max_events_per_day: int | None = None
    max_batch_size: int | None = None


class DistilleryRequest(Request):
    """The request body of `distilleries.register`."""

    name: _Text
    public_key: _Text
    description: str | None = None
    scope: DistilleryScope | None = None
    trust_level: Literal["provisional", "verified"] | None = None


class DistilledEvent(Request):
    """An event that a distillery extracted."""

    event_type: Literal["fact.extracted", "log.entry", "interaction.turn"] | str
    source_id: Annotated[Id, Field(min_length=1, max_length=255)]
    """The id of the event's origin. An event with the same id is accepted only once."""
    payload: JsonInput
    """`memory` and `collection` for a fact, `date` and `summary` for an entry of the log,
    `user_message` for a turn; the server rejects keys that it doesn't know."""
    user_id: Id | None = None
    """The user to remember it for; required in a formation for many users."""
    event_version: int | None = None
    source: Literal["distillery"] | None = None
    occurred_at: AwareDatetime | None = None
    source_confidence: Annotated[float, Field(ge=0, le=1)] | None = None
    decay_rate: Literal["static", "decaying", "volatile"] | None = None
    expires_at: AwareDatetime | None = None
    conversation_id: Id | None = None
    agent_id: Id | None = None
    embedding_vectors: dict[str, list[float]] | None = None
    """Vectors by field of the payload, used if the batch's `embedding_mode` is `"pre_computed"`."""


class DistilledBatch(Request):
    """A batch of events to send."""

    batch_id: Annotated[Id, Field(min_length=1)]
    """An id of your choice."""
    events: Annotated[list[DistilledEvent], Field(min_length=1, max_length=10_000)]
    embedding_mode: Literal["none", "pre_computed"] | None = None
    embedding_model: str | None = None
    """The model with its provider, such as `"openai/text-embedding-3-small"`; required for
    `"pre_computed"` embeddings."""
    distillery_version: str | None = None
    distiller_config_hash: str | None = None
