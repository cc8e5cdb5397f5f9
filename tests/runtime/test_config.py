"""This SDK against the real runtime: configuration, secrets, the audit log, tuning."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from pathlib import Path
from uuid import uuid4

import pytest
from pydantic import SecretStr

import muxi

from .conftest import Asking, Runtime


def fresh() -> str:
    """A name that no other test uses, as the server stores it."""
    return f"T{uuid4().hex.upper()}"


def test_summary(ask: Asking) -> None:
    summary = ask(lambda f: f.config.get_summary())
    assert (summary.formation_id, summary.version, summary.schema_version) == (
        "lab",
        "1.2.3",
        "1.0.0",
    )
    assert (summary.agents.total, summary.agents.resource) == (2, "/v1/agents")
    assert summary.mcp.servers.total == 1
    assert summary.async_.resource == "/v1/async"
    assert summary.meta.request_id is not None
    assert not summary.model_extra


def test_document(ask: Asking, runtime: Runtime) -> None:
    document = ask(lambda f: f.config.get_document())
    assert (document.schema_version, document.id, document.version) == ("1.0.0", "lab", "1.2.3")
    assert document.server.access_log is False
    assert "•" in document.server.api_keys["admin_key"]
    assert document.llm.models[0] == {"text": "openai/gpt-4o"}
    assert document.async_.threshold_seconds == 600
    assert document.mcp.servers[0].id == "echo"
    assert "•" in document.mcp.servers[0].env["API_KEY"]
    assert {agent["id"] for agent in document.agents} == {"assistant", "writer"}
    assert document.memory.persistent.connection_string.startswith(runtime.database)
    assert document.auto_extract_user_info is False
    assert not document.model_extra


def test_overlord(ask: Asking) -> None:
    overlord = ask(lambda f: f.config.get_overlord())
    assert overlord.soul == "You are the lab assistant. Answer briefly."
    assert (overlord.response.format, overlord.response.streaming) == ("markdown", True)
    assert overlord.workflow.complexity_threshold == 7.0
    assert overlord.caching.enabled is False
    assert overlord.clarification.max_questions == 5
    assert ask(lambda f: f.config.get_soul()).soul == overlord.soul


def test_llm(ask: Asking) -> None:
    llm = ask(lambda f: f.config.get_llm())
    assert llm.settings["timeout_seconds"] == 30
    assert [*llm.api_keys] == ["openai"]
    assert llm.api_keys["openai"] not in repr(llm)
    assert [next(iter(model)) for model in llm.models] == ["text", "embedding", "audio"]


def test_mcp(ask: Asking) -> None:
    mcp = ask(lambda f: f.config.get_mcp())
    assert (mcp.default_timeout_seconds, mcp.max_tool_calls) == (30, 50)
    [server] = mcp.servers
    assert (server.id, server.type, server.schema_version) == ("echo", "command", "1.0.0")
    assert server.args[0].endswith("echo_mcp.py")
    assert server.env["API_KEY"] == "written-out-0123456789"
    assert "written-out" not in repr(mcp)
    assert not server.model_extra


def test_memory(ask: Asking, runtime: Runtime) -> None:
    memory = ask(lambda f: f.config.get_memory())
    assert (memory.buffer.size, memory.buffer.vector_search) == (20, False)
    assert (memory.working.max_memory_mb, memory.working.mode) == (64, "local")
    assert memory.persistent.connection_string.startswith(runtime.database)
    assert memory.persistent.connection_string not in repr(memory)


def test_scheduler_has_defaults(ask: Asking) -> None:
    scheduler = ask(lambda f: f.config.get_scheduler())
    assert (scheduler.timezone, scheduler.default_time) == ("UTC", "09:00")
    assert scheduler.max_failures_before_pause == 3


def test_blocks_that_may_be_empty(ask: Asking) -> None:
    assert ask(lambda f: f.config.get_background()).threshold_seconds == 600
    assert ask(lambda f: f.config.get_a2a()).enabled is None
    assert ask(lambda f: f.config.get_logging()).model_dump(exclude_unset=True) == {}
    destinations = ask(lambda f: f.config.list_log_destinations())
    assert destinations.system.destination == "stdout"
    assert len(destinations) == destinations.conversation.count


def test_the_client_key_is_not_enough(ask: Asking) -> None:
    with pytest.raises(muxi.ConfigurationError, match="admin"):
        ask(lambda f: f.config.get_scheduler(), admin_key=None)
    with pytest.raises(muxi.AuthenticationError):
        ask(lambda f: f.config.get_scheduler(), admin_key="wrong")


def test_the_life_of_a_secret(ask: Asking) -> None:
    name = fresh()
    with pytest.raises(muxi.NotFoundError) as missing:
        ask(lambda f: f.secrets.update(name, "value-0123456789"))
    assert missing.value.code == "SECRET_NOT_FOUND"
    ask(lambda f: f.secrets.create(name.lower(), SecretStr("value-0123456789")))
    with pytest.raises(muxi.ConflictError) as known:
        ask(lambda f: f.secrets.create(name, "x"))
    assert known.value.code == "SECRET_EXISTS"
    found = ask(lambda f: f.secrets.list())
    assert name in found
    assert found.secrets[name] == "valu••••••••6789"
    ask(lambda f: f.secrets.update(name, "other-0123456780"))
    assert ask(lambda f: f.secrets.list()).secrets[name] == "othe••••••••6780"
    assert ask(lambda f: f.secrets.delete(name)).id == name
    with pytest.raises(muxi.NotFoundError):
        ask(lambda f: f.secrets.delete(name))


def test_set_creates_then_updates(ask: Asking) -> None:
    name = fresh()
    assert "created" in ask(lambda f: f.secrets.set(name, "first-0123456789")).message
    assert "updated" in ask(lambda f: f.secrets.set(name, SecretStr("again-0123456789"))).message
    assert ask(lambda f: f.secrets.list()).secrets[name] == "agai••••••••6789"
    ask(lambda f: f.secrets.delete(name))


def test_secrets_can_be_reloaded(ask: Asking) -> None:
    name = fresh()
    ask(lambda f: f.secrets.set(name, "x"))
    reloaded = ask(lambda f: f.secrets.reload())
    assert reloaded.count == len(ask(lambda f: f.secrets.list()))
    assert name not in reloaded.added
    ask(lambda f: f.secrets.delete(name))


def test_the_audit_log(ask: Asking) -> None:
    began = datetime.now(timezone.utc)
    assert ask(lambda f: f.audit.clear()).cleared_by == "admin"
    [entry] = ask(lambda f: f.audit.list(limit=1, action="audit.cleared", since=began))
    assert (entry.action, entry.resource_type, entry.resource_id) == (
        "audit.cleared",
        "audit_log",
        "lab",
    )
    assert began <= entry.timestamp <= datetime.now(timezone.utc)
    east = timezone(timedelta(hours=2))
    later = (datetime.now(timezone.utc) + timedelta(minutes=1)).astimezone(east)
    assert len(ask(lambda f: f.audit.list(since=later))) == 0
    assert len(ask(lambda f: f.audit.list(resource_type="memory"))) == 0
    assert ask(lambda f: f.audit.clear()).previous_entries_count == 1


def test_guidance_can_be_replaced(ask: Asking) -> None:
    written = ask(lambda f: f.tuning.replace("# Guidance é\n"))
    assert written.bytes == 14
    tuning = ask(lambda f: f.tuning.get())
    assert (tuning.content, tuning.path) == ("# Guidance é", written.path)
    assert ask(lambda f: f.tuning.replace("x" * 32_768)).bytes == 32_768
    ask(lambda f: f.tuning.replace(""))


def test_nothing_is_pending(ask: Asking) -> None:
    assert ask(lambda f: f.tuning.get_pending()).content is None
    for use in (lambda f: f.tuning.apply(), lambda f: f.tuning.dismiss()):
        with pytest.raises(muxi.NotFoundError) as caught:
            ask(use)
        assert caught.value.code == "TUNING_NO_PENDING"


def test_a_suggestion_is_applied_or_dismissed(ask: Asking) -> None:
    suggestion = Path(ask(lambda f: f.tuning.get_pending()).path)
    suggestion.write_text("# Suggested\n")
    assert ask(lambda f: f.tuning.get_pending()).content == "# Suggested"
    applied = ask(lambda f: f.tuning.apply())
    assert applied.learnings_activated == 0
    tuning = ask(lambda f: f.tuning.get())
    assert (tuning.content, tuning.path) == ("# Suggested", applied.path)
    suggestion.write_text("# Another\n")
    assert ask(lambda f: f.tuning.dismiss()).learnings_dismissed == 0
    assert ask(lambda f: f.tuning.get_pending()).content is None
    ask(lambda f: f.tuning.replace(""))


def test_the_tuning_loop_runs(ask: Asking) -> None:
    run = ask(lambda f: f.tuning.run(), timeout=60)
    assert (run.trigger, run.benchmark_suites_run) == ("manual", [])
    assert run.entries_written <= run.events_read
    assert 0 < run.duration_ms < 60_000
    assert not run.model_extra
