"""Distilled memories: made on the user's own premises, sent in signed batches (contract B6, B9)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from .._base import Answer, JsonObject, Listing, Model, Request, UtcTime
from ._ingest_job import IngestJob

_Text = Annotated[str, Field(min_length=1)]


class GrantedScope(Model):
    """What a distillery may send, with the server's defaults filled in."""

    user_ids: str | list[str]
    """`"all"`, `"pattern:"` with a glob, or ids."""
    event_types: list[str]
    max_events_per_day: int
    max_batch_size: int


class Distillery(Answer):
    """A distillery that is known to the formation."""

    id: int
    distillery_id: str
    """What batches are signed for."""
    formation_id: str
    name: str
    description: str | None = None
    public_key: str
    scope: GrantedScope
    trust_level: Literal["provisional", "verified"] | str
    """The server lowers the confidence of what a provisional one sends."""
    status: Literal["active", "revoked"] | str
    created_at: UtcTime | None = None
    revoked_at: UtcTime | None = None


class DistilleryList(Listing[Distillery]):
    """The distilleries, the newest first."""

    items_field = "distilleries"
    distilleries: list[Distillery]


class Rejection(Model):
    """Why an event was not accepted."""

    index: int
    """Its place in the batch, from 0."""
    reason: str


class Distillation(Answer):
    """What became of a batch."""

    batch_id: str
    accepted: int
    duplicates: int
    """Those that were accepted before, under the same `source_id`."""
    rejected: int
    rejections: list[Rejection]
    processing_id: str | None = None
    """For `distilled.wait`; None where nothing new was accepted."""
    status_url: str | None = None


class DistilledItem(Model):
    """What became of one accepted event."""

    index: int
    event_id: str
    event_type: str
    user_id: str
    disposition: Literal["projected", "recorded", "failed"] | str
    """`projected`: it is part of the memory now; `recorded`: it stands in the log of events."""
    error: str | None = None


class DistilledCounts(Model):
    """How the events of a batch fared."""

    projected: int
    recorded: int
    failed: int


class DistillationStatus(IngestJob):
    """The state of a batch. The server forgets it five minutes after its end."""

    batch_id: str | None = None
    items: list[DistilledItem] | None = None
    counts: DistilledCounts | None = None
    pre_computed_vectors_used: bool | None = None
    """False where the formation embeds with another model than the batch says."""


class DistilleryScope(Request):
    """What a distillery is to be allowed; what is absent is as the formation has it."""

    user_ids: str | list[str] | None = None
    """`"all"`, `"pattern:"` with a glob, or ids."""
    event_types: list[str] | None = None
    max_events_per_day: int | None = None
    max_batch_size: int | None = None


class DistilleryRequest(Request):
    """The body of a registration."""

    name: _Text
    public_key: _Text
    description: str | None = None
    scope: DistilleryScope | None = None
    trust_level: Literal["provisional", "verified"] | None = None


class DistilledEvent(Request):
    """Something that a distillery found out."""

    event_type: Literal["fact.extracted", "log.entry", "interaction.turn"] | str
    source_id: Annotated[str, Field(min_length=1, max_length=255)]
    """Its origin; what comes again under it isn't accepted again."""
    payload: JsonObject
    """`memory` and `collection` for a fact, `date` and `summary` for an entry of the log,
    `user_message` for a turn; the server rejects keys that it doesn't know."""
    user_id: str | None = None
    """Whose memory it is; needed in a formation for many users."""
    event_version: int | None = None
    source: Literal["distillery"] | None = None
    occurred_at: AwareDatetime | None = None
    source_confidence: Annotated[float, Field(ge=0, le=1)] | None = None
    decay_rate: Literal["static", "decaying", "volatile"] | None = None
    expires_at: AwareDatetime | None = None
    conversation_id: str | None = None
    agent_id: str | None = None
    embedding_vectors: dict[str, list[float]] | None = None
    """By field of the payload; used where the batch says `pre_computed`."""


class DistilledBatch(Request):
    """A batch to send."""

    batch_id: _Text
    events: Annotated[list[DistilledEvent], Field(min_length=1, max_length=10_000)]
    embedding_mode: Literal["none", "pre_computed"] | None = None
    embedding_model: str | None = None
    """With its provider, such as `"openai/text-embedding-3-small"`; needed with
    `pre_computed`."""
    distillery_version: str | None = None
    distiller_config_hash: str | None = None
