"""The model of the emulator: a function that takes a turn and returns an outcome."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from pydantic import BaseModel

from ..models.formation import ReplyArtifact, Widget


@dataclass(frozen=True)
class Turn:
    """One message of one user, as the formation read it."""

    message: str
    """The text. For a voice note, its transcription: `voice note <filename>`."""
    user_id: str
    """The user. Always `"0"` on a single-user formation."""
    session_id: str
    request_id: str
    """The id of the tracked request. The caller sends it, or the server creates it."""
    agent_id: str | None = None
    files: tuple[Mapping[str, object], ...] = ()
    ui_response: Mapping[str, object] | None = None
    webhook_url: str | None = None
    stream: bool = False
    audio: bool = False


@dataclass(frozen=True)
class Event:
    """A step of a turn in a stream: `{"token": {"type": …, "stage": …, **extra}}`."""

    type: str
    stage: str | None = None
    content: str = ""
    extra: Mapping[str, object] = field(default_factory=dict[str, object])
    pause: float = 0.0
    """Seconds to wait before the event."""


@dataclass(frozen=True)
class Reply:
    """An ordinary reply."""

    text: str
    metadata: Mapping[str, object] = field(default_factory=dict[str, object])
    """Extra metadata of a non-streamed reply. A key that asks the user for something, such as
    `clarification_type`, leaves the request `processing` if its value is true."""
    artifacts: Sequence[ReplyArtifact | Mapping[str, object]] = ()
    """Files. A stream sends them with its terminal event. A turn without streaming answers 500."""
    widgets: Sequence[Widget | Mapping[str, object]] = ()
    tools: Sequence[str] = ()
    """The MCP tools that the agent calls, as `"<server>__<tool>"`. A name without `__` is the name
    of both. Only a stream shows them, as events."""
    events: Sequence[Event] = ()
    """Further events between the plan and the reply."""
    analysis: float = 0.0
    """Seconds before the plan. A cancellation in this time stops the turn."""
    delay: float = 0.0
    """Seconds of work after the plan. A cancellation in this time comes too late."""
    failed: bool = False
    """The text apologises for a failure. The stream has `status: "error"`."""
    workflow_id: str | None = None
    """If set, a workflow answers: the stream has no deltas, and `events` are all of its steps."""
    late: Sequence[Event] = ()
    """Events after the terminal event. The real server sends some when it runs a SOP."""


@dataclass(frozen=True)
class Refusal:
    """The security check refuses the message. A stream sends nothing more and stays open."""

    text: str = "I can't process that request."


@dataclass(frozen=True)
class Approval:
    """A workflow waits for the user's approval. Only a non-streamed reply has the text."""

    text: str
    workflow_id: str = ""
    """The emulator generates one if empty."""
    tasks: int = 2
    details: str = ""


@dataclass(frozen=True)
class Clarification:
    """The formation asks a question. The session's next turn continues with its request id."""

    question: str


@dataclass(frozen=True)
class Background:
    """A workflow continues after a non-streamed reply. A stream waits for the result."""

    message: str = "I'm working on it."
    """The text of the non-streamed reply."""
    result: str = "Done."
    """The reply of the workflow."""
    workflow_id: str = ""
    """The emulator generates one if empty."""
    events: Sequence[Event] = ()
    """The steps of the workflow in a stream."""
    after: float = 0.0
    """Seconds until a non-streamed turn's request is `completed`; `math.inf` for never. This
    version of the real runtime never completes it: there, only a webhook brings the result."""


@dataclass(frozen=True)
class Escalation:
    """The turn failed. The formation retries in the background, under the same request id."""

    delivery: str = "polling"
    """How the user gets the result: `"channel"`, `"webhook"` or `"polling"`."""
    result: str = "Done."
    """The reply of the retries."""
    after: float = 0.0
    """Seconds until the result is there; `math.inf` for never."""


@dataclass(frozen=True)
class Cut:
    """The connection ends early: after `after` events, or without any response."""

    after: int
    text: str = "This text is cut short."
    clean: bool = True
    """True: end the body properly. False: drop the connection in the middle of the body."""


@dataclass(frozen=True)
class Failure:
    """The turn fails without a reply: an `error` frame, or 500 (403 for a `…RejectedError`)."""

    type: str = "RuntimeError"
    text: str = "The turn failed"


def on_the_wire(parts: Sequence[BaseModel | Mapping[str, object]]) -> list[dict[str, object]]:
    """Return artifacts or widgets as JSON objects."""
    return [
        part.model_dump(mode="json", exclude_unset=True)
        if isinstance(part, BaseModel)
        else dict(part)
        for part in parts
    ]


Outcome = Reply | Refusal | Approval | Clarification | Background | Escalation | Cut | Failure
Model = Callable[[Turn], Outcome]


def echo(turn: Turn) -> Outcome:
    """Repeat the user's message. This is the default model."""
    said = turn.message.strip() or "nothing"
    names = [str(file.get("filename", "a file")) for file in turn.files]
    seen = f" (with {', '.join(names)})" if names and not turn.audio else ""
    return Reply(f"You said: {said}{seen}")
