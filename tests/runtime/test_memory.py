"""This SDK against the real runtime: the upkeep of memories, and the buffer of messages."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import pytest

import muxi
from muxi.models import formation as m

from ..docs.pages import Page
from .conftest import Asking, Runtime, many_users, said
from .test_memories import ingest, settle

PAGE = Path(__file__).parents[2] / "docs" / "memory.md"
PROJECTIONS = {"artifact_metadata", "captains_log", "flat_facts", "knowledge_graph"}


def test_a_rebuilding(ask: Asking, user: str) -> None:
    taken = ingest(ask, user)
    settle(ask, user, taken.processing_id)
    planned = ask(lambda f: f.memory.rebuild(user_id=user, dry_run=True))
    assert (planned.user_id, planned.dry_run, planned.is_terminal) == (user, True, True)
    assert set(planned.projections) == PROJECTIONS
    assert all(part.dry_run and not part.applied for part in planned.projections.values())
    job = ask(lambda f: f.memory.rebuild(user_id=user, backfill=True))
    assert job.job_id.startswith("rebuild_")
    done = ask(lambda f: f.memory.wait_for_rebuild(job.job_id, timeout=60, poll_interval=0.1))
    assert (done.status, done.user_id, done.dry_run) == ("completed", user, False)
    assert set(done.backfill) == PROJECTIONS
    assert ask(lambda f: f.memory.get_rebuild_status(job.job_id)) == done
    now = ask(lambda f: f.memory.rebuild(user_id=user, projection="flat_facts", background=False))
    assert (set(now.projections), now.job_id) == ({"flat_facts"}, None)
    with pytest.raises(muxi.ValidationError, match="Unknown projection 'zzz'"):
        ask(lambda f: f.memory.rebuild(user_id=user, projection="zzz"))
    with pytest.raises(muxi.NotFoundError):
        ask(lambda f: f.memory.get_rebuild_status("none"))


def test_a_backfill(ask: Asking, user: str) -> None:
    filled = ask(lambda f: f.memory.backfill(user_id=user))
    assert (filled.user_id, filled.is_complete) == (user, True)
    assert set(filled.synthesized) == PROJECTIONS


def test_a_source_is_forgotten(ask: Asking, user: str) -> None:
    settle(ask, user, ingest(ask, user).processing_id)
    kept = ask(lambda f: f.memory.forget(user_id=user, source="crm", rebuild=False))
    assert (kept.deleted_events, set(kept.rebuild_required)) == (0, PROJECTIONS)
    assert (kept.job_id, kept.is_terminal) == (None, True)
    job = ask(lambda f: f.memory.forget(user_id=user, source="calendar", reason="test"))
    assert (job.user_id, job.source) == (user, "calendar")
    assert job.deleted_events >= 1
    assert (job.grace_period_days, job.is_terminal) == (30, False)
    done = ask(lambda f: f.memory.wait_for_forget(job.job_id, timeout=60, poll_interval=0.1))
    assert (done.status, set(done.projections)) == ("completed", PROJECTIONS)
    assert ask(lambda f: f.memory.get_forget_status(job.job_id)) == done
    again = ask(lambda f: f.memory.forget(user_id=user, source="calendar", background=False))
    assert (again.deleted_events, set(again.projections)) == (0, PROJECTIONS)


def test_a_clean_up(ask: Asking, user: str) -> None:
    linted = ask(lambda f: f.memory.lint(user_id=user))
    assert (linted.user_id, linted.report.users, linted.report.findings) == (user, 1, {})
    assert ask(lambda f: f.memory.lint(), user_id="alice").user_id is None


def test_the_buffer(ask: Asking, runtime: Runtime, user: str) -> None:
    user, session = runtime.user(user), f"sess_{uuid4().hex}"
    said(ask, "STUB_ECHO=hi", user, session)
    before = ask(lambda f: f.memory.buffer.get_status(user_id=user))
    assert (before.user_id, before.sessions) == (user, [])
    assert before.total_messages >= 2
    stats = ask(lambda f: f.memory.get_stats())
    assert stats.total_entries >= before.total_messages
    assert (stats.total_users >= 1, stats.max_size, stats.utilization) == (True, 0, 0)
    assert stats.buffer_size_kb > 0
    none = ask(lambda f: f.memory.buffer.clear_session("none", user_id=user))
    assert (none.session_id, none.user_id, none.messages_cleared) == ("none", user, 0)
    gone = ask(lambda f: f.memory.buffer.clear_session(session, user_id=user))
    assert (gone.session_id, gone.messages_cleared) == (session, 2)
    rest = ask(lambda f: f.memory.buffer.clear(user_id=user), client_key=None)
    assert rest.messages_cleared == before.total_messages - 2
    assert ask(lambda f: f.memory.buffer.get_status(user_id=user)).total_messages == 0


@many_users
@pytest.mark.parametrize("key", ["client_key", "admin_key"])
def test_the_buffers_of_users_are_kept_apart(ask: Asking, user: str, key: str) -> None:
    """Also where they call their sessions the same. `key` is the one that the client lacks."""
    other, session = f"not_{user}", f"sess_{uuid4().hex}"
    for who in (user, other):
        for where in (session, f"{session}_2"):
            said(ask, "STUB_ECHO=hi", who, where)

    def held(who: str) -> int:
        status: m.BufferStatus = ask(
            lambda f: f.memory.buffer.get_status(), user_id=who, **{key: None}
        )
        return status.total_messages

    assert (held(user), held(other)) == (4, 4)
    gone = ask(lambda f: f.memory.buffer.clear_session(session), user_id=user, **{key: None})
    assert (gone.user_id, gone.messages_cleared) == (user, 2)
    assert (held(user), held(other)) == (2, 4)
    cleared = ask(lambda f: f.memory.buffer.clear(), user_id=user, **{key: None})
    assert (cleared.user_id, cleared.messages_cleared, cleared.sessions_cleared) == (user, 2, 1)
    assert (held(user), held(other)) == (0, 4)
    assert list(ask(lambda f: f.sessions.list(), user_id=user)) == []
    assert len(ask(lambda f: f.sessions.list_messages(session), user_id=other)) == 2


@many_users
def test_the_page_about_memory(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MUXI_FORMATION_URL", runtime.url)
    monkeypatch.setenv("MUXI_CLIENT_KEY", runtime.client_key)
    monkeypatch.setenv("MUXI_ADMIN_KEY", runtime.admin_key)
    names: dict[str, object] = {}
    for block in Page(PAGE).blocks():
        exec(block.code, names)
    printed = capsys.readouterr().out
    assert "Alice likes tea" in printed
    assert "{'content': 'The train leaves at nine'}" in printed
    assert "['projected']" in printed
