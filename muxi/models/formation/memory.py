"""Memory maintenance and the message buffer (contract B6, B7)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from .._base import Answer, Id, JsonObject, Model, Request

Projection = Literal["knowledge_graph", "captains_log", "flat_facts", "artifact_metadata"] | str
_Text = Annotated[str, Field(min_length=1)]
_UserId = Annotated[Id, Field(min_length=1)]


class MemoryStats(Answer):
    """The message buffers of all users together."""

    total_entries: int
    total_users: int
    total_sessions: int
    buffer_size_kb: float
    """The size of the messages, in KiB."""
    max_size: int
    """Always 0 on this version of the runtime."""
    utilization: float
    """From 0 to 1; always 0 on this version of the runtime."""


class ProjectionReport(Model):
    """The result of rebuilding one projection."""

    events: int
    """The number of recorded events for the projection."""
    applied: int
    failed: int
    dry_run: bool | None = None


class BackfillReport(Model):
    """The events that were created for one projection."""

    synthesized: int
    """The number of events that this call created."""
    complete: bool
    """False if there is more to do: call again."""


class Backfill(Answer):
    """The result of one call of `memory.backfill`."""

    user_id: str
    synthesized: dict[str, BackfillReport]
    """One report per projection."""

    @property
    def is_complete(self) -> bool:
        """Whether all events exist now; if not, call again."""
        return all(report.complete for report in self.synthesized.values())


class MemoryJob(Answer):
    """Work on a user's memory, done within the call or in the background."""

    job_id: str | None = None
    """None for work that was done within the call."""
    status: Literal["processing", "completed", "failed", "cancelled"] | str | None = None
    """None for work that was done within the call."""
    status_url: str | None = None
    error: str | None = None
    projections: dict[str, ProjectionReport] | None = None
    """One report per projection; None while the job is running."""

    @property
    def is_terminal(self) -> bool:
        """Whether the work has ended, with success or without."""
        return self.job_id is None or self.status in ("completed", "failed", "cancelled")


class MemoryRebuild(MemoryJob):
    """A rebuild of the memory that is derived from a user's events."""

    user_id: str | None = None
    """None in the results of `get_rebuild_status` while the job is running."""
    dry_run: bool | None = None
    backfill: dict[str, BackfillReport] | None = None
    """One report per projection, with `backfill=True`."""


class MemoryForget(MemoryJob):
    """The deletion of a source's events, and the rebuild after it.

    `get_forget_status` and `wait_for_forget` return only the fields about the rebuild: `user_id`,
    `source` and the fields below are None there.
    """

    user_id: str | None = None
    source: str | None = None
    deleted_events: int | None = None
    """The number of events that this call deleted."""
    grace_period_days: float | None = None
    """The days until the server purges the deleted events."""
    rebuild_required: list[str] | None = None
    """The projections to rebuild, with `rebuild=False`; always all of them."""


class LintReport(Model):
    """The results of a clean-up."""

    users: int
    unresolved_conflicts: int
    superseded_deleted: int
    orphans_removed: int
    log_gaps: int
    stale_artifacts: int
    index_regenerated: int
    findings: dict[str, JsonObject | list[str]]
    """The findings per user id."""


class MemoryLint(Answer):
    """The result of a clean-up of the memory."""

    user_id: str | None = None
    """None for all users."""
    report: LintReport


class BufferStatus(Answer):
    """The messages of one user in the buffer."""

    user_id: str
    total_messages: int
    sessions: list[JsonObject]
    """Always empty on this version of the runtime."""
    buffer_size_kb: float
    """The size of the messages, in KiB."""


class BufferCleared(Answer):
    """The result of clearing a user's messages."""

    message: str
    user_id: str | None = None
    messages_cleared: int
    sessions_cleared: int


class SessionBufferCleared(Answer):
    """The result of clearing a session's messages."""

    message: str
    user_id: str
    session_id: str
    messages_cleared: int


class MemoryRebuildRequest(Request):
    """The request body of `memory.rebuild`."""

    user_id: _UserId
    projection: Projection | None = None
    dry_run: bool = False
    background: bool = True
    backfill: bool = False


class BackfillRequest(Request):
    """The request body of `memory.backfill`."""

    user_id: _UserId


class MemoryForgetRequest(Request):
    """The request body of `memory.forget`."""

    user_id: _UserId
    source: _Text
    reason: str | None = None
    rebuild: bool = True
    background: bool = True


class MemoryLintRequest(Request):
    """The request body of `memory.lint`."""

    user_id: Id | None = None
