"""Health and status of a formation (contract B1)."""

from __future__ import annotations

from typing import Literal

from .._base import Answer, Epoch, Model


class Health(Answer):
    """`GET /v1/health`: is the formation up?"""

    status: Literal["healthy", "unhealthy"] | str
    version: str
    """The formation's own version, not the runtime's."""
    uptime_seconds: int


class FormationIdentity(Model):
    """Which formation answers."""

    id: str
    name: str | None = None
    description: str | None = None
    version: str | None = None


class Counts(Model):
    """How many there are, and how many of them are active."""

    count: int
    active: int


class Running(Model):
    """For how long the formation has been running."""

    seconds: int
    since: Epoch


class MemoryUse(Model):
    """Configured and used memory, in MiB."""

    working_memory_mb: float | str | None = None
    """The configured limit; may be a word such as "auto"."""
    memory_usage_mb: float | None = None


class RequestCounts(Model):
    """Requests since the start, and those running now."""

    total: int
    active: int


class Stats(Model):
    """Measurements of the running process."""

    running: Running
    memory: MemoryUse
    requests: RequestCounts
    buffer_size: int | None = None
    """How many messages the conversation buffer can hold, as configured."""
    cpu_percent: float | None = None
    """Of the whole machine, from 0 to 100, since this was last asked for."""


class FormationStatus(Answer):
    """`GET /v1/status`: what runs, and how it fares."""

    formation: FormationIdentity
    agents: Counts
    mcp_servers: Counts
    stats: Stats
