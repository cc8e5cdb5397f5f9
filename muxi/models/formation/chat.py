"""Chat: what is said to a formation (contract A6, A10, B10)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field

from .._base import AsJson, Request
from ._files import FileSource, encoded, read


class Attachment(Request):
    """A file that goes with a message.

    `content` is base64 for images, audio and video, and plain text for everything else. `of` makes
    one of a file.
    """

    filename: str
    content: str
    content_type: str
    size: int | None = None
    """Bytes of the file itself, before any encoding."""
    content_encoding: Literal["base64"] | None = None
    """Says that `content` is base64 though the type is another. The runtime itself doesn't read
    it: only a formation whose request middleware passes attachments on does."""

    @classmethod
    def of(
        cls,
        file: FileSource,
        *,
        content_type: str | None = None,
        content_encoding: Literal["base64"] | None = None,
    ) -> Attachment:
        """Read a file, once and whole.

        Args:
            file: A path; a file that is open for reading bytes, which stays open; or the name and
                the content, as a pair.
            content_type: Guessed from the name if None, and where that tells nothing `text/plain`
                or `application/octet-stream` by the content.
            content_encoding: `base64` for what is neither text nor an image, audio or video, such
                as PDF: the runtime refuses to read it unless its request middleware decodes it.

        Raises:
            OSError: It can't be read.
            ValueError: It is none of these; or neither text nor an image, audio or video.
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


class ChatRequest(Request):
    """The body of a chat call."""

    message: str
    session_id: str | None = None
    agent_id: str | None = None
    files: list[Attachment] | None = None
    ui_response: UiResponse | None = None
    request_id: str | None = None
    """The id of the turn; the SDK makes one when it is absent."""
    webhook_url: str | None = Field(default=None, repr=False)
    """Where results of this turn go that come later."""
    source_channel: str | None = None
    user_id: str | None = None
    """Sent as the `X-Muxi-User-ID` header, where the server looks first."""
    group_id: str | None = None
    """This runtime ignores it."""
    mode: str | None = None
    """This runtime refuses `"async"` (501, `METHOD_NOT_FOUND`) and ignores all else."""
    threshold_seconds: float | None = None
    """This runtime ignores it."""
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
