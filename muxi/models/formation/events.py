"""The events of a streamed chat turn (contract A4.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from .._base import Epoch, JsonObject, Model, UtcTime, validate_what_fits
from .replies import ChatReply, ReplyArtifact, ReplyMetadata
from .widgets import Widget


class TurnEvent(Model):
    """The fields of every event of a turn. An id is empty only if the server left it out."""

    request_id: str = ""
    user_id: str = ""
    session_id: str = ""
    content: str = ""
    timestamp: Epoch | None = None
    stage: str | None = None
    skip_rephrase: bool | None = None


class WorkflowProgress(Model):
    """The progress of a workflow."""

    workflow_id: str | None = None
    status: str | None = None
    total_tasks: int | None = None
    completed_tasks: int | None = None
    failed_tasks: int | None = None
    in_progress_tasks: int | None = None
    progress_percentage: float | None = None
    started_at: UtcTime | None = None


class Progress(TurnEvent):
    """A progress report. `stage` names the work and decides which other fields are set."""

    type: Literal["progress"] = "progress"
    file_count: int | None = None
    agent_name: str | None = None
    selected_agent: str | None = None
    has_persona: bool | None = None
    response_format: str | None = None
    sop_id: str | None = None
    sop_name: str | None = None
    tool_count: int | None = None
    tool_name: str | None = None
    server_id: str | None = None
    skill_name: str | None = None
    command: str | None = None
    filename: str | None = None
    artifact_type: str | None = None
    artifact_format: str | None = None
    workflow_id: str | None = None
    task_count: int | None = None
    task_id: str | None = None
    task_type: str | None = None
    progress: WorkflowProgress | None = None


class Thinking(TurnEvent):
    """The formation is thinking about the next step."""

    type: Literal["thinking"] = "thinking"
    agent_name: str | None = None
    original_message: str | None = None
    skip_clarification: bool | None = None
    failed_tools: Any = None
    clarification_question: str | None = None
    workflow_id: str | None = None


class Planning(TurnEvent):
    """The formation is planning: it chooses an agent or splits a workflow."""

    type: Literal["planning"] = "planning"
    agent_requested: str | None = None
    agent_id: str | None = None
    agent_name: str | None = None
    has_tools: bool | None = None
    tool_count: int | None = None
    message_preview: str | None = None
    complexity_score: float | None = None
    workflow_id: str | None = None
    task_count: int | None = None
    decomposition_details: Any = None
    is_llm_response: bool | None = None
    error_reason: str | None = None
    service: str | None = None
    credential_type: str | None = None


class ToolCall(TurnEvent):
    """The formation calls a tool."""

    type: Literal["tool_call"] = "tool_call"
    tool_name: str | None = None
    service: str | None = None
    has_params: bool | None = None


class Replanning(TurnEvent):
    """A workflow failed and is being planned again."""

    type: Literal["replanning"] = "replanning"
    attempt: int | None = None
    attempts: int | None = None
    original_workflow_id: str | None = None
    new_workflow_id: str | None = None
    task_count: int | None = None


class TextDelta(TurnEvent):
    """The next chunk of the reply's text, in `content`."""

    type: Literal["content"] = "content"
    workflow_id: str | None = None


class ErrorNotice(TurnEvent):
    """The turn was refused, for example by the security check. The stream continues."""

    type: Literal["error"] = "error"


class Completed(TurnEvent):
    """The end of the turn, with the final text in `content`."""

    type: Literal["completed"] = "completed"
    status: Literal["success", "error", "escalated", "awaiting_clarification"] | str | None = None
    """None for the result of a workflow."""
    processing_time_ms: float | None = None
    """Milliseconds."""
    agent_used: str | None = None
    fast_path: bool | None = None
    clarification: bool | None = None
    requires_user_response: bool | None = None
    escalated: bool | None = None
    workflow_id: str | None = None
    stream_discontinuity: bool | None = None
    """The server retracted the chunks sent so far; use `content` instead."""
    artifacts: list[ReplyArtifact] | None = None
    recovered: bool = False
    """True if the SDK built this event from the request's status or from a JSON response."""


class Failed(TurnEvent):
    """The turn ended without a reply."""

    type: Literal["failed"] = "failed"


class Cancelled(TurnEvent):
    """The turn was cancelled."""

    type: Literal["cancelled"] = "cancelled"


class Widgets(Model):
    """The widgets that belong to the reply, in `ui`."""

    type: Literal["ui"] = "ui"
    ui: list[Widget]


class UnknownEvent(Model):
    """An event that this version doesn't know; all its keys are kept."""

    type: str
    """The type of the event, or the name of the server-sent event."""
    data: Any = None
    """The payload of an unknown server-sent event."""


_Event = (
    TextDelta
    | Progress
    | Thinking
    | Planning
    | ToolCall
    | Replanning
    | ErrorNotice
    | Completed
    | Failed
    | Cancelled
)
_KnownEvent = Annotated[_Event, Field(discriminator="type")]

TokenEvent = Annotated[_KnownEvent | UnknownEvent, Field(union_mode="left_to_right")]

if TYPE_CHECKING:  # the same type, without Annotated in a union, which jedi doesn't follow
    ChatEvent = _Event | UnknownEvent | Widgets
    """Any event of a chat stream."""
else:
    ChatEvent = TokenEvent | Widgets

_NOT_METADATA = {"type", "content", "timestamp", "artifacts", "user_id", "recovered"}


def completed_of(reply: ChatReply) -> Completed:
    """Create the final event of a turn from a reply that wasn't streamed."""
    said = reply.metadata
    return Completed(
        content=reply.text,
        artifacts=reply.artifacts,
        user_id=reply.user_id,
        session_id=reply.session_id,
        request_id=reply.request_id,
        status=said.status,
        processing_time_ms=said.processing_time_ms,
        agent_used=said.agent_used,
        fast_path=said.fast_path,
        clarification=said.clarification,
        requires_user_response=said.requires_user_response,
        escalated=said.escalated,
        workflow_id=said.workflow_id,
        recovered=True,
    )


def reply_of(
    completed: Completed, widgets: list[Widget], *, session_id: str, request_id: str
) -> ChatReply:
    """Create the reply of a finished stream. The ids are used if the final event has none."""
    said: JsonObject = completed.model_dump(
        exclude=_NOT_METADATA, exclude_none=True, exclude_unset=True
    )
    return ChatReply(
        content=completed.content,
        artifacts=completed.artifacts or [],
        widgets=widgets,
        recovered=completed.recovered,
        metadata=validate_what_fits(ReplyMetadata, said),
        user_id=completed.user_id,
        session_id=completed.session_id or session_id,
        request_id=completed.request_id or request_id,
    )
