"""Agents to triggers: what recordings can't show."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from types import MappingProxyType
from typing import Any

import pytest

import muxi
from muxi import FormationClient
from muxi.models import formation as m

from ...support.clients import ADMIN_KEY, CLIENT_KEY, ClientKind
from ...support.fake_server import FAST, Answer, Drop, FakeServer, envelope, failure

Use = Callable[[Any], Any]
PROCESSING = envelope({"status": "processing"}, request_id="req_turn")
COMPLETED = envelope({"status": "completed", "content": "Done."}, request_id="req_turn")
SYNCED = envelope({"agent_id": "a", "results": []})
REBUILT = envelope({"agents": {}, "source_id": None})


def sent(answer: Answer, use: Use, **settings: Any) -> Any:
    """What the server was sent for a call."""
    with FakeServer(answer) as server:
        ClientKind("sync").formation(server.url, use, **settings)
    [received] = server.received
    return received


def test_a_fired_trigger_has_the_id_of_its_turn(client_kind: ClientKind) -> None:
    with FakeServer(PROCESSING) as server:
        run = client_kind.formation(server.url, lambda f: f.triggers.fire("t", {"a": 1}))
    assert run == m.TriggerRun(status="processing", request_id="req_turn")
    assert (run.content, run.meta.request_id) == (None, "req_turn")
    assert server.received[0].path == "/v1/triggers/t"
    assert server.received[0].json == {"data": {"a": 1}, "use_async": True}


def test_a_trigger_waited_for_brings_the_reply(client_kind: ClientKind) -> None:
    with FakeServer(COMPLETED) as server:
        run = client_kind.formation(
            server.url, lambda f: f.triggers.fire("t", {}, wait=True, session_id="s")
        )
    assert (run.status, run.content, run.request_id) == ("completed", "Done.", "req_turn")
    assert server.received[0].json == {"data": {}, "use_async": False, "session_id": "s"}


def test_the_turns_id_is_the_envelopes_and_new_keys_are_kept() -> None:
    answer = envelope({"status": "processing", "new": 1, "request_id": None}, "req_turn")
    with FakeServer(answer) as server, FormationClient(url=server.url, client_key="c") as formation:
        response = formation.raw.triggers.fire("t", {})
    assert response.data.request_id == response.request_id == "req_turn"
    assert response.data.model_extra == {"new": 1}


def test_an_answer_without_the_turns_id_does_not_fit() -> None:
    answer = envelope({"status": "processing"}, request=None)
    with pytest.raises(muxi.InvalidResponseError, match="has no request_id") as caught:
        sent(answer, lambda f: f.triggers.fire("t", {}))
    assert caught.value.sent


@pytest.mark.parametrize("wait", [True, False])
@pytest.mark.parametrize("first", [Drop(), failure(503, "SYSTEM_OVERLOAD")], ids=["drop", "503"])
def test_an_event_is_sent_again_under_one_key(
    client_kind: ClientKind, first: Drop | Answer, wait: bool
) -> None:
    with FakeServer(first, COMPLETED) as server:
        client_kind.formation(server.url, lambda f: f.triggers.fire("t", {}, wait=wait), retry=FAST)
    sent_twice = {(r.headers["x-muxi-idempotency-key"], r.body) for r in server.received}
    assert (len(server.received), len(sent_twice)) == (2, 1)


@pytest.mark.parametrize(
    "use",
    [
        lambda f: f.triggers.fire("t", {}),
        lambda f: f.agents.sync_knowledge("a"),
        lambda f: f.knowledge.rebuild(),
    ],
)
def test_what_may_have_been_done_is_not_done_twice(use: Use) -> None:
    with FakeServer(failure(500, "INTERNAL_ERROR")) as server, pytest.raises(muxi.ServerError):
        ClientKind("sync").formation(server.url, use, retry=FAST)
    assert len(server.received) == 1


@pytest.mark.parametrize(
    "use", [lambda f: f.agents.sync_knowledge("a"), lambda f: f.knowledge.rebuild()]
)
def test_what_the_server_does_not_deduplicate_is_not_sent_again(use: Use) -> None:
    with FakeServer(failure(503, "SERVICE_UNAVAILABLE")) as server:
        with pytest.raises(muxi.UnavailableError):
            ClientKind("sync").formation(server.url, use, retry=FAST)
        assert len(server.received) == 1


@pytest.mark.parametrize(
    ("of_client", "of_call", "header"),
    [("alice", None, "alice"), ("alice", "bob", "bob"), (None, None, None)],
)
def test_who_fires(of_client: str | None, of_call: str | None, header: str | None) -> None:
    received = sent(
        PROCESSING, lambda f: f.triggers.fire("t", {}, user_id=of_call), user_id=of_client
    )
    assert received.headers.get("x-muxi-user-id") == header


@pytest.mark.parametrize(
    "data",
    [
        {"deep": [{"thing": object()}], "bytes": b"x"},
        [("a", 1)],
        "text",
        None,
    ],
)
def test_data_that_is_no_json_is_not_sent(data: Any) -> None:
    with pytest.raises(muxi.ValidationError, match=r"^data: ") as caught:
        sent(PROCESSING, lambda f: f.triggers.fire("t", data))
    assert not caught.value.sent


def test_any_mapping_is_data() -> None:
    data: Mapping[str, object] = MappingProxyType({"name": "Zoë", "n": [1, 2.5, None, True]})
    received = sent(PROCESSING, lambda f: f.triggers.fire("t", data))
    assert received.json["data"] == data
    moment = {"when": datetime(2026, 1, 1, tzinfo=timezone.utc)}
    received = sent(PROCESSING, lambda f: f.triggers.fire("t", moment))
    assert received.json["data"] == {"when": "2026-01-01T00:00:00Z"}


ADMIN: list[tuple[Use, Answer]] = [
    (lambda f: f.agents.list(), envelope({"agents": [], "count": 0})),
    (lambda f: f.agents.get("a"), envelope({"id": "a"})),
    (lambda f: f.agents.sync_knowledge("a"), SYNCED),
    (lambda f: f.knowledge.rebuild(), REBUILT),
    (lambda f: f.mcp.list_servers(), envelope({"servers": [], "count": 0})),
    (lambda f: f.mcp.get_server("s"), envelope({"id": "s"})),
    (lambda f: f.mcp.list_tools(), envelope({"tools": []})),
]
SKILL = {"name": "haiku", "description": "Verse", "allowed_tools": [], "resources": ["a.md"]}
LISTED = {"name": "haiku", "description": "Verse", "scope": "public"}
FACTS = {"has_scripts": False, "resource_count": 1, "has_execution_context": False}
TEXT = {"content": "", "metadata": {}}
CLIENT: list[tuple[Use, Answer]] = [
    (lambda f: f.agents.list_skills("a"), envelope({"skills": [LISTED], "agent_id": "a"})),
    (lambda f: f.agents.list_skills("a"), envelope({"skills": []})),
    (lambda f: f.skills.list(), envelope({"skills": [{**LISTED, **FACTS}]})),
    (lambda f: f.skills.get("haiku"), envelope({**SKILL, "license": None, "compatibility": None})),
    (lambda f: f.sops.list(), envelope({"sops": [], "count": 0})),
    (lambda f: f.sops.get("s"), envelope({**LISTED, "title": "S", "type": "template", **TEXT})),
    (lambda f: f.triggers.get("t"), envelope({"name": "t", "content": "", "data_fields": None})),
    (lambda f: f.triggers.list(), envelope({"formation_id": "x", "triggers": [], "count": 0})),
    (lambda f: f.triggers.fire("t", {}), PROCESSING),
]


@pytest.mark.parametrize(("use", "answer"), ADMIN)
def test_the_admin_key_alone_is_sent(use: Use, answer: Answer) -> None:
    headers = sent(answer, use).headers
    assert headers["x-muxi-admin-key"] == ADMIN_KEY
    assert headers.keys() & {"x-muxi-client-key", "x-muxi-user-id"} == set()
    with pytest.raises(muxi.ConfigurationError, match="admin key"):
        sent(answer, use, admin_key=None)


@pytest.mark.parametrize(("use", "answer"), CLIENT)
def test_the_client_key_alone_is_sent(use: Use, answer: Answer) -> None:
    headers = sent(answer, use).headers
    assert (headers["x-muxi-client-key"], headers.get("x-muxi-admin-key")) == (CLIENT_KEY, None)
    with pytest.raises(muxi.ConfigurationError, match="client key"):
        sent(answer, use, client_key=None)


def test_skills_of_a_runtime_that_has_them() -> None:
    """No recording has any: written from the runtime's source."""
    with FakeServer(*(answer for _, answer in CLIENT[:4])) as server:
        found = [ClientKind("sync").formation(server.url, use) for use, _ in CLIENT[:4]]
    of_agent, none, listed, skill = found
    assert (of_agent.agent_id, of_agent[0]) == ("a", m.AgentSkill(**LISTED))
    assert (none.agent_id, len(none)) == (None, 0)
    assert (listed[0].scope, listed[0].resource_count) == ("public", 1)
    assert (skill.name, skill.resources, skill.license) == ("haiku", ["a.md"], None)


@pytest.mark.parametrize(
    ("use", "answer", "path", "body"),
    [
        (lambda f: f.agents.sync_knowledge("a b"), SYNCED, "/agents/a%20b/knowledge/sync", {}),
        (
            lambda f: f.agents.sync_knowledge("a", source_id="s"),
            SYNCED,
            "/agents/a/knowledge/sync",
            {"source_id": "s"},
        ),
        (lambda f: f.knowledge.rebuild(), REBUILT, "/knowledge/rebuild", {}),
        (
            lambda f: f.knowledge.rebuild(agent_id="a", source_id="s"),
            REBUILT,
            "/knowledge/rebuild",
            {"agent_id": "a", "source_id": "s"},
        ),
    ],
)
def test_bodies(use: Use, answer: Answer, path: str, body: dict[str, str]) -> None:
    received = sent(answer, use)
    assert (received.method, received.path, received.json) == ("POST", f"/v1{path}", body)


def test_the_results_of_a_sync_and_a_rebuild() -> None:
    skipped = {"source_id": "s", "url": "u", "status": "skipped", "reason": "in progress"}
    sync = m.KnowledgeSync.model_validate({"agent_id": "a", "results": [skipped]})
    assert (sync[0].reason, sync[0].files_added) == ("in progress", None)
    built = {"rebuilt": [{"source_id": "s", "node_count": 3}], "failed": ["x"], "skipped": []}
    rebuild = m.KnowledgeRebuild.model_validate({"agents": {"a": built}, "source_id": None})
    assert rebuild.agents["a"].rebuilt[0].node_count == 3


def test_configuration_that_may_hold_secrets_does_not_show() -> None:
    hidden = {"token": "sk-1"}
    server = m.McpServer.model_validate(
        {"id": "s", "env": hidden, "auth": hidden, "args": ["sk-1"], "headers": hidden}
    )
    agent = m.Agent.model_validate(
        {
            "id": "a",
            "llm_models": [hidden],
            "mcp_servers": ["echo", {"id": "s", "auth": hidden}],
            "a2a": hidden,
            "unknown": hidden,
            "knowledge": {"sources": [{"url": "https://sk-1@x", "auth": hidden}], "cloud": hidden},
        }
    )
    synced = m.SyncResult(source_id="s", url="https://sk-1@x", status="success")
    shown = [f(one) for f in (repr, str) for one in (server, agent, synced)]
    assert not any("sk-1" in one for one in shown)
    assert (server.auth, server.model_extra) == (hidden, {"headers": hidden})
    assert isinstance(agent.knowledge, m.AgentKnowledge)


def test_documents_keep_the_wires_names_and_take_yamls_numbers() -> None:
    wire = {"schema": 1.0, "id": "a", "version": 2, "knowledge": [{"path": "docs"}]}
    agent = m.Agent.model_validate(wire)
    assert (agent.schema_version, agent.version) == ("1.0", "2")
    assert isinstance(agent.knowledge, list)
    dumped = agent.model_dump(exclude_none=True)
    assert dumped == {**wire, "schema": "1.0", "version": "2"}
    assert m.Agent.model_validate(dumped) == agent
    assert m.Agent(schema="1.0", id="a") == m.Agent.model_validate({"schema": "1.0", "id": "a"})
