"""Request bodies as the server reads them, which accepts more than the SDK sends.

The emulator doesn't use the SDK's request models, because they would hide the SDK's bugs. They
refuse unknown keys, require complete attachments and parse the times of a restore. The server
does none of this.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field


class UiResponse(BaseModel):
    """The choice made on a widget."""

    id: str
    value: object


class Chat(BaseModel):
    """The body of `POST /v1/chat`."""

    message: str
    user_id: str | None = None
    agent_id: str | None = None
    session_id: str | None = None
    group_id: str | None = None
    request_id: str | None = None
    mode: str | None = "sync"
    files: list[dict[str, object]] | None = None
    stream: bool | None = True
    webhook_url: str | None = None
    threshold_seconds: float | None = None
    source_channel: str | None = None
    ui_response: UiResponse | None = None


class Audio(BaseModel):
    """The body of `POST /v1/audiochat`."""

    files: list[dict[str, object]]
    user_id: str | None = None
    agent_id: str | None = None
    session_id: str | None = None
    request_id: str | None = None
    stream: bool | None = True


class Message(BaseModel):
    """A message to restore."""

    role: str
    content: str
    timestamp: str
    agent_id: str | None = None
    metadata: dict[str, object] | None = None


class Restore(BaseModel):
    """The body of `POST /v1/sessions/{id}/restore`."""

    messages: list[Message]


class Page(BaseModel):
    """The query of the session lists."""

    active_only: bool = False
    limit: Annotated[int, Field(ge=1, le=1000)] = 50
    before: str | None = None
