"""Chat: what is said to a formation (contract A6, A10, B10)."""

from __future__ import annotations

from typing import Any

from .._base import Request


class Attachment(Request):
    """A file that goes with a message.

    `content` is base64 for images, audio and video, and plain text for everything else.
    """

    filename: str
    content: str
    content_type: str
    size: int | None = None
    """Bytes of the file itself, before any encoding."""


class UiResponse(Request):
    """The choice made on a widget of an earlier reply."""

    id: str
    value: Any


class ChatRequest(Request):
    """The body of a chat call."""

    message: str
    session_id: str | None = None
    agent_id: str | None = None
    files: list[Attachment] | None = None
    ui_response: UiResponse | None = None
    request_id: str | None = None
    """The id of the turn; the SDK makes one when it is absent."""
    webhook_url: str | None = None
    """Where results of this turn go that come later."""
    source_channel: str | None = None
    user_id: str | None = None
    """Sent as the `X-Muxi-User-ID` header, where the server looks first."""
    group_id: str | None = None
    mode: str | None = None
    threshold_seconds: float | None = None
    stream: bool | None = None
    """Set by the SDK: False by `send`, True by `stream`."""


class AudioRequest(Request):
    """The body of an audio chat call."""

    files: list[Attachment]
    session_id: str | None = None
    agent_id: str | None = None
    request_id: str | None = None
    user_id: str | None = None
    stream: bool | None = None
