"""The `data.message` of a non-streamed response (contract A7, B10)."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timezone

from ..model import (
    Approval,
    Background,
    Clarification,
    Cut,
    Escalation,
    Outcome,
    Refusal,
    Reply,
    Turn,
    on_the_wire,
)
from .turn_events import escalation_text

LIMIT = 100_000
"""The most characters in a message."""

_COMMAND = re.compile(r"/([a-zA-Z0-9_-]+)(\s.*)?", re.DOTALL)
_COMMANDS = ("channels", "help", "identity", "jobs", "preferences", "reset", "setup", "status")
_GREETINGS = frozenset(
    {"hi", "hello", "hey", "thanks", "thank you", "ok", "okay", "got it"},
)
_WAITING = (
    "clarification",
    "clarification_requested",
    "clarification_type",
    "requires_clarification",
    "needs_clarification",
    "approval_required",
    "requires_user_response",
)


@dataclass(frozen=True)
class Said:
    """A non-streamed reply."""

    message: dict[str, object]
    session_id: str | None = None
    """The session. None if the message doesn't name it."""


def assistant(
    text: str, metadata: Mapping[str, object], ui: list[object] | None = None
) -> dict[str, object]:
    """Return an assistant message."""
    message: dict[str, object] = {
        "role": "assistant",
        "content": text,
        "artifacts": None,
        "metadata": dict(metadata),
    }
    return message | ({"ui": ui} if ui else {})


def shortcut(message: str) -> dict[str, object] | None:
    """Return the reply to a message that needs no turn, or None. The server can't stream it."""
    if len(message) > LIMIT:
        advice = (
            "\n\nTry:\n- Breaking into multiple messages\n- Uploading content as a file\n"
            "- Summarizing the key points"
        )
        text = f"Message too long: {len(message):,} characters (max: {LIMIT:,}).{advice}"
        refused = {"error_code": "INPUT_VALIDATION_ERROR", "error_type": "validation"}
        return assistant(text, refused)
    found = _COMMAND.fullmatch(message.strip())
    return _command(found[1]) if found else None


def inaudible() -> dict[str, object]:
    """Return the reply to a voice note without speech."""
    return assistant("I couldn't hear anything.", {"error": "empty_transcription"})


def _command(name: str) -> dict[str, object]:
    known = ", ".join(f"/{each}" for each in _COMMANDS)
    if name not in _COMMANDS:
        text = f"Unknown command: /{name}. Available commands: {known}"
        return assistant(text, {"command": name, "command_status": "unknown"})
    text = f"Available commands: {known}" if name == "help" else f"/{name} has nothing to show."
    metadata = {"command": name, "command_type": "builtin", "command_status": "ok"}
    return assistant(text, metadata)


def is_greeting(message: str) -> bool:
    """Return whether the message is a greeting.

    The server answers greetings on a fast path, unless the session waits for an answer.
    """
    return message.lower().strip() in _GREETINGS


def greeting(text: str, began: float) -> dict[str, object]:
    """Return a reply of the fast path. It doesn't name its session."""
    metadata = {
        "handled_by": "overlord_direct",
        "is_actionable": False,
        "fast_path": True,
        "early_heuristic": True,
        "processing_time_ms": (time.time() - began) * 1000,
    }
    return assistant(text, metadata)


def text_of(turn: Turn, outcome: Outcome) -> str:
    """Return the reply's text for the session and the tracker."""
    if isinstance(outcome, Clarification):
        return outcome.question
    if isinstance(outcome, Background):
        return outcome.result if turn.stream else outcome.message
    if isinstance(outcome, Escalation):
        return escalation_text(turn, outcome)
    return outcome.text


def metadata_of(turn: Turn, outcome: Outcome) -> dict[str, object]:
    """Return the reply's metadata."""
    session = {"session_id": turn.session_id}
    if isinstance(outcome, Reply):
        return {**outcome.metadata, **session}
    if isinstance(outcome, Approval):
        waits = {"approval_required": True, "requires_user_response": True}
        return {"workflow_id": outcome.workflow_id, **waits, **session}
    if isinstance(outcome, Clarification):
        return {"clarification": True, "mode": "direct", **session}
    if isinstance(outcome, Escalation):
        mark = {"escalated": True, "request_id": turn.request_id}
        return {**mark, **session, "delivery": outcome.delivery}
    assert isinstance(outcome, Refusal | Cut)
    return {**session}


def waits(turn: Turn, outcome: Outcome) -> bool:
    """Return whether the turn waits for the user. Its request then stays `processing`."""
    if not isinstance(outcome, Reply | Approval | Clarification):
        return False
    metadata = metadata_of(turn, outcome)
    return any(metadata.get(key) for key in _WAITING)


def message_of(turn: Turn, outcome: Outcome) -> dict[str, object]:
    """Return the outcome as `data.message`."""
    if isinstance(outcome, Background):
        return {
            "request_id": turn.request_id,
            "status": "processing",
            "message": outcome.message,
            "workflow_id": outcome.workflow_id,
            "timestamp": datetime.now(timezone.utc).replace(tzinfo=None).isoformat(),
        }
    ui = on_the_wire(outcome.widgets) if isinstance(outcome, Reply) else []
    return assistant(text_of(turn, outcome), metadata_of(turn, outcome), [*ui])


def session_of(turn: Turn, outcome: Outcome) -> str | None:
    """Return the session that the message names."""
    return None if isinstance(outcome, Background) else turn.session_id


def cancelled(turn: Turn) -> dict[str, object]:
    """Return the reply of a cancelled turn."""
    return assistant("", {"cancelled": True, "request_id": turn.request_id})
