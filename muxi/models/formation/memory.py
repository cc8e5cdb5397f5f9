"""Memory: its upkeep, and the buffer of messages (contract B6, B7)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from .._base import Answer, JsonObject, Model, Request

Projection = Literal["knowledge_graph", "captains_log", "flat_facts", "artifact_metadata"] | str
_Text = Annotated[str, Field(min_length=1)]


class MemoryStats(Answer):
    """The buffers of all users together."""

    total_entries: int
    total_users: int
    total_sessions: int
    buffer_size_kb: float
    """KiB."""
    max_size: int
    """Always 0 on this runtime."""
    utilization: float
    """From 0 to 1; always 0 on this runtime."""


class ProjectionReport(Model):
    """What the rebuilding of one projection did."""

    events: int
    applied: int
    failed: int
    dry_run: bool | None = None


class BackfillReport(Model):
    """How many events one projection was given for what it held without any."""

    synthesized: int
    complete: bool
    """False: there is more; call again."""


class Backfill(Answer):
    """What one round of filling in events did."""

    user_id: str
    synthesized: dict[str, BackfillReport]
    """By projection."""

    @property
    def is_complete(self) -> bool:
        """Nothing is left for another round."""
        return all(report.complete for report in self.synthesized.values())


class MemoryJob(Answer):
    """Work on a user's memory, done at once or going on in the background."""

    job_id: str | None = None
    """None for work that was done at once."""
    status: Literal["processing", "completed", "failed", "cancelled"] | str | None = None
    """None for work that was done at once."""
    status_url: str | None = None
    error: str | None = None
    projections: dict[str, ProjectionReport] | None = None
    """What was rebuilt, by projection; None while it goes on."""

    @property
    def is_terminal(self) -> bool:
        """Nothing more will happen."""
        return self.job_id is None or self.status in ("completed", "failed", "cancelled")


class MemoryRebuild(MemoryJob):
    """A rebuilding of what is derived from a user's events."""

    user_id: str | None = None
    """None while it goes on in the background."""
    dry_run: bool | None = None
    backfill: dict[str, BackfillReport] | None = None
    """What was filled in before, by projection, where that was asked for."""


class MemoryForget(MemoryJob):
    """The forgetting of a source. Asked for by its id, the job tells only of the rebuilding."""

    user_id: str | None = None
    source: str | None = None
    deleted_events: int | None = None
    """Those deleted by this very call."""
    grace_period_days: float | None = None
    """After these the events are purged."""
    rebuild_required: list[str] | None = None
    """The projections to rebuild, where that wasn't asked for; always all of them."""


class LintReport(Model):
    """What the clean-up found and did."""

    users: int
    unresolved_conflicts: int
    superseded_deleted: int
    orphans_removed: int
    log_gaps: int
    stale_artifacts: int
    index_regenerated: int
    findings: dict[str, JsonObject | list[str]]
    """By user."""


class MemoryLint(Answer):
    """The answer to a clean-up."""

    user_id: str | None = None
    """None for all users."""
    report: LintReport


class BufferStatus(Answer):
    """The messages of one user that the formation holds in memory."""

    user_id: str
    total_messages: int
    sessions: list[JsonObject]
    """Always empty on this runtime."""
    buffer_size_kb: float
    """KiB."""


class BufferCleared(Answer):
    """What was cleared of a user's messages."""

    message: str
    user_id: str | None = None
    messages_cleared: int
    sessions_cleared: int


class SessionBufferCleared(Answer):
    """What was cleared of a session's messages."""

    message: str
    user_id: str | None = None
    session_id: str
    messages_cleared: int


class MemoryRebuildRequest(Request):
    """The body of a rebuilding."""

    user_id: _Text
    projection: Projection | None = None
    dry_run: bool = False
    background: bool = True
    backfill: bool = False


class BackfillRequest(Request):
    """The body of a backfill."""

    user_id: _Text


class MemoryForgetRequest(Request):
    """The body of a forgetting."""

    user_id: _Text
    source: _Text
    reason: str | None = None
    rebuild: bool = True
    background: bool = True


class MemoryLintRequest(Request):
    """The body of a clean-up."""

    user_id: str | None = None
