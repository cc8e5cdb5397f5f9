"""The audit log (contract B21)."""

from __future__ import annotations

from typing import Literal

from .._base import Answer, JsonObject, Listing, Model, UtcTime

AuditedKind = Literal[
    "agent", "secret", "mcp_server", "scheduler_job", "logging_destination", "async", "memory"
]
"""The resource types that `audit.list` can filter by."""


class AuditEntry(Model):
    """One change that was made to the formation."""

    timestamp: UtcTime
    request_id: str | None = None
    action: Literal["audit.cleared"] | str
    resource_type: AuditedKind | Literal["audit_log"] | str
    resource_id: str
    user: str
    """Who made the change; `"admin"` for the holder of the admin key."""
    ip: str | None = None
    result: Literal["success"] | str
    status_code: int
    """The HTTP status of the change."""
    message: str
    data: JsonObject | None = None


class AuditLog(Listing[AuditEntry]):
    """Entries of the audit log, newest first."""

    entries: list[AuditEntry]
    total_entries: int
    """The number of entries in this response, not in the whole log."""
    limit: int
    """The most entries that this response may contain."""


class AuditCleared(Answer):
    """The result of clearing the audit log."""

    previous_entries_count: int
    """How many entries were deleted."""
    cleared_by: str
    message: str
