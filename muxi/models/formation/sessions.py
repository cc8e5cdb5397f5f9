"""Sessions: the conversations that a formation holds in memory (contract B11)."""

from __future__ import annotations

from pydantic import AwareDatetime

from .._base import Answer, Epoch, JsonInput, Listing, Model, Request


class SessionSummary(Model):
    """A session, as lists show it."""

    session_id: str
    user_id: str
    active: bool
    last_activity: Epoch | None = None


class SessionList(Listing[SessionSummary]):
    """The sessions of a user, most recent first."""

    sessions: list[SessionSummary]


class Session(SessionSummary, Answer):
    """One session."""

    message_count: int
    created_at: Epoch | None = None


class MessageMetadata(Model):
    """The author, time and turn of a message."""

    role: str | None = None
    timestamp: Epoch | None = None
    agent_id: str | None = None
    user_id: str | None = None
    session_id: str | None = None
    request_id: str | None = None
    formation_id: str | None = None


class SessionMessage(Model):
    """A message of a session."""

    text: str
    metadata: MessageMetadata
    timestamp: Epoch | None = None
    namespace: str | None = None
    embedding: list[float] | None = None

    @property
    def role(self) -> str | None:
        """`"user"` or `"assistant"`, as the server stored it."""
        return self.metadata.role


class MessageList(Listing[SessionMessage]):
    """The oldest messages of a session, oldest first."""

    session_id: str
    messages: list[SessionMessage]
    has_more: bool
    """Whether there are more messages than the limit. The server can't page: raise the limit."""


class RestoreMessage(Request):
    """A message to put back into a session."""

    role: str
    content: str
    timestamp: AwareDatetime
    """The time of the message. The server replaces a time that it can't parse by 1970."""
    agent_id: str | None = None
    metadata: JsonInput | None = None


class RestoreRequest(Request):
    """The request body of `sessions.restore`."""

    messages: list[RestoreMessage]


class RestoredSession(Answer):
    """The result of a restore."""

    session_id: str
    messages_loaded: int
    messages_dropped: int
    message: str
