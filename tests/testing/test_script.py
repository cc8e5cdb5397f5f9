"""Replies in a queue."""

from __future__ import annotations

import pytest

from muxi.models.formation import ToolCall
from muxi.testing import Clarification, Reply, Turn
from muxi.testing.formation.turn_events import stages
from muxi.testing.script import Script


def turn(message: str = "Anyone there?") -> Turn:
    return Turn(message, user_id="alice", session_id="s", request_id="r", stream=True)


def test_replies_come_in_their_order_then_the_model_answers() -> None:
    script = Script()
    script.reply("One")
    script.reply(Clarification("Which?"))
    script.model = lambda asked: Reply(asked.user_id)
    decided = [script._decide(turn()) for _ in range(3)]
    assert decided == [Reply("One"), Clarification("Which?"), Reply("alice")]


def test_a_text_may_come_late_and_after_tools() -> None:
    script = Script()
    script.reply("It rains", tools=["weather", "geo__find"], delay=0.5)
    outcome = script._decide(turn())
    events = list(stages(turn(), outcome, 0))
    used = [
        ToolCall.model_validate({"type": e.type, **e.extra})
        for e in events
        if e.type == "tool_call"
    ]
    assert [(call.service, call.tool_name) for call in used] == [
        ("weather", "weather"),
        ("geo", "find"),
    ]
    assert sum(event.pause for event in events) == 0.5
    with pytest.raises(ValueError, match="pass them to the Reply"):
        script.reply(Reply("x"), delay=1)  # type: ignore[call-overload]
