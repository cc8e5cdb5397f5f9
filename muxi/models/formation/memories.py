"""Memories, and the items that the formation extracts memories from (contract B8)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, Field

from .._base import (
    BY_NAME,
    Answer,
    AsJson,
    Id,
    JsonInput,
    JsonObject,
    Listing,
    Model,
    Request,
    UtcTime,
)
from ._ingest_job import IngestJob

MemoryScope = Literal["user", "group", "formation"] | str
_Source = Annotated[str, Field(min_length=1, max_length=50)]
_Name = Annotated[str, Field(min_length=1, max_length=255)]


class Memory(Model):
    """A memory, as lists show it."""

    id: str
    content: str
    created_at: UtcTime | None = None
    metadata: JsonObject | None = None
    scope: MemoryScope
    """Who can read it: the user, a group, or all users."""
    scope_id: str | None = None
    """The id of the user or group; None for all users."""


class MemoryList(Listing[Memory]):
    """One page of memories, newest first. The server doesn't send the total."""

    memories: list[Memory]


class MemoryContent(Model):
    """The content of a new memory."""

    type: str
    """`"general"` if no type was given."""
    detail: str


class CreatedMemory(Answer):
    """A memory that was created."""

    id: str | None = None
    """None for a memory of a group or of all users in a formation that records events first."""
    content: MemoryContent
    created_at: UtcTime
    metadata: JsonObject
    scope: MemoryScope
    scope_id: str | None = None


class DeletedMemory(Answer):
    """The result of the deletion of a memory."""

    model_config = BY_NAME

    id: str = Field(alias="deleted")
    """The id of the memory that was deleted."""
    user_id: str | None = None
    """The user of the call; None if an earlier attempt deleted it and its response was lost."""


class DerivedEvent(Model):
    """An event that an ingested item resulted in."""

    event_id: str
    event_type: str


class Ingestion(Answer):
    """The response to an ingestion: the item was accepted, or it is a duplicate."""

    status: Literal["accepted", "duplicate"] | str
    duplicate: bool
    """Whether the user ingested an item with the same source and `source_id` before."""
    event_id: str
    source: str
    source_id: str | None = None
    scope: MemoryScope
    scope_id: str | None = None
    processing_id: str | None = None
    """The id to pass to `memories.wait_for_ingestion`; None for a duplicate."""
    status_url: str | None = None
    derived_events: list[DerivedEvent] | None = None
    """The events that a duplicate resulted in before; None for a new item."""


class BatchItem(Model):
    """The result for one item of a batch."""

    index: int
    """The item's position in the batch, from 0."""
    status: Literal["accepted", "duplicate", "invalid"] | str
    event_id: str | None = None
    derived_events: list[DerivedEvent] | None = None
    error: str | None = None
    """Why the item is invalid."""


class BatchCounts(Model):
    """The number of items of a batch by status."""

    accepted: int
    duplicate: int
    invalid: int


class IngestionBatch(Listing[BatchItem]):
    """The response to a batch: a sequence with one entry per item, in the order they were sent."""

    model_config = BY_NAME

    processing_id: str | None = None
    """The id to pass to `memories.wait_for_ingestion`; None if nothing was accepted."""
    results: list[BatchItem] = Field(alias="items")
    counts: BatchCounts
    status_url: str | None = None


class Classification(Model):
    """The category that the formation assigned to an item."""

    category: str
    margin: float
    """The lead over the second best category."""


class IngestedItem(Model):
    """The result of ingesting one item."""

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
    """The number of items of an ingestion by disposition."""

    stored: int
    filtered: int
    failed: int


class IngestionUsage(Model):
    """The tokens that an ingestion used."""

    fields: list[str]
    """The names of the numbers in `total` and `breakdown`, in the same order."""
    total: list[int]
    breakdown: dict[str, list[int]]
    """By model."""


class IngestionStatus(IngestJob):
    """The state of an ingestion. The server forgets it 5 minutes after it ended."""

    items: list[IngestedItem] | None = None
    """None until the ingestion is completed, as are `counts` and `usage`."""
    counts: IngestionCounts | None = None
    usage: IngestionUsage | None = None


class MemoryRequest(Request):
    """The request body of `memories.create`."""

    content: Annotated[str, Field(min_length=1)]
    type: str | None = None
    metadata: JsonInput | None = None
    scope: MemoryScope | None = None
    scope_id: Id | None = None


class IngestItem(Request):
    """An item to ingest. The formation decides what to remember of it."""

    content: Annotated[str | JsonObject | list[Any], Field(min_length=1), AsJson]
    source: _Source
    """The system that the item comes from, such as `"calendar"`."""
    source_id: Annotated[Id, Field(min_length=1, max_length=255)] | None = None
    """The item's id in that system. An item with the same id is ingested only once."""
    timestamp: AwareDatetime | None = None
    """When it happened; the offset is required."""
    subject: _Name | None = None
    """Who or what the item is about, if not the user."""
    metadata: JsonInput | None = None
    scope: MemoryScope | None = None
    scope_id: Id | None = None


class MemoryBatchRequest(Request):
    """The request body of `memories.ingest_batch`."""

    items: Annotated[list[IngestItem], Field(min_length=1)]
