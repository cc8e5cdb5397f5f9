"""Health and status of the MUXI Server (contract server-api 3.1, 3.4)."""

from __future__ import annotations

from .._base import Answer, Model


class Health(Answer):
    """`GET /health`: the server is up."""

    success: bool
    status: str
    version: str


class ServerIdentity(Model):
    """The identity of the server."""

    id: str
    version: str
    uptime: int
    """Seconds."""


class FormationCounts(Model):
    """The number of formations by state. Other states count only in `total`."""

    total: int
    running: int
    stopped: int
    crashed: int


class PortPool(Model):
    """The ports that formations may run on."""

    total: int
    available: int
    allocated: int


class GoRuntime(Model):
    """The server's own process."""

    goroutines: int
    go_version: str


class ServerStatus(Answer):
    """`GET /rpc/server/status`."""

    server: ServerIdentity
    formations: FormationCounts
    port_pool: PortPool
    runtime: GoRuntime
