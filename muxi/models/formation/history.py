"""History: the captain's log that a formation keeps of each user (contract B8)."""

from __future__ import annotations

import datetime
from typing import Any

from .._base import Listing, Model, UtcTime


class HistorySource(Model):
    """What an entry was made of."""

    source_type: str
    source_id: str


class HistoryEntry(Model):
    """What happened on a day."""

    id: str
    date: datetime.date | None = None
    summary: str | None = None
    decisions: list[Any]
    projects: list[Any]
    context: str | None = None
    created_at: UtcTime | None = None
    updated_at: UtcTime | None = None
    sources: list[HistorySource] | None = None
    """Only when asked for."""


class History(Listing[HistoryEntry]):
    """Entries, the newest first; none where the formation keeps no log."""

    items_field = "entries"
    entries: list[HistoryEntry]
