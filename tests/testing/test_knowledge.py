"""Agents, skills, MCP servers and SOPs: one that exists, and one that doesn't."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

import muxi
from muxi.testing import Emulator

from ..support.clients import ClientKind
from .raw_http import call_sdk

pytestmark = pytest.mark.thorough("asyncio", "trio")

Ask = Callable[[Callable[[Any], Any]], Any]
SOURCES = [
    {"id": "web", "url": "https://example.com/docs"},
    {"id": "wiki", "url": "https://example.com/wiki", "agent_tree": {"enabled": True}},
    {"id": "files", "path": "knowledge/", "max_files": 3, "agent_tree": {"enabled": True}},
]
MANIFEST = {
    "agents": [{"id": "reader", "knowledge": SOURCES}, {"id": "plain", "active": False}],
    "mcp": {"servers": [{"id": "echo", "type": "command", "command": "echo"}]},
    "skills": ["haiku"],
    "sops": {
        "refund": "---\ntype: sop\n---\n\n1. Ask [file:form.md]\n agent: reader\n2. Pay\n",
        "notes": "---\ntype: note\n---\nNo procedure",
        "plain": "1. No procedure either",
        "broken": "---\ntype: [\n---\nNor this, ${{ secrets.OR_THIS }}",
    },
}


@pytest.fixture
def ask(client_kind: ClientKind) -> Iterator[Ask]:
    with Emulator(manifest=MANIFEST) as running:
        yield lambda use: call_sdk(client_kind, running, use, max_retries=0)


def refused(ask: Ask, use: Callable[[Any], Any]) -> str:
    with pytest.raises(muxi.MuxiError) as caught:
        ask(use)
    assert caught.value.code is not None
    return caught.value.code


def test_an_agents_knowledge_is_written_out(ask: Ask) -> None:
    agent = ask(lambda f: f.agents.get("reader"))
    assert (agent.source, agent.knowledge.enabled) == ("formation", True)
    files = agent.knowledge.sources[2]
    assert (files.path, files.max_files) == ("/srv/formation/knowledge", 3)
    assert agent.knowledge.sources[0].max_files == 100
    status = ask(lambda f: f.status()).agents
    assert (status.count, status.active) == (2, 1)
    assert refused(ask, lambda f: f.agents.get("none")) == "AGENT_NOT_FOUND"


def test_remote_sources_are_synced(ask: Ask) -> None:
    synced = ask(lambda f: f.agents.sync_knowledge("reader"))
    assert [(each.source_id, each.status) for each in synced] == [
        ("web", "success"),
        ("wiki", "success"),
    ]
    [one] = ask(lambda f: f.agents.sync_knowledge("reader", source_id="wiki"))
    assert one.url == "https://example.com/wiki"
    codes = [
        refused(ask, lambda f: f.agents.sync_knowledge("reader", source_id="files")),
        refused(ask, lambda f: f.agents.sync_knowledge("plain")),
        refused(ask, lambda f: f.agents.sync_knowledge("none")),
    ]
    assert codes == ["RESOURCE_NOT_FOUND", "INVALID_REQUEST", "AGENT_NOT_FOUND"]


def test_trees_are_rebuilt(ask: Ask) -> None:
    done = ask(lambda f: f.knowledge.rebuild(source_id="wiki"))
    assert [*done.agents] == ["reader", "plain", "muxi-generalist"]
    report = done.agents["reader"]
    assert ([each.source_id for each in report.rebuilt], report.skipped) == (["wiki"], ["files"])
    assert done.agents["plain"].skipped == []
    done = ask(lambda f: f.knowledge.rebuild(agent_id="reader"))
    assert [*done.agents] == ["reader"]
    assert len(done.agents["reader"].rebuilt) == 2
    assert refused(ask, lambda f: f.knowledge.rebuild(agent_id="none")) == "AGENT_NOT_FOUND"


def test_mcp_servers(ask: Ask) -> None:
    [listed] = ask(lambda f: f.mcp.list_servers())
    assert (listed.id, listed.source) == ("echo", "formation")
    assert ask(lambda f: f.mcp.get_server("echo")) == listed
    assert refused(ask, lambda f: f.mcp.get_server("none")) == "MCP_SERVER_NOT_FOUND"


def test_skills_fail_as_on_the_real_runtime(ask: Ask) -> None:
    for use in (
        lambda f: f.skills.list(),
        lambda f: f.skills.get("haiku"),
        lambda f: f.skills.get("none"),
        lambda f: f.agents.list_skills("reader"),
    ):
        assert refused(ask, use) == "INTERNAL_ERROR"


def test_only_files_marked_as_sops_are_sops(ask: Ask) -> None:
    [listed] = ask(lambda f: f.sops.list())
    assert (listed.name, listed.steps, listed.agents_used) == ("refund", 2, ["reader"])
    sop = ask(lambda f: f.sops.get("refund"))
    assert sop.content == "1. Ask [file:form.md]\n agent: reader\n2. Pay"
    assert sop.references == ["file:form.md"]
    assert [*ask(lambda f: f.secrets.list())] == []
    assert refused(ask, lambda f: f.sops.get("plain")) == "SOP_NOT_FOUND"
    assert refused(ask, lambda f: f.sops.get("a.b")) == "INVALID_REQUEST"
