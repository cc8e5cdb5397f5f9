"""A model that has an outcome for each word, and records its turns."""

from __future__ import annotations

import math

from muxi.testing import (
    Background,
    Clarification,
    Cut,
    Escalation,
    Event,
    Failure,
    Outcome,
    Reply,
    Turn,
)

WIDGET = {"type": "action_link", "id": "ui_1", "label": "Open", "url": "https://muxi.org"}
MADE = [{"type": "text", "format": "txt", "filename": "a.txt", "content": "a"}]
OUTCOMES: dict[str, Outcome] = {
    "slow": Reply("Slowly", delay=1),
    "long": Reply("At length", analysis=1),
    "widget": Reply("Choose", widgets=[WIDGET]),
    "artifact": Reply("Made", artifacts=MADE),
    "tail": Reply(
        "Your key?",
        {"clarification_type": "credential"},
        late=[Event("content", "final_response", "Your key?", pause=0.3)],
    ),
    "sorry": Reply("So sorry", failed=True),
    "which": Clarification("Which one?"),
    "later": Background("It takes a while", "There it is", after=math.inf),
    "soon": Background(),
    "retry": Escalation(result="At last", after=0.1),
    "cut": Cut(3),
    "snap": Cut(3, clean=False),
    "fail": Failure("OverlordError", "It broke\nbadly"),
    "deny": Failure("RbacRejectedError", "not you"),
}
turns: list[Turn] = []


def scripted(turn: Turn) -> Outcome:
    turns.append(turn)
    if turn.message == "bug":
        raise LookupError("no such thing")
    return OUTCOMES.get(turn.message, Reply("It is well"))
