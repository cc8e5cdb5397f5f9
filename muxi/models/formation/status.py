"""Health and status of a formation (contract B1)."""

from __future__ import annotations

from typing import Literal

from .._base import Answer, Epoch, Model


class Health(Answer):
    """`GET /v1/health`: whether the formation is healthy."""

    status: Literal["healthy", "unhealthy"] | str
    version: str
    """The formation's own version, not the runtime's."""
    uptime_seconds: int


class FormationIdentity(Model):
    """The identity of the formation."""

    id: str
    name: str | None = None
    description: str | None = None
    version: str | None = None


class Counts(Model):
    """The number of items, and of active ones."""

    count: int
    active: int


class Running(Model):
    """The uptime of the formation."""

    seconds: int
    since: Epoch


class MemoryUse(Model):
    """Configured and used memory, in MiB."""

    working_memory_mb: float | str | None = None
    """The configured limit, which may be a word such as `"auto"`."""
    memory_usage_mb: float | None = None


class RequestCounts(Model):
    """The number of requests since the start, and of those running now."""

    total: int
    active: int


class Stats(Model):
    """Measurements of the running process."""

    running: Running
    memory: MemoryUse
    requests: RequestCounts
    buffer_size: int | None = None
    """The configured size of the message buffer, in messages."""
    cpu_percent: float | None = None
    """The load of the whole machine since the last status request, from 0 to 100."""


class FormationStatus(Answer):
    """`GET /v1/status`: the formation's parts and their status."""

    formation: FormationIdentity
    agents: Counts
    mcp_servers: Counts
    stats: Stats
