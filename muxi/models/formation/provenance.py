"""Provenance: why the formation believes something (contract B8)."""

from __future__ import annotations

from typing import Literal

from .._base import Answer, JsonObject, Model, UtcTime


class MemoryEvent(Model):
    """Something that the formation took note of."""

    event_id: str
    event_type: (
        Literal[
            "interaction.turn",
            "fact.extracted",
            "graph.extracted",
            "log.entry",
            "lesson.recorded",
            "user.deletion",
            "memory.ingested",
            "ingestion.filtered",
            "artifact.saved",
            "entity.resolved",
            "fact.contradicted",
        ]
        | str
    )
    source: str
    source_id: str | None = None
    source_confidence: float
    """From 0 to 1, as the source had it."""
    effective_confidence: float
    """From 0 to 1, as of now."""
    decay_rate: Literal["static", "decaying", "volatile"] | str
    occurred_at: UtcTime
    agent_id: str | None = None
    conversation_id: str | None = None
    request_id: str | None = None
    payload: JsonObject
    deleted_at: UtcTime | None = None
    """When it was forgotten; it is purged some time after."""


class KnownEntity(Model):
    """A thing or person of the knowledge graph."""

    name: str
    type: str
    status: str
    confidence: float
    """From 0 to 1."""
    attributes: JsonObject
    events: list[list[MemoryEvent]]
    """The chains of events that it comes from, each with its origin first."""


class KnownFact(Model):
    """What the formation believes about an entity, contradicted or not."""

    statement: str
    relationship_type: str
    status: str
    confidence: float
    """From 0 to 1, as stored."""
    effective_confidence: float
    """From 0 to 1, as of now."""
    updated_at: UtcTime | None = None
    events: list[list[MemoryEvent]]
    """The chains of events that it comes from, each with its origin first."""


class EntityProvenance(Answer):
    """What is known about an entity, and since when and where from."""

    entity: KnownEntity
    facts: list[KnownFact]
    count: int


class EventProvenance(Answer):
    """An event, and what led to it."""

    event: MemoryEvent
    chain: list[MemoryEvent]
    """The origin first, the event itself last."""
