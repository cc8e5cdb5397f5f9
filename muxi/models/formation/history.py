"""The log of notable events that a formation keeps for each user (contract B8)."""

from __future__ import annotations

import datetime
from typing import Any

from .._base import Listing, Model, UtcTime


class HistorySource(Model):
    """A source of an entry."""

    source_type: str
    source_id: str


class HistoryEntry(Model):
    """The notable events of one day."""

    id: str
    date: datetime.date | None = None
    summary: str | None = None
    decisions: list[Any]
    projects: list[Any]
    context: str | None = None
    created_at: UtcTime | None = None
    updated_at: UtcTime | None = None
    sources: list[HistorySource] | None = None
    """Only set with `include_sources=True`."""


class History(Listing[HistoryEntry]):
    """Entries, newest first; empty if the formation keeps no log."""

    entries: list[HistoryEntry]
