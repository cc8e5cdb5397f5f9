"""What decides the replies: a callable from a turn to an outcome, and no network."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from pydantic import BaseModel

from ..models.formation import ReplyArtifact, Widget


@dataclass(frozen=True)
class Turn:
    """One message of one user, as the formation understood it."""

    message: str
    """For a voice note, its transcription: `voice note <filename>`."""
    user_id: str
    """`"0"` on a single-user formation, whoever asked."""
    session_id: str
    request_id: str
    """The id that the tracker knows, given by the caller or made by the server."""
    agent_id: str | None = None
    files: tuple[Mapping[str, object], ...] = ()
    ui_response: Mapping[str, object] | None = None
    webhook_url: str | None = None
    stream: bool = False
    audio: bool = False


@dataclass(frozen=True)
class Event:
    """A step of a turn that a stream shows: `{"token": {"type": …, "stage": …, **extra}}`."""

    type: str
    stage: str | None = None
    content: str = ""
    extra: Mapping[str, object] = field(default_factory=dict[str, object])
    pause: float = 0.0
    """Seconds that pass before it."""


@dataclass(frozen=True)
class Reply:
    """An ordinary reply."""

    text: str
    metadata: Mapping[str, object] = field(default_factory=dict[str, object])
    """Extras of a non-streamed reply's metadata; a truthy `clarification_type` or its like
    leaves the request `processing`."""
    artifacts: Sequence[ReplyArtifact | Mapping[str, object]] = ()
    """Streamed with the terminal event; a non-streamed turn with artifacts answers 500."""
    widgets: Sequence[Widget | Mapping[str, object]] = ()
    events: Sequence[Event] = ()
    """Steps between the plan and the answer."""
    analysis: float = 0.0
    """Seconds before the plan; a cancellation within them is heeded."""
    sleep: float = 0.0
    """Seconds of work after the plan; a cancellation within them comes too late."""
    failed: bool = False
    """The text apologises for a failure: the stream says `status: "error"`."""
    workflow_id: str | None = None
    """Given, a workflow answers: no deltas, and `events` are all of its steps."""
    late: Sequence[Event] = ()
    """Events after the terminal one, as the server sends for its procedures."""


@dataclass(frozen=True)
class Refusal:
    """The security check refuses: a stream of it says nothing more and stays open."""

    text: str = "I can't process that request."


@dataclass(frozen=True)
class Approval:
    """A workflow waits for the user's approval; only a non-streamed answer carries the text."""

    text: str
    workflow_id: str = ""
    """Made up when empty."""
    tasks: int = 2
    details: str = ""


@dataclass(frozen=True)
class Clarification:
    """The formation asks back. The next turn of the session goes on with the same request id."""

    question: str


@dataclass(frozen=True)
class Background:
    """A workflow goes on after a non-streamed answer; a stream waits for its `text`."""

    message: str
    workflow_id: str
    text: str = ""
    events: Sequence[Event] = ()


@dataclass(frozen=True)
class Escalation:
    """The turn failed, and retries go on under the same request id."""

    delivery: str = "polling"
    """`"channel"`, `"webhook"` or `"polling"`."""
    result: str = ""
    """What the retries come to; the request stays `processing` when empty."""
    after: float = 0.0
    """Seconds until then."""


@dataclass(frozen=True)
class Cut:
    """The connection ends early: after so many events, or with no answer at all."""

    after: int
    text: str = "This text is cut short."
    clean: bool = True
    """End the body properly; otherwise break it off mid-transfer."""


@dataclass(frozen=True)
class Failure:
    """The turn fails beyond apology: an `error` frame, or 500 (403 for a `…RejectedError`)."""

    type: str = "RuntimeError"
    text: str = "The turn failed"


def on_the_wire(parts: Sequence[BaseModel | Mapping[str, object]]) -> list[dict[str, object]]:
    """Artifacts or widgets as JSON objects."""
    return [
        part.model_dump(mode="json", exclude_unset=True)
        if isinstance(part, BaseModel)
        else dict(part)
        for part in parts
    ]


Outcome = Reply | Refusal | Approval | Clarification | Background | Escalation | Cut | Failure
Model = Callable[[Turn], Outcome]


def echo(turn: Turn) -> Outcome:
    """The default model: says what was said."""
    said = turn.message.strip() or "nothing"
    names = [str(file.get("filename", "a file")) for file in turn.files]
    seen = f" (with {', '.join(names)})" if names and not turn.audio else ""
    return Reply(f"You said: {said}{seen}")
