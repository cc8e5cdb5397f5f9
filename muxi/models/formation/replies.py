"""Chat replies, and acknowledgements of background turns (contract A6, A10, B10)."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field, SerializerFunctionWrapHandler, WrapSerializer

from ...errors import InvalidResponseError
from .._base import Answer, JsonObject, Model, UtcTime, derive
from .._views import html_reply, rich_reply
from .widgets import Widget

if TYPE_CHECKING:
    from rich.console import Group


class ContentPart(Model):
    """One part of a reply that isn't a single text."""

    type: Literal["text", "tool_calls"] | str
    text: str | None = None
    tool_calls: list[Any] | None = None


class ArtifactPreview(Model):
    """A thumbnail of an artifact."""

    thumbnail: str | None = None


class ArtifactMetadata(Model):
    """Properties of an artifact's content."""

    size_bytes: int | None = None
    created_at: UtcTime | None = None
    lines: int | None = None
    characters: int | None = None
    language: str | None = None
    pages: int | None = None
    width: int | None = None
    height: int | None = None


class ReplyArtifact(Model):
    """A file that the turn produced."""

    type: Literal["text", "document", "image", "data"] | str
    format: str
    filename: str
    preview: ArtifactPreview | None = None
    metadata: ArtifactMetadata | None = None
    content: str | None = None
    """The text of a text file."""
    data_url: str | None = None
    """The file as a base64 `data:` URL."""

    def read(self) -> bytes:
        """Return the file's bytes; empty if the reply has neither its text nor its data.

        Raises:
            InvalidResponseError: The data isn't base64.
        """
        if self.data_url is None:
            return (self.content or "").encode()
        data = "".join(self.data_url.partition(",")[2].split())
        try:
            return base64.b64decode(data, validate=True)
        except ValueError:
            raise InvalidResponseError(f"The data of {self.filename} are not base64.") from None


class ReplyMetadata(Model):
    """The metadata of a turn. Which fields are set depends on how it was handled."""

    session_id: str | None = None
    request_id: str | None = None
    status: Literal["success", "error", "escalated", "awaiting_clarification"] | str | None = None
    """The status of a streamed turn."""
    agent_used: str | None = None
    processing_time_ms: float | None = None
    """Milliseconds."""
    handled_by: str | None = None
    is_actionable: bool | None = None
    fast_path: bool | None = None
    early_heuristic: bool | None = None
    error_code: str | None = None
    error_type: str | None = None
    error: Any = None
    error_kind: str | None = None
    reason: str | None = None
    fallback: Any = None
    producer: str | None = None
    command: str | None = None
    command_type: str | None = None
    command_status: str | None = None
    clarification: bool | None = None
    clarification_requested: bool | None = None
    clarification_type: str | None = None
    clarification_source: str | None = None
    requires_clarification: bool | None = None
    needs_clarification: bool | None = None
    mode: str | None = None
    credential_mode: str | None = None
    service: str | None = None
    approval_required: bool | None = None
    requires_user_response: bool | None = None
    awaiting_modification_details: Any = None
    workflow_id: str | None = None
    workflow_status: str | None = None
    workflow_cancelled: Any = None
    total_tasks: int | None = None
    completed_tasks: int | None = None
    failed_tasks: int | None = None
    execution_time: float | None = None
    """Seconds."""
    synthesis_method: str | None = None
    job_id: str | None = None
    escalated: bool | None = None
    delivery: Literal["channel", "webhook", "polling"] | str | None = None
    cancelled: bool | None = None

    @property
    def awaiting_user(self) -> bool:
        """Whether the turn waits for a clarification, an approval or a credential."""
        return any(
            (
                self.clarification,
                self.clarification_requested,
                self.clarification_type,
                self.requires_clarification,
                self.needs_clarification,
                self.approval_required,
                self.requires_user_response,
            )
        )


def _without_unset_fields(
    metadata: ReplyMetadata, handler: SerializerFunctionWrapHandler
) -> JsonObject:
    fields: JsonObject = handler(metadata)
    known = ReplyMetadata.model_fields
    return {name: value for name, value in fields.items() if value is not None or name not in known}


class ChatReply(Answer):
    """The formation's reply to one message of a user.

    If the model provider fails, the server raises no error: it apologises in an ordinary reply.
    """

    role: str = "assistant"
    content: str | list[ContentPart] = ""
    artifacts: list[ReplyArtifact] = []
    widgets: list[Widget] = []
    # A lambda has no return type, which would replace the schema of the metadata.
    metadata: Annotated[
        ReplyMetadata,
        WrapSerializer(
            lambda value, handler: _without_unset_fields(value, handler), when_used="json"
        ),
    ] = Field(default_factory=ReplyMetadata)
    is_background: bool = False
    """True if the turn continues in the background, and `content` only says so. Use
    `requests.wait(reply)` to wait for the result."""
    recovered: bool = False
    """True if the response was lost or the turn ran in the background, and the SDK fetched the
    reply afterwards. The server keeps only its text: files are in `artifacts.list()`."""
    user_id: str = ""
    """The user that the turn acted as; empty only if the server left it out."""
    session_id: str
    """The id of the conversation. To continue it, pass this id or `reply_to=reply`."""
    request_id: str
    """The turn's id, for `requests.get`. For a voice note that wasn't streamed, it is the id of the
    HTTP request: this version of the runtime sends the turn's id only in events."""

    @property
    def text(self) -> str:
        """The reply as text."""
        if isinstance(self.content, str):
            return self.content
        return "".join(part.text or "" for part in self.content)

    @property
    def awaiting_user(self) -> bool:
        """Whether the turn waits for the user. Answer with `chat.send(..., reply_to=reply)`."""
        return self.metadata.awaiting_user

    def _repr_html_(self) -> str:
        """Return the text and what else there is, for notebooks."""
        return html_reply(self.text, self._facts())

    def __rich__(self) -> Group:
        """Return the text and what else there is, for rich."""
        return rich_reply(self.text, self._facts())

    def _facts(self) -> str:
        facts = {
            "runs in the background": self.is_background,
            "awaits the user": self.awaiting_user,
            f"files: {', '.join(each.filename for each in self.artifacts)}": self.artifacts,
            f"widgets: {', '.join(each.type for each in self.widgets)}": self.widgets,
            f"session {self.session_id}": True,
        }
        return " · ".join(fact for fact, holds in facts.items() if holds)


class AssistantMessage(Model):
    """The reply, as the server sends it."""

    role: str
    content: str | list[ContentPart]
    artifacts: list[ReplyArtifact] | None = None
    metadata: ReplyMetadata | None = None
    ui: list[Widget] | None = None


class Acknowledgement(Model):
    """The server's message that the turn moved to the background."""

    request_id: str
    status: str
    message: str | None = None
    workflow_id: str | None = None
    timestamp: UtcTime | None = None
    delivery: str | None = None
    webhook_url: str | None = Field(default=None, repr=False)
    poll_url: str | None = None


class ChatTurn(Answer):
    """The response of both chat endpoints. `reply()` converts it to a `ChatReply`."""

    message: AssistantMessage | Acknowledgement | str = Field(union_mode="left_to_right")
    user_id: str | None = None
    session_id: str | None = None
    request_id: str | None = None

    def reply(self, *, session_id: str, request_id: str) -> ChatReply:
        """Return the reply.

        Args:
            session_id: The session id that was sent, used if the reply has none.
            request_id: The id of the turn or the call, used if the reply has none.
        """
        message = self.message
        if isinstance(message, Acknowledgement):
            fields: JsonObject = {
                "content": message.message or "",
                "is_background": True,
                "metadata": ReplyMetadata(
                    status=message.status,
                    workflow_id=message.workflow_id,
                    delivery=message.delivery,
                ),
                "request_id": message.request_id,
                "session_id": self.session_id or session_id,
            }
        else:
            if isinstance(message, str):
                message = AssistantMessage(role="assistant", content=message)
            metadata = message.metadata or ReplyMetadata()
            fields = {
                "role": message.role,
                "content": message.content,
                "artifacts": message.artifacts or [],
                "widgets": message.ui or [],
                "metadata": metadata,
                "request_id": self.request_id or metadata.request_id or request_id,
                "session_id": self.session_id or metadata.session_id or session_id,
            }
        unknown = {**(self.model_extra or {}), **(message.model_extra or {})}
        return derive(ChatReply, unknown, user_id=self.user_id or "", **fields)
