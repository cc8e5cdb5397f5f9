"""The emulator reads a manifest. It shows the recorded one exactly as the server did."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from muxi.testing import Emulator

from ..support.clients import ClientKind
from ..support.model_diff import unknown_keys
from ..support.plain_http import NO_TLS
from .raw_http import RawHttp, call_sdk
from .recorded_formation import recorded_manifest
from .replay import Recording, load

SAME = (
    {"a2a", "agent", "agents", "async_config", "config", "formation", "llm_settings", "logging"}
    | {"logging_destinations", "mcp", "mcp_server", "mcp_servers", "memory_config", "overlord"}
    | {"overlord_soul", "scheduler", "sop", "sops", "trigger", "triggers", "knowledge_rebuild"}
    | {"knowledge_sync_remote", "tuning", "tuning_pending", "mcp_tools"}
)
RECORDED = {each.name: each for each in load("multi_user") + load("single_user")}

USES: list[Callable[[Any], Any]] = [
    lambda f: f.config.get_summary(),
    lambda f: f.config.get_document(),
    lambda f: f.config.get_overlord(),
    lambda f: f.config.get_soul(),
    lambda f: f.config.get_llm(),
    lambda f: f.config.get_mcp(),
    lambda f: f.config.get_memory(),
    lambda f: f.config.get_scheduler(),
    lambda f: f.config.get_background(),
    lambda f: f.config.get_a2a(),
    lambda f: f.config.get_logging(),
    lambda f: f.config.list_log_destinations(),
    lambda f: f.agents.list(),
    lambda f: f.mcp.list_servers(),
    lambda f: f.mcp.list_tools(),
    lambda f: f.sops.list(),
    lambda f: f.triggers.list(),
    lambda f: f.knowledge.rebuild(),
    lambda f: f.secrets.list(),
    lambda f: f.audit.list(),
    lambda f: f.tuning.get(),
    lambda f: f.tuning.run(),
]


@pytest.fixture(scope="module")
def recorded() -> Iterator[Emulator]:
    """A formation like the recorded one, with its keys."""
    keys = {
        f"{role}_key": f"fm{role[0]}_lab_{role}_0123456789abcdef" for role in ("client", "admin")
    }
    with Emulator("lab", manifest=recorded_manifest(), **keys) as running:
        yield running


def data_of(emulator: Emulator, each: Recording) -> Any:
    raw = RawHttp(emulator)
    body = json.loads(each.body) if each.body else None
    path = each.path.removeprefix("/v1")
    return raw.ask(each.method, path, json=body, headers=raw.admin).json()["data"]


def without_words(data: Any) -> Any:
    """Remove the descriptions of the tools, which the emulator writes differently."""
    tools = [{**tool, "description": ""} for tool in data.get("tools", [])]
    return {**data, **({"tools": tools} if tools else {})}


@pytest.mark.parametrize("name", sorted(SAME))
def test_a_formation_equal_to_the_recorded_one_looks_like_it(name: str, recorded: Emulator) -> None:
    each = RECORDED[name]
    theirs = json.loads(each.text)["data"]
    assert without_words(data_of(recorded, each)) == without_words(theirs)


def test_status_and_health_count_what_the_manifest_has(
    client_kind: ClientKind, recorded: Emulator
) -> None:
    status = call_sdk(client_kind, recorded, lambda f: f.status())
    health = call_sdk(client_kind, recorded, lambda f: f.health())
    assert (health.version, status.formation.version) == ("1.2.3", "1.2.3")
    assert (status.agents.count, status.mcp_servers.active) == (2, 2)
    assert (status.stats.memory.working_memory_mb, status.stats.buffer_size) == (64, 20)


def test_every_view_fits_its_model(client_kind: ClientKind, recorded: Emulator) -> None:
    answers = [call_sdk(client_kind, recorded, use) for use in USES]
    assert [key for answer in answers for key in unknown_keys(answer)] == []


def test_a_formation_of_nothing_has_the_servers_defaults(client_kind: ClientKind) -> None:
    with Emulator(manifest={}) as bare:

        def see(use: Callable[[Any], Any]) -> Any:
            return call_sdk(client_kind, bare, use)

        assert [*see(lambda f: f.agents.list())] == [*see(lambda f: f.mcp.list_servers())] == []
        assert [*see(lambda f: f.triggers.list())] == [*see(lambda f: f.sops.list())] == []
        assert see(lambda f: f.config.get_overlord()).workflow.complexity_threshold == 7.0
        assert see(lambda f: f.config.get_scheduler()).max_concurrent_jobs == 10
        assert see(lambda f: f.config.list_log_destinations()).system.level == "debug"
        assert see(lambda f: f.config.get_summary()).schema_version == "1.0.0"
        assert see(lambda f: f.config.get_llm()).models is None


SHOWN_SECRETS = {
    "id": "made_up",
    "sops": {"a": "---\ntype: sop\n---\nDo it."},
    "llm": {"api_keys": {"short": "sk-stub", "openai": "an-unlikely-key"}},
    "async": {"webhook_secret": "an-unlikely-secret"},
    "mcp": {"servers": [{"id": "a", "env": {"API_KEY": "an-unlikely-secret", "MODE": "a-mode"}}]},
}


def test_what_is_written_into_the_document_is_masked(client_kind: ClientKind) -> None:
    with Emulator("hello", manifest=SHOWN_SECRETS) as emulator:
        document = call_sdk(client_kind, emulator, lambda f: f.raw.config.get_document()).data
        server = call_sdk(client_kind, emulator, lambda f: f.mcp.get_server("a"))
        [listed] = call_sdk(client_kind, emulator, lambda f: f.mcp.list_servers())
        llm = call_sdk(client_kind, emulator, lambda f: f.config.get_llm())
    shown = document.model_dump_json()
    assert "an-unlikely-secret" not in shown
    assert emulator.environ["MUXI_ADMIN_KEY"] not in shown
    assert (document.id, "sops" in shown, "a-mode" in shown) == ("hello", False, True)
    assert llm.api_keys == {"short": "sk-stub", "openai": "an-••••••••key"}
    assert server.env["API_KEY"] == "an-••••••••ret"
    assert listed.env["API_KEY"] == "an-unlikely-secret"  # the server doesn't mask the list


@pytest.mark.parametrize("path", ["/", "/v1", "/v1/", "/v1/v1"])
def test_a_browser_sees_that_it_is_up(path: str, recorded: Emulator) -> None:
    answer = httpx.get(recorded.formation_url + path, verify=NO_TLS)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "<title>Up</title>" in answer.text
