"""Formations as the control plane sees them (contract server-api 3.2, 3.3, 6)."""

from __future__ import annotations

from typing import Literal

from .._base import Answer, Listing, Model, OptionalTime

FormationState = (
    Literal["starting", "running", "stopped", "stopping", "crashed", "restarting", "unhealthy"]
    | str
)


class FormationVersion(Model):
    """The version that runs, and the one to roll back to."""

    semantic: str | None = None
    """`version` of the manifest."""
    current: str | None = None
    """SHA-256 of the bundle that runs."""
    previous: str | None = None
    """SHA-256 of the bundle before; a rollback is possible when it is there."""


class FormationSummary(Model):
    """A formation as a list shows it."""

    id: str
    name: str
    status: FormationState
    port: int
    pid: int
    """0 when it is stopped."""
    uptime: int
    """Seconds; 0 unless it runs."""
    restart_count: int
    healthy: bool | None = None
    """None while it starts."""
    version: FormationVersion | None = None


class FormationList(Listing[FormationSummary]):
    """All formations of the server, in no order."""

    items_field = "formations"
    formations: list[FormationSummary]
    total: int


class Formation(FormationSummary, Answer):
    """One formation."""

    created_at: OptionalTime = None
    deployed_at: OptionalTime = None
    """When it was first deployed; updates don't change it."""
    updated_at: OptionalTime = None
    """When its process started."""
    last_health_check: OptionalTime = None
