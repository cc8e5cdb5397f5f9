"""The model of the recordings: it reacts to the same STUB_* words."""

from __future__ import annotations

import math
import re

from muxi.testing import (
    Approval,
    Background,
    Clarification,
    Escalation,
    Event,
    Outcome,
    Refusal,
    Reply,
    Turn,
)

SLOWNESS = 0.15
"""The part of the recorded model's pauses that is kept."""

_APOLOGY = "I'm temporarily unable to process requests due to a service connectivity issue."
_RESULT = "### Task 1: Gather the facts\nResult: done\n\n### Task 2: Write the answer\nResult: done"
_TOLD = """### {{RESULT}}
content: hi from the tool
isError: False
links: []
_meta: {}
structured_content: {'result': 'hi from the tool'}
type: structured"""
_QUIET = {"skip_rephrase": True}


def recorded_model(turn: Turn) -> Outcome:
    """Choose the outcome by words in the message, as the model server of the recordings did."""
    said = "hello from the voice note" if turn.audio else turn.message
    if turn.agent_id == "nobody":
        return _nobody(turn)
    if "STUB_HTTP" in said or said.startswith("Anyone there"):
        return Reply(_APOLOGY, failed=True)
    if "STUB_THREAT" in said:
        return Refusal()
    if "STUB_CLARIFY" in said:
        return Clarification("Which one do you mean?")
    if "STUB_COMPLEX8" in said:
        broken_down = [_broken_down(8.0), *_tasks("wrk_8")]
        return Background("It takes a while.", _RESULT, "wrk_8", broken_down, math.inf)
    if "STUB_COMPLEX" in said:
        return Approval(f"Stub answer to: {said}", details="Two steps.")
    if said.startswith("Customer Onboarding"):
        return _procedure()
    if "STUB_FILE" in said:
        return _file()
    if "STUB_TOOL=echo__echo" in said:
        return Reply(_TOLD, tools=["echo__echo"])
    return Reply(_text(said), delay=SLOWNESS * float(_word(said, "STUB_SLEEP") or 0))


def _text(said: str) -> str:
    if "STUB_ECHO" in said:
        return said.partition("=")[2]
    count = _word(said, "STUB_LONG")
    if count:
        return " ".join(f"word{number}" for number in range(int(count)))
    return f"Stub answer to: {said}"


def _word(said: str, name: str) -> str | None:
    found = re.search(name + r"=(\S+)", said)
    return found[1] if found else None


def _nobody(turn: Turn) -> Outcome:
    if turn.stream:
        return Reply(_RESULT, workflow_id="wrk_n", events=_tasks("wrk_n"))
    delivery = "webhook" if turn.webhook_url else "channel"
    return Escalation(delivery, _RESULT, after=0.6)


def _procedure() -> Outcome:
    found = {"sop_id": "onboarding", "sop_name": "Customer Onboarding", **_QUIET}
    metadata = {
        "synthesis_method": "deterministic_consolidator",
        "workflow_id": "wrk_p",
        "workflow_status": "completed",
        "total_tasks": 2,
        "completed_tasks": 2,
        "failed_tasks": 0,
        "execution_time": 0.8,
    }
    matched = Event("progress", "sop_matched", "Found procedure: Customer Onboarding", found)
    events = [matched, _broken_down(2.0), *_tasks("wrk_p")]
    late = [Event("content", "final_response", _RESULT, {"workflow_id": "wrk_p"})]
    return Reply(_RESULT, metadata, workflow_id="wrk_p", events=events, late=late)


def _broken_down(score: float) -> Event:
    extra = {"complexity_score": score, "message_preview": "…"}
    return Event("planning", "workflow_decomposition", "This is a complex request.", extra)


def _tasks(workflow_id: str) -> list[Event]:
    mark = {"workflow_id": workflow_id}
    details = {"task_count": 2, **mark, "decomposition_details": "…", "is_llm_response": True}
    events = [
        Event("planning", "decomposition_complete", "2 tasks", details),
        Event("progress", "workflow_start", "Executing…", {**mark, "task_count": 2}),
    ]
    agent = {"agent_name": "Assistant", "agent_id": "assistant", "message_preview": "…"}
    plan = {"agent_name": "assistant", "tool_count": 12, **_QUIET}
    for done in (1, 2):
        progress = {
            **mark,
            "status": "in_progress",
            "total_tasks": 2,
            "completed_tasks": done,
            "failed_tasks": 0,
            "in_progress_tasks": 0,
            "progress_percentage": done * 50.0,
            "started_at": "2026-11-22T05:45:59.664173",
        }
        tools = {**agent, "has_tools": True, "tool_count": 12}
        events += [
            Event("planning", "agent_planning", "Planning…", tools),
            Event("progress", "creating_plan", "Creating plan...", plan),
            Event("progress", "workflow_execution", "…", {**mark, "progress": progress}),
        ]
    return events


def _file() -> Outcome:
    name = {"filename": "note.txt"}
    who = {"agent_name": "assistant", **_QUIET}
    tool = {"tool_name": "generate_file", **who}
    facts = ("lines", "characters", "language", "pages", "width", "height")
    artifact = {
        "type": "text",
        "format": "txt",
        "filename": "note.txt",
        "preview": None,
        "metadata": {
            "size_bytes": 21,
            "created_at": "2026-11-22T05:40:11.795784",
            **dict.fromkeys(facts),
        },
        "content": "a note from the stub\n",
        "data_url": "data:text/plain;base64,YSBub3RlIGZyb20gdGhlIHN0dWIK",
    }
    made = {**name, "artifact_type": "text", "artifact_format": "txt", **_QUIET}
    events = [
        Event("progress", "plan_step", "use the tool", tool),
        Event("progress", "artifact_generating", "Creating note.txt...", {**tool, **name}),
        Event("progress", "artifact_created", "Created note.txt", made),
    ]
    text = "Done — I've created the file for you."
    return Reply(text, artifacts=[artifact], events=events)
