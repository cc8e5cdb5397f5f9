"""Memories: what the formation remembers about users, and what it is given to remember (B8)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, Field

from .._base import Answer, JsonObject, Listing, Model, Request, UtcTime
from ._ingest_job import IngestJob

MemoryScope = Literal["user", "group", "formation"] | str
_Source = Annotated[str, Field(min_length=1, max_length=50)]
_Name = Annotated[str, Field(min_length=1, max_length=255)]


class Memory(Model):
    """A memory as lists show it."""

    id: str
    content: str
    created_at: UtcTime | None = None
    metadata: JsonObject | None = None
    scope: MemoryScope
    """Whose it is: the user's, a group's, or everybody's."""
    scope_id: str | None = None
    """Whose, as the formation calls them."""


class MemoryList(Listing[Memory]):
    """One page of memories, the newest first."""

    items_field = "memories"
    memories: list[Memory]


class MemoryContent(Model):
    """What a new memory says."""

    type: str
    """`"general"` where nobody said."""
    detail: str


class CreatedMemory(Answer):
    """A memory that was written."""

    id: str | None = None
    """None for a memory of a group or of everybody in a formation that writes events first."""
    content: MemoryContent
    created_at: UtcTime
    metadata: JsonObject
    scope: MemoryScope
    scope_id: str | None = None


class DeletedMemory(Answer):
    """The answer to a deletion."""

    deleted: str
    """The id of the memory that is gone."""
    user_id: str


class DerivedEvent(Model):
    """What became of an item that was ingested before."""

    event_id: str
    event_type: str


class Ingestion(Answer):
    """An item that was taken for ingestion, or was there already."""

    status: Literal["accepted", "duplicate"] | str
    duplicate: bool
    """It was ingested before, by the same user under the same source and `source_id`."""
    event_id: str
    source: str
    source_id: str | None = None
    scope: MemoryScope
    scope_id: str | None = None
    processing_id: str | None = None
    """For `memories.wait_for_ingestion`; None for a duplicate."""
    status_url: str | None = None
    derived_events: list[DerivedEvent] | None = None
    """What a duplicate had become; None for a new item."""


class BatchItem(Model):
    """What became of one item of a batch."""

    index: int
    """Its place in the batch, from 0."""
    status: Literal["accepted", "duplicate", "invalid"] | str
    event_id: str | None = None
    derived_events: list[DerivedEvent] | None = None
    error: str | None = None


class BatchCounts(Model):
    """How the items of a batch fared."""

    accepted: int
    duplicate: int
    invalid: int


class IngestionBatch(Listing[BatchItem]):
    """What became of a batch, item by item, in the order in which they were sent."""

    model_config = {
        "validate_by_alias": True,
        "validate_by_name": True,
        "serialize_by_alias": True,
    }

    items_field = "results"
    processing_id: str | None = None
    """For `memories.wait_for_ingestion`; None where nothing was accepted."""
    results: list[BatchItem] = Field(alias="items")
    counts: BatchCounts
    status_url: str | None = None


class Classification(Model):
    """What the formation took an item for."""

    category: str
    margin: float
    """How clear a case it was."""


class IngestedItem(Model):
    """What became of one item that was ingested."""

    index: int
    event_id: str
    source: str
    source_id: str | None = None
    classification: Classification | None = None
    classify_error: str | None = None
    filter_level: str | None = None
    tier: int | None = None
    tier_reason: str | None = None
    facts_extracted: int | None = None
    graph_extractions: int | None = None
    memory_id: str | None = None
    entity_resolution: JsonObject | None = None
    """What was merged or flagged in the knowledge graph."""
    disposition: Literal["stored", "filtered", "failed"] | str
    error: str | None = None


class IngestionCounts(Model):
    """How the items of an ingestion fared."""

    stored: int
    filtered: int
    failed: int


class IngestionUsage(Model):
    """The tokens that an ingestion took."""

    fields: list[str]
    """What the numbers of `total` and `breakdown` count, in their order."""
    total: list[int]
    breakdown: dict[str, list[int]]
    """By model."""


class IngestionStatus(IngestJob):
    """The state of an ingestion. The server forgets it five minutes after its end."""

    items: list[IngestedItem] | None = None
    counts: IngestionCounts | None = None
    usage: IngestionUsage | None = None


class MemoryRequest(Request):
    """The body of a new memory."""

    content: Annotated[str, Field(min_length=1)]
    type: str | None = None
    metadata: JsonObject | None = None
    scope: MemoryScope | None = None
    scope_id: str | None = None


class IngestItem(Request):
    """Something to ingest: the formation decides what to remember of it."""

    content: Annotated[str | JsonObject | list[Any], Field(min_length=1)]
    source: _Source
    """Where it comes from, such as `"calendar"`."""
    source_id: _Name | None = None
    """Its id there; what comes again under it isn't ingested again."""
    timestamp: AwareDatetime | None = None
    """When it happened."""
    subject: _Name | None = None
    """Whom it is about, if not the user."""
    metadata: JsonObject | None = None
    scope: MemoryScope | None = None
    scope_id: str | None = None


class MemoryBatchRequest(Request):
    """The body of a batch."""

    items: Annotated[list[IngestItem], Field(min_length=1)]
