"""Long-term memory: the log of memory events, the memories and the daily history."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone

from .envelopes import naive_now, nano_id

PROJECTIONS = {
    "artifact_metadata": "artifact.saved",
    "captains_log": "log.entry",
    "flat_facts": "fact.extracted",
    "knowledge_graph": "graph.extracted",
}
"""The projections of the log, and the type of event that each is derived from."""


@dataclass
class Event:
    """One memory event."""

    user_id: str
    event_type: str
    payload: Mapping[str, object]
    source: str
    source_id: str | None = None
    occurred_at: str = field(default_factory=naive_now)
    confidence: float = 1.0
    decay_rate: str = "static"
    agent_id: str | None = None
    conversation_id: str | None = None
    request_id: str | None = None
    event_id: str = field(default_factory=nano_id)
    deleted_at: str | None = None

    def shown(self) -> dict[str, object]:
        """Return the event as it is in a provenance response."""
        return {
            "event_id": self.event_id,
            "event_type": self.event_type,
            "source": self.source,
            "source_id": self.source_id,
            "source_confidence": self.confidence,
            "effective_confidence": self.confidence,
            "decay_rate": self.decay_rate,
            "occurred_at": self.occurred_at,
            "agent_id": self.agent_id,
            "conversation_id": self.conversation_id,
            "request_id": self.request_id,
            "payload": {**self.payload},
            "deleted_at": self.deleted_at,
        }


class EventLog:
    """The log that memories are derived from. It has each item of a source only once."""

    def __init__(self) -> None:
        self._events: list[Event] = []

    def add(self, event: Event) -> tuple[Event, bool]:
        """Append an event unless its source sent it before.

        Return the event in the log, and whether it is new.
        """
        if event.source_id is not None:
            for each in self.live(event.user_id):
                if (each.source, each.source_id) == (event.source, event.source_id):
                    return each, False
        self._events.append(event)
        return event, True

    def get(self, user_id: str, event_id: str) -> Event | None:
        """Return one of a user's events, deleted or not, or None."""
        found = (each for each in self._events if each.event_id == event_id)
        return next((each for each in found if each.user_id == user_id), None)

    def live(self, user_id: str) -> list[Event]:
        """Return a user's events that aren't deleted."""
        return [each for each in self._events if each.user_id == user_id and not each.deleted_at]

    def forget(self, user_id: str, source: str) -> int:
        """Delete a user's events from a source, and return their number."""
        gone = [each for each in self.live(user_id) if each.source == source]
        for each in gone:
            each.deleted_at = naive_now()
        return len(gone)

    @property
    def users(self) -> set[str]:
        """The users who have events."""
        return {each.user_id for each in self._events if not each.deleted_at}


@dataclass
class _Derived:
    """Rows of one kind. Some are derived from events."""

    rows: list[tuple[str, str | None, dict[str, object]]] = field(
        default_factory=list[tuple[str, str | None, dict[str, object]]]
    )

    def of(self, user_id: str) -> list[dict[str, object]]:
        """Return a user's rows, the newest first."""
        return [row for owner, _, row in reversed(self.rows) if owner == user_id]

    def drop(self, fits: Callable[[str, str | None, dict[str, object]], bool]) -> bool:
        """Delete the rows that `fits` selects, and return whether there were any."""
        kept = [row for row in self.rows if not fits(*row)]
        gone = len(kept) < len(self.rows)
        self.rows = kept
        return gone

    def keep_live(self, user_id: str, events: set[str]) -> None:
        """Delete a user's rows whose events no longer exist."""
        self.drop(lambda owner, event, _: owner == user_id and event not in {None, *events})


class Memories(_Derived):
    """The memories of all users."""

    def add(
        self,
        user_id: str,
        content: str,
        metadata: Mapping[str, object],
        scope_id: str,
        event_id: str | None = None,
    ) -> dict[str, object]:
        """Add a memory."""
        row: dict[str, object] = {
            "id": nano_id(),
            "content": content,
            "created_at": naive_now(),
            "metadata": {**metadata, "timestamp": time.time()},
            "scope": "user",
            "scope_id": scope_id,
        }
        self.rows.append((user_id, event_id, row))
        return row

    def remove(self, memory_id: str) -> bool:
        """Delete a memory of any user, and return whether it existed.

        The server doesn't check the owner.
        """
        return self.drop(lambda _, __, row: row["id"] == memory_id)


class History(_Derived):
    """The daily history of all users."""

    def add(self, user_id: str, payload: Mapping[str, object], event: Event) -> None:
        """Add an entry."""
        now = naive_now()
        source = {"source_type": event.source, "source_id": event.source_id}
        row: dict[str, object] = {
            "id": nano_id(),
            "date": payload.get("date"),
            "summary": payload.get("summary"),
            "decisions": payload.get("decisions") or [],
            "projects": payload.get("projects") or [],
            "context": payload.get("context"),
            "created_at": now,
            "updated_at": now,
            "sources": payload.get("sources") or [source],
        }
        self.rows.append((user_id, event.event_id, row))

    def of(self, user_id: str) -> list[dict[str, object]]:
        """Return a user's entries, the latest day first."""
        return sorted(super().of(user_id), key=lambda row: str(row["date"]), reverse=True)


def naive_utc(timestamp: str) -> str:
    """Return an ISO 8601 time as the database has it."""
    moment = datetime.fromisoformat(timestamp.replace("Z", "+00:00"))
    if moment.tzinfo is not None:
        moment = moment.astimezone(timezone.utc).replace(tzinfo=None)
    return moment.isoformat()
