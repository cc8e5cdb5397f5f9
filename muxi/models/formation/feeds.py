"""Live events and log records of a formation (contract A4.2, A4.4)."""

from __future__ import annotations

from .._base import Epoch, JsonObject, Model
from .config import LogLevel


class FormationEvent(Model):
    """An event of a user's turn."""

    type: str
    """Begins with `chat.`, `agent.`, `workflow.` or `task.`."""
    timestamp: Epoch | None = None
    message: str | None = None
    session_id: str | None = None
    request_id: str | None = None


class LogRecord(Model):
    """A record of the formation's log."""

    timestamp: Epoch | None = None
    level: LogLevel
    event_type: str
    user_id: str | None = None
    session_id: str | None = None
    request_id: str | None = None
    agent_id: str | None = None
    message: str | None = None
    data: JsonObject | None = None
