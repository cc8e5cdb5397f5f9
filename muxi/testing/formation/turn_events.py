"""The events of a streamed turn, in the server's order (contract A4.1)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from ..model import (
    Approval,
    Background,
    Clarification,
    Cut,
    Escalation,
    Event,
    Failure,
    Outcome,
    Refusal,
    Reply,
    Turn,
    on_the_wire,
)

AFTER_WORK = frozenset({"response_preparation", "response_generation", "final_response", None})
"""Stages after the last checkpoint. A cancellation no longer stops the turn there."""

_QUIET = {"skip_rephrase": True}
_WORDS = re.compile(r"\s*\S+\s*", re.ASCII)


def stages(
    turn: Turn, outcome: Outcome, token_pause: float, *, fast: bool = False
) -> Iterator[Event]:
    """Return every event of the turn and the pause before it. A fast turn has no plan."""
    if isinstance(outcome, Cut):
        yield from islice(stages(turn, Reply(outcome.text), token_pause), outcome.after)
        return
    yield Event("progress", "init", "One moment...", _QUIET)
    if isinstance(outcome, Reply) and outcome.failed:
        yield replace(_completed(outcome.text, status="error"), pause=outcome.delay)
        return
    yield _thinking(turn)
    if isinstance(outcome, Reply):
        yield from _reply(turn, outcome, token_pause, fast)
    elif isinstance(outcome, Approval):
        yield from _approval(turn, outcome)
    elif isinstance(outcome, Clarification):
        yield from _clarification(outcome)
    elif isinstance(outcome, Background):
        yield from outcome.events
        yield from _final(outcome.result, outcome.workflow_id)
    elif isinstance(outcome, Escalation):
        text = escalation_text(turn, outcome)
        yield _completed(text, status="escalated", escalated=True)
    else:
        assert isinstance(outcome, Refusal | Failure)


def escalation_text(turn: Turn, outcome: Escalation) -> str:
    """Return the server's text for a turn that it retries in the background."""
    how = {
        "channel": "I'll notify you on your channel when it resolves.",
        "webhook": "You'll receive a webhook notification when it resolves.",
    }.get(outcome.delivery, f"Poll GET /v1/requests/{turn.request_id} for the outcome.")
    return (
        "This has failed. I'm going to retry with a different approach and let you know "
        f"asynchronously. Your request ID is {turn.request_id}. {how}"
    )


def _thinking(turn: Turn) -> Event:
    extra: dict[str, object] = {
        "original_message": turn.message,
        "agent_name": turn.agent_id,
        "skip_clarification": False,
        **_QUIET,
    }
    return Event("thinking", "process_sync_start", "Working on it...", extra)


def _reply(turn: Turn, reply: Reply, token_pause: float, fast: bool) -> Iterator[Event]:
    if reply.workflow_id is not None:
        yield from reply.events
        yield from _final(reply.text, reply.workflow_id, reply)
        yield from reply.late
        return
    if not fast:
        yield from _planned(turn, reply)
    for name in reply.tools:
        yield from _tool(turn.agent_id or "assistant", name)
    yield from reply.events
    persona = {} if fast else {"has_persona": True, "response_format": "markdown"}
    style = {**persona, **_QUIET}
    yield Event("progress", "response_preparation", "Preparing response...", style, reply.delay)
    for word in _WORDS.findall(reply.text):
        yield Event("content", "response_generation", word, _QUIET, token_pause)
    how: dict[str, object] = {"agent_used": turn.agent_id or "assistant"}
    yield _completed(reply.text, reply, status="success", **({"fast_path": True} if fast else how))
    yield from reply.late


def _planned(turn: Turn, reply: Reply) -> Iterator[Event]:
    agent, preview = turn.agent_id or "assistant", turn.message[:200]
    yield Event(
        "planning",
        "agent_selection",
        "Determining the best agent to handle this request...",
        {"message_preview": preview, "agent_requested": turn.agent_id},
        reply.analysis,
    )
    chosen = "I'll use an agent with the right capabilities to help the user with their request."
    yield Event("progress", "agent_selected", chosen, {"selected_agent": agent})
    yield Event("progress", "agent_processing", "Processing request...", {"agent_name": agent})
    planner: dict[str, object] = {
        "agent_name": agent.title(),
        "agent_id": agent,
        "message_preview": preview,
        "has_tools": True,
        "tool_count": 12,
    }
    plan = "Planning approach to handle the user's request..."
    yield Event("planning", "agent_planning", plan, planner)
    made = {"agent_name": agent, "tool_count": 12, **_QUIET}
    yield Event("progress", "creating_plan", "Creating plan...", made)


def _tool(agent: str, name: str) -> Iterator[Event]:
    server_id, _, tool = name.rpartition("__")
    server_id = server_id or tool
    who = {"agent_name": agent, **_QUIET}
    called = {"tool_name": tool, "server_id": server_id, **who}
    used = {"service": server_id, "tool_name": tool, "has_params": True}
    yield Event("progress", "plan_step", "use the tool", {"tool_name": name, **who})
    yield Event("progress", "tool_started", f"Using {tool}...", called)
    text = f"Using {tool} to complete this task..."
    yield Event("tool_call", "tool_execution", text, used)


def _approval(turn: Turn, outcome: Approval) -> Iterator[Event]:
    extra: dict[str, object] = {
        "complexity_score": 9.0,
        "message_preview": turn.message[:200],
    }
    many = "This is a complex request. Let me break it down into steps..."
    yield Event("planning", "workflow_decomposition", many, extra)
    extra = {
        "task_count": outcome.tasks,
        "workflow_id": outcome.workflow_id,
        "decomposition_details": outcome.details,
        "is_llm_response": True,
    }
    text = f"I've broken this down into {outcome.tasks} tasks to complete."
    yield Event("planning", "decomposition_complete", text, extra)


def _clarification(outcome: Clarification) -> Iterator[Event]:
    asked = {"clarification_question": outcome.question, **_QUIET}
    doubt = "I need to clarify something with the user..."
    yield Event("thinking", "clarification_needed", doubt, asked)
    yield _completed(outcome.question, status="awaiting_clarification", clarification=True)


def _final(text: str, workflow_id: str, reply: Reply | None = None) -> Iterator[Event]:
    together = "Synthesizing results from all completed tasks..."
    extra: dict[str, object] = {"workflow_id": workflow_id}
    pause = reply.analysis + reply.delay if reply else 0.0
    yield Event("thinking", "workflow_synthesis", together, extra | _QUIET, pause)
    yield Event("completed", "final", text, extra | _kept(reply))


def _completed(text: str, reply: Reply | None = None, **extra: object) -> Event:
    status = extra.pop("status")
    timed: dict[str, object] = {"status": status, "processing_time_ms": 0}
    return Event("completed", None, text, timed | extra | _kept(reply))


def _kept(reply: Reply | None) -> dict[str, object]:
    return {"artifacts": on_the_wire(reply.artifacts)} if reply and reply.artifacts else {}
