"""Tuning: the guidance that a formation learns (contract B22)."""

from __future__ import annotations

from typing import Literal

from .._base import Answer, Request


class Tuning(Answer):
    """A guidance file: the one in use, or the one suggested."""

    content: str | None = None
    """Markdown; None where there is no such file."""
    path: str | None = None
    """Where it is, or would be, on the server."""


class TuningUpdate(Request):
    """The body of a replacement."""

    content: str


class TuningUpdated(Answer):
    """What a replacement wrote."""

    path: str
    bytes: int


class TuningApplied(Answer):
    """What accepting the suggestion did."""

    path: str
    learnings_activated: int


class TuningDismissed(Answer):
    """What dismissing the suggestion did."""

    learnings_dismissed: int


class TuningRun(Answer):
    """What a pass of the tuning loop did."""

    trigger: Literal["manual"] | str
    events_read: int
    segments_read: int
    entries_written: int
    dropped_sentences: int
    spool_committed: bool
    spool_segments_kept: bool
    benchmark_suites_run: list[str]
    benchmark_skipped: str | None = None
    """Why no benchmark ran."""
    duration_ms: float
    """Milliseconds."""
    learnings_recorded: int | None = None
    learnings_retired: int | None = None
    recommendations: int | None = None
    muxi_md_applied: bool | None = None
    muxi_md_suggested: bool | None = None
    muxi_md_rejected_oversize: bool | None = None
    report_delivered: bool | None = None
    tuner_skipped: str | None = None
    tuner_error: str | None = None
