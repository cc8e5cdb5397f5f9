"""This SDK against the real runtime: agents, knowledge, MCP, skills, SOPs, triggers."""

from __future__ import annotations

import time
from typing import Any
from uuid import uuid4

import pytest

import muxi
from muxi.models import formation as m

from ..support.waiting import until
from .conftest import Asking

DATA = {"customer": {"name": "Zoë"}, "title": "It broke"}


def test_agents(ask: Asking) -> None:
    agents = ask(lambda f: f.agents.list())
    assert [agent.id for agent in agents] == ["assistant", "writer"]
    assert len(agents) == 2
    assistant = ask(lambda f: f.agents.get("assistant"))
    assert assistant == agents[0]
    assert (assistant.name, assistant.role) == ("Assistant", "generalist")
    assert (assistant.specialties, assistant.source) == (["general"], "formation")
    assert (assistant.schema_version, assistant.model_extra) == ("1.0.0", {})
    assert isinstance(agents[1].knowledge, m.AgentKnowledge)
    [source] = agents[1].knowledge.sources
    assert (source.id, source.url.startswith("file:///")) == ("remote-docs", True)
    with pytest.raises(muxi.NotFoundError, match="'none' not found") as caught:
        ask(lambda f: f.agents.get("none"))
    assert caught.value.code == "AGENT_NOT_FOUND"


def test_admin_calls_refuse_the_client_key_alone(ask: Asking) -> None:
    for use in (
        lambda f: f.agents.list(),
        lambda f: f.agents.sync_knowledge("writer"),
        lambda f: f.knowledge.rebuild(),
        lambda f: f.mcp.list_servers(),
    ):
        with pytest.raises(muxi.ConfigurationError, match="admin key"):
            ask(use, admin_key=None)
    with pytest.raises(muxi.AuthenticationError):
        ask(lambda f: f.mcp.list_tools(), admin_key="wrong")


def test_knowledge_can_be_synced(ask: Asking) -> None:
    synced = ask(lambda f: f.agents.sync_knowledge("writer"))
    assert synced.agent_id == "writer"
    [result] = synced
    assert (result.source_id, result.status, result.error) == ("remote-docs", "success", "")
    assert (result.files_failed, result.files_deleted) == (0, 0)
    assert 0 <= result.duration_ms < 30_000
    assert len(ask(lambda f: f.agents.sync_knowledge("writer", source_id="remote-docs"))) == 1
    with pytest.raises(muxi.NotFoundError) as caught:
        ask(lambda f: f.agents.sync_knowledge("writer", source_id="none"))
    assert caught.value.code == "RESOURCE_NOT_FOUND"
    with pytest.raises(muxi.NotFoundError) as caught:
        ask(lambda f: f.agents.sync_knowledge("none"))
    assert caught.value.code == "AGENT_NOT_FOUND"
    with pytest.raises(muxi.ValidationError, match="no remote knowledge sources"):
        ask(lambda f: f.agents.sync_knowledge("assistant"))


def test_knowledge_can_be_rebuilt(ask: Asking) -> None:
    done = ask(lambda f: f.knowledge.rebuild())
    assert done.agents.keys() >= {"assistant", "writer"}
    assert done.agents["assistant"] == m.RebuildReport(rebuilt=[], failed=[], skipped=[])
    assert done.source_id is None
    done = ask(lambda f: f.knowledge.rebuild(agent_id="writer", source_id="none"))
    assert (list(done.agents), done.source_id) == (["writer"], "none")
    with pytest.raises(muxi.NotFoundError, match="'none' not found"):
        ask(lambda f: f.knowledge.rebuild(agent_id="none"))


def test_mcp(ask: Asking) -> None:
    servers = ask(lambda f: f.mcp.list_servers())
    assert [server.id for server in servers] == ["echo"]
    echo = ask(lambda f: f.mcp.get_server("echo"))
    assert echo.model_dump(exclude={"env"}) == servers[0].model_dump(exclude={"env"})
    # The runtime masks written-out secrets of one server, and not those of the list.
    assert servers[0].env == {"API_KEY": "written-out-0123456789"}
    assert "written" not in echo.env["API_KEY"]
    assert (echo.type, echo.description) == ("command", "Echoes text back")
    assert [arg.endswith("echo_mcp.py") for arg in echo.args] == [True]
    with pytest.raises(muxi.NotFoundError) as caught:
        ask(lambda f: f.mcp.get_server("none"))
    assert caught.value.code == "MCP_SERVER_NOT_FOUND"
    tools = {tool.name: tool for tool in ask(lambda f: f.mcp.list_tools())}
    assert tools["chat"].access == "client"
    assert tools["get_memories"].parameters["limit"].default == 10
    assert "echo__echo" not in tools


def test_this_runtime_breaks_skills(ask: Asking) -> None:
    for use in (
        lambda f: f.skills.list(),
        lambda f: f.skills.get("compute"),
        lambda f: f.agents.list_skills("assistant"),
    ):
        with pytest.raises(muxi.ServerError) as caught:
            ask(use, max_retries=0, admin_key=None)
        assert (caught.value.status_code, caught.value.code) == (500, "INTERNAL_ERROR")


def test_sops(ask: Asking) -> None:
    sops = ask(lambda f: f.sops.list(), admin_key=None)
    assert [(sop.name, sop.type, sop.steps) for sop in sops] == [("onboarding", "template", 2)]
    sop = ask(lambda f: f.sops.get("onboarding"))
    assert (sop.title, sop.references, sop.metadata) == ("onboarding", None, {})
    assert sop.content.startswith("# Customer Onboarding")
    with pytest.raises(muxi.NotFoundError) as caught:
        ask(lambda f: f.sops.get("none"))
    assert caught.value.code == "SOP_NOT_FOUND"
    with pytest.raises(muxi.ValidationError, match="only letters"):
        ask(lambda f: f.sops.get("a.b"))


def test_triggers(ask: Asking) -> None:
    triggers = ask(lambda f: f.triggers.list(), admin_key=None)
    assert (list(triggers), triggers.formation_id) == (["hooked", "ticket"], "lab")
    trigger = ask(lambda f: f.triggers.get("ticket"))
    assert (trigger.name, trigger.data_fields) == ("ticket", ["customer.name", "title"])
    assert trigger.content.startswith("New ticket from ${{ data.customer.name }}")
    with pytest.raises(muxi.NotFoundError) as caught:
        ask(lambda f: f.triggers.get("none"))
    assert caught.value.code == "TRIGGER_NOT_FOUND"
    with pytest.raises(muxi.ValidationError, match="only letters"):
        ask(lambda f: f.triggers.get("a.b"))


def test_a_trigger_waited_for_has_the_reply_and_the_id_of_its_turn(ask: Asking) -> None:
    session = f"sess_{uuid4().hex}"
    run = ask(lambda f: f.triggers.fire("ticket", DATA, wait=True, session_id=session))
    assert (run.status, run.content) == (
        "completed",
        "Stub answer to: New ticket from Zoë: It broke",
    )
    turn = ask(lambda f: f.requests.get(run.request_id))
    assert (turn.request_id, turn.status, turn.result) == (run.request_id, "completed", run.content)
    messages = ask(lambda f: f.sessions.list_messages(session))
    assert {one.metadata.request_id for one in messages} == {run.request_id}


def when_known(ask: Asking, turn: str) -> m.RequestStatus:
    """The state of a turn, once the formation knows it."""
    for _ in range(600):
        try:
            status: m.RequestStatus = ask(lambda f: f.requests.get(turn))
        except muxi.NotFoundError:
            time.sleep(0.05)
        else:
            return status
    raise AssertionError(f"The formation never knew {turn}")


def test_a_trigger_not_waited_for_can_be_followed(ask: Asking) -> None:
    run = ask(lambda f: f.triggers.fire("hooked", {"title": "It broke"}))
    assert (run.status, run.content) == ("processing", None)
    done = ask(lambda f: f.requests.wait(run.request_id, timeout=60, poll_interval=0.2))
    assert (done.status, done.result) == ("completed", "Stub answer to: Hooked: It broke")


def test_this_runtime_loses_triggers_where_replies_stream(ask: Asking) -> None:
    session = f"sess_{uuid4().hex}"
    run = ask(lambda f: f.triggers.fire("ticket", DATA, session_id=session))
    assert run.status == "processing"
    when_known(ask, run.request_id)
    with pytest.raises(muxi.TimeoutError, match="still processing"):
        ask(lambda f: f.requests.wait(run.request_id, timeout=3, poll_interval=0.5))
    assert [one.role for one in ask(lambda f: f.sessions.list_messages(session))] == ["user"]


def test_a_trigger_sent_again_joins_the_turn_that_runs(ask: Asking) -> None:
    session = f"sess_{uuid4().hex}"
    event = {**DATA, "title": "STUB_SLEEP=2 It broke"}  # longer than an attempt may take

    def fire(formation: Any) -> Any:
        return formation.triggers.fire("ticket", event, wait=True, session_id=session)

    def roles() -> list[str]:
        return [one.role for one in ask(lambda f: f.sessions.list_messages(session))]

    run = ask(fire, timeout=1.5, max_retries=9)
    assert run.status == "completed"
    until(lambda: "assistant" in roles())  # it is stored after the answer
    assert roles() == ["user", "assistant"]


def test_events_that_the_trigger_refuses(ask: Asking) -> None:
    with pytest.raises(muxi.ValidationError, match=r"data\.customer\.name") as caught:
        ask(lambda f: f.triggers.fire("ticket", {}))
    assert caught.value.sent
    with pytest.raises(muxi.NotFoundError) as missing:
        ask(lambda f: f.triggers.fire("none", {}))
    assert missing.value.code == "RESOURCE_NOT_FOUND"
    with pytest.raises(muxi.ConfigurationError, match="client key"):
        ask(lambda f: f.triggers.fire("ticket", DATA), client_key=None)
