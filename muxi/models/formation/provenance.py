"""Provenance: the events that a belief of the formation comes from (contract B8)."""

from __future__ import annotations

from typing import Literal

from .._base import Answer, JsonObject, Model, UtcTime


class MemoryEvent(Model):
    """An event that the formation recorded."""

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
    """The confidence that the source stated, from 0 to 1."""
    effective_confidence: float
    """The confidence now, after decay, from 0 to 1."""
    decay_rate: Literal["static", "decaying", "volatile"] | str
    occurred_at: UtcTime
    agent_id: str | None = None
    conversation_id: str | None = None
    request_id: str | None = None
    payload: JsonObject
    deleted_at: UtcTime | None = None
    """When the event was deleted; the server purges it after a grace period."""


class KnownEntity(Model):
    """A person or thing in the knowledge graph."""

    name: str
    type: str
    status: str
    confidence: float
    """From 0 to 1."""
    attributes: JsonObject
    events: list[list[MemoryEvent]]
    """The chains of events behind it; each chain starts with its origin."""


class KnownFact(Model):
    """A belief about an entity; `status` says whether it was contradicted."""

    statement: str
    relationship_type: str
    status: str
    confidence: float
    """The stored confidence, from 0 to 1."""
    effective_confidence: float
    """The confidence now, after decay, from 0 to 1."""
    updated_at: UtcTime | None = None
    events: list[list[MemoryEvent]]
    """The chains of events behind it; each chain starts with its origin."""


class EntityProvenance(Answer):
    """An entity, the beliefs about it, and the events behind them."""

    entity: KnownEntity
    facts: list[KnownFact]
    count: int


class EventProvenance(Answer):
    """An event and the events that led to it."""

    event: MemoryEvent
    chain: list[MemoryEvent]
    """From the origin to the event itself."""
