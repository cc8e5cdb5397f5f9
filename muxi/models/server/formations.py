"""Formations as the control plane sees them (contract server-api 3.2, 3.3, 6)."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from .._base import Answer, Listing, Model, OptionalTime, UtcTime

FormationState = (
    Literal["starting", "running", "stopped", "stopping", "crashed", "restarting", "unhealthy"]
    | str
)


class FormationVersion(Model):
    """The deployed version, and the one to roll back to."""

    semantic: str | None = None
    """The `version` in the manifest; None if it has none, or if the server reports it only in the
    list."""
    current: str | None = None
    """SHA-256 of the deployed bundle, in hex; that of empty data after `drafts.deploy`."""
    previous: str | None = None
    """SHA-256 of the previous bundle; None if there is no version to roll back to."""


class FormationSummary(Model):
    """A formation as the list shows it."""

    id: str
    name: str
    status: FormationState
    port: int
    """On the server's machine."""
    pid: int
    """0 when it is stopped."""
    uptime: int
    """Seconds; 0 unless it is running."""
    restart_count: int
    healthy: bool | None
    """None while it is starting."""
    version: FormationVersion = Field(default_factory=FormationVersion)


class FormationList(Listing[FormationSummary]):
    """All formations of the server, in no particular order."""

    formations: list[FormationSummary]
    total: int


class Formation(FormationSummary, Answer):
    """One formation."""

    created_at: UtcTime
    deployed_at: UtcTime
    """When it was first deployed. Updates don't change it."""
    updated_at: OptionalTime
    """When its process started; None if it never did."""
    last_health_check: OptionalTime = None
    """None before the first one."""
