"""Tuning: the guidance that a formation learns over time (contract B22)."""

from __future__ import annotations

from typing import Literal

from .._base import Answer, Request


class Tuning(Answer):
    """A guidance file: the one in use or the suggested one."""

    content: str | None = None
    """The guidance in Markdown; None if there is no such file."""
    path: str | None = None
    """The file's path on the server."""


class TuningUpdate(Request):
    """The request body of `tuning.replace`."""

    content: str


class TuningUpdated(Answer):
    """The result of replacing the guidance."""

    path: str
    bytes: int
    """The size of the new file."""


class TuningApplied(Answer):
    """The result of accepting the suggestion."""

    path: str
    learnings_activated: int


class TuningDismissed(Answer):
    """The result of dismissing the suggestion."""

    learnings_dismissed: int | None = None
    """None if an earlier attempt dismissed it and its response was lost."""


class TuningRun(Answer):
    """The result of one pass of the tuning loop."""

    trigger: Literal["manual"] | str
    events_read: int
    segments_read: int
    entries_written: int
    dropped_sentences: int
    spool_committed: bool
    spool_segments_kept: bool
    benchmark_suites_run: list[str]
    benchmark_skipped: str | None = None
    """Why no benchmark was run."""
    duration_ms: float
    """How long the pass took, in milliseconds."""
    learnings_recorded: int | None = None
    learnings_retired: int | None = None
    recommendations: int | None = None
    muxi_md_applied: bool | None = None
    muxi_md_suggested: bool | None = None
    muxi_md_rejected_oversize: bool | None = None
    report_delivered: bool | None = None
    tuner_skipped: str | None = None
    tuner_error: str | None = None
