"""The audit log (contract B21)."""

from __future__ import annotations

from typing import Literal

from .._base import Answer, JsonObject, Listing, Model, UtcTime

AuditedKind = Literal[
    "agent", "secret", "mcp_server", "scheduler_job", "logging_destination", "async", "memory"
]
"""The kinds of things that the server filters entries by; it refuses others."""


class AuditEntry(Model):
    """Something that was done to the formation."""

    timestamp: UtcTime
    request_id: str | None = None
    action: Literal["audit.cleared"] | str
    resource_type: AuditedKind | Literal["audit_log"] | str
    resource_id: str
    user: str
    ip: str | None = None
    result: Literal["success"] | str
    status_code: int
    message: str
    data: JsonObject | None = None


class AuditLog(Listing[AuditEntry]):
    """Entries of the audit log, the newest first."""

    items_field = "entries"
    entries: list[AuditEntry]
    total_entries: int
    """How many this answer holds, not how many there are."""
    limit: int


class AuditCleared(Answer):
    """What clearing the audit log did."""

    previous_entries_count: int
    cleared_by: str
    message: str
