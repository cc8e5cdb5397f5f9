"""Chat requests (contract A6, A10, B10)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field

from .._base import AsJson, Request
from ._files import FileSource, encoded, read


class Attachment(Request):
    """A file that goes with a message.

    `content` is base64 for images, audio and video, and plain text for everything else. `of`
    creates an attachment from a file.
    """

    filename: str
    content: str
    content_type: str
    size: int | None = None
    """The size of the file in bytes, before encoding."""
    content_encoding: Literal["base64"] | None = None
    """`"base64"` if `content` is base64 although its type is plain text or another. The runtime
    ignores it; only a formation's own request middleware can use it."""

    @classmethod
    def of(
        cls,
        file: FileSource,
        *,
        content_type: str | None = None,
        content_encoding: Literal["base64"] | None = None,
    ) -> Attachment:
        """Create an attachment from a file, which is read at once.

        Args:
            file: A path, a file object or a pair of name and content. A file object must be open
                for reading bytes; it stays open.
            content_type: The MIME type; None to guess it from the name, or else from the content
                (`text/plain` or `application/octet-stream`).
            content_encoding: `"base64"` for other types, such as PDF. The runtime only accepts them
                if the formation's request middleware decodes them.

        Raises:
            OSError: The file can't be read.
            ValueError: `file` is something else, or its type is none of text, image, audio and
                video.
        """
        name, data = read(file)
        kind, content = encoded(name, data, content_type, as_base64=content_encoding is not None)
        made = cls(filename=name, content=content, content_type=kind, size=len(data))
        return made.model_copy(update={"content_encoding": "base64"}) if content_encoding else made


AttachmentLike = Attachment | Mapping[str, object] | FileSource
"""A file to send: a path, an open file, a name with its content, or an attachment."""


class UiResponse(Request):
    """The choice made on a widget of an earlier reply."""

    id: str
    value: Annotated[Any, AsJson]


class ChatMessage(Request):
    """A message as a browser may send it: without the fields that a stranger must not set."""

    model_config = {
        "json_schema_extra": {
            "examples": [{"message": "What is the capital of France?", "session_id": "sess_3b1f"}]
        }
    }

    message: str
    session_id: str | None = None
    """The conversation that it belongs to; None for a new one."""
    files: list[Attachment] | None = None
    ui_response: UiResponse | None = None
    """The choice on a widget of an earlier reply."""


class ChatRequest(ChatMessage):
    """The request body of `chat.send` and `chat.stream`."""

    agent_id: str | None = None
    request_id: str | None = None
    """The id of the turn; by default, the SDK creates one."""
    webhook_url: str | None = Field(default=None, repr=False)
    """The URL of a webhook for results that come after the response."""
    source_channel: str | None = None
    user_id: str | None = None
    """The user to act as, sent as the header `X-Muxi-User-ID`."""
    group_id: str | None = None
    """Ignored by this version of the runtime."""
    mode: str | None = None
    """This version of the runtime refuses `"async"` (501, `METHOD_NOT_FOUND`) and ignores all
    other values."""
    threshold_seconds: float | None = None
    """Ignored by this version of the runtime."""
    stream: bool | None = None
    """Set by the SDK: False by `send`, True by `stream`."""


class AudioRequest(Request):
    """The request body of `audio.send` and `audio.stream`."""

    files: list[Attachment]
    session_id: str | None = None
    agent_id: str | None = None
    request_id: str | None = None
    user_id: str | None = None
    stream: bool | None = None
