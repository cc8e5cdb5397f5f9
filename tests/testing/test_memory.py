"""Memory on the emulator: memories, ingestion, deletion and derived data."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

import muxi
from muxi.models import formation as m
from muxi.testing import Emulator

from ..support.clients import ClientKind, collect
from .raw_http import RawHttp, call_sdk

pytestmark = pytest.mark.thorough("asyncio", "trio")

Ask = Callable[..., Any]


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with Emulator(multi_user=True, token_pause=0) as running:
        yield running


@pytest.fixture
def ask(client_kind: ClientKind, emulator: Emulator) -> Ask:
    return lambda use, **settings: call_sdk(client_kind, emulator, use, **settings)


@pytest.fixture
def single(client_kind: ClientKind) -> Iterator[Ask]:
    with Emulator(token_pause=0) as running:
        yield lambda use: call_sdk(client_kind, running, use, max_retries=0)


def source_item(source_id: str | None, content: object = "Tea at nine") -> dict[str, object]:
    item = {"content": content, "source": "calendar"}
    return item if source_id is None else {**item, "source_id": source_id}


def ingest(ask: Ask, item: dict[str, object], **settings: Any) -> Any:
    return ask(lambda f: f.memories.ingest(item), **settings)


def contents(found: Any) -> list[str]:
    return [each.content for each in found]


def test_a_memory_can_be_read_until_it_is_deleted(ask: Ask) -> None:
    ids = [ask(lambda f, n=n: f.memories.create(f"Fact {n}")).id for n in range(3)]
    assert contents(ask(lambda f: f.memories.list(limit=2, offset=1))) == ["Fact 1", "Fact 0"]
    assert contents(ask(lambda f: f.memories.list(scopes=["formation"]))) == []
    assert contents(ask(lambda f: f.memories.list(), user_id="bob")) == []
    # The server doesn't check the owner.
    assert ask(lambda f: f.memories.delete(ids[1]), user_id="bob").id == ids[1]
    with pytest.raises(muxi.NotFoundError, match=ids[1]):
        ask(lambda f: f.memories.delete(ids[1]))
    assert [each.id for each in ask(lambda f: f.memories.list())] == [ids[2], ids[0]]


def test_memories_are_iterated_page_by_page(ask: Ask) -> None:
    for number in range(5):
        ask(lambda f, n=number: f.memories.create(f"Fact {n}"))
    newest_first = [f"Fact {number}" for number in (4, 3, 2, 1, 0)]
    for page_size in (1, 2, 5, 100):
        walk = ask(lambda f, n=page_size: collect(f.memories.iter(page_size=n)))
        assert contents(walk) == newest_first
    assert contents(ask(lambda f: collect(f.memories.iter(max_items=3)))) == newest_first[:3]


def test_a_formation_for_one_user_has_no_such_store(single: Ask) -> None:
    for use in (
        lambda f: f.memories.list(),
        lambda f: collect(f.memories.iter()),
        lambda f: f.memories.create("x"),
        lambda f: f.memories.delete("x"),
    ):
        with pytest.raises(muxi.ServerError, match="SQLiteMemory"):
            single(use)
    assert ingest(single, source_item("1")).status == "accepted"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"content": {"a": 1}}, 422),
        ({"content": "x", "scope": "group"}, 422),
        ({"content": "x", "scope": "group", "scope_id": "g"}, 403),
        (source_item("s" * 256), 422),
        (source_item(" "), 422),
        (source_item("1", ""), 422),
        (source_item("1", 7), 422),
        (source_item("1", "x" * 10_001), 422),
        (source_item("1") | {"timestamp": "yesterday"}, 422),
        (source_item("1") | {"scope": "formation"}, 403),
    ],
)
def test_memories_that_are_refused(emulator: Emulator, body: object, status: int) -> None:
    """These use plain HTTP, because the SDK refuses to send most of them."""
    assert RawHttp(emulator).ask("POST", "/memories", json=body).status_code == status


def test_an_item_of_a_source_is_taken_once(ask: Ask) -> None:
    first = ingest(ask, source_item("1"))
    again = ingest(ask, source_item("1", "Tea at ten"))
    assert (again.status, again.duplicate, again.processing_id) == ("duplicate", True, None)
    assert again.event_id == first.event_id
    assert [ingest(ask, source_item(None)).status for _ in range(2)] == ["accepted", "accepted"]
    other = ingest(ask, source_item("1"), user_id="bob")
    assert other.status == "accepted"
    origin = ask(lambda f: f.memories.get_event_provenance(first.event_id))
    assert isinstance(origin, m.EventProvenance)
    assert origin.event.payload == {"content": "Tea at nine"}
    for use in (
        lambda f: f.memories.get_event_provenance(other.event_id),
        lambda f: f.memories.get_entity_provenance("London"),
    ):
        with pytest.raises(muxi.NotFoundError):
            ask(use)


def test_a_batch_is_worked_on_in_the_background(ask: Ask) -> None:
    ingest(ask, source_item("1"))
    items = [
        source_item("1"),
        source_item("2"),
        source_item("x") | {"scope": "galaxy"},
        source_item("3"),
        source_item("3"),
    ]
    batch = ask(lambda f: f.memories.ingest_batch(items))
    states = ["duplicate", "accepted", "invalid", "accepted", "duplicate"]
    assert [each.status for each in batch] == states
    assert batch.counts == m.BatchCounts(accepted=2, duplicate=2, invalid=1)
    done = ask(lambda f: f.memories.wait_for_ingestion(batch.processing_id, poll_interval=0.01))
    assert (done.status, done.counts.stored) == ("completed", 2)
    assert [each.source_id for each in done.items] == ["2", "3"]
    assert ask(lambda f: f.memories.get_ingestion(batch.processing_id), client_key=None) == done
    with pytest.raises(muxi.AuthorizationError):
        ask(lambda f: f.memories.get_ingestion(batch.processing_id), user_id="bob", admin_key=None)
    assert ask(lambda f: f.requests.get(batch.processing_id)).status == "completed"
    with pytest.raises(muxi.ValidationError, match="101"):
        ask(lambda f: f.memories.ingest_batch([source_item(None)] * 101))


def test_a_sources_events_are_forgotten(ask: Ask) -> None:
    event = ingest(ask, source_item("1")).event_id
    gone = ask(lambda f: f.memory.forget(user_id="alice", source="calendar"))
    assert (gone.deleted_events, gone.status, gone.is_terminal) == (1, "processing", False)
    done = ask(lambda f: f.memory.wait_for_forget(gone.job_id, poll_interval=0.01))
    assert (done.status, len(done.projections)) == ("completed", 4)
    inline = ask(lambda f: f.memory.forget(user_id="alice", source="calendar", background=False))
    assert (inline.deleted_events, inline.job_id, inline.is_terminal) == (0, None, True)
    kept = ask(lambda f: f.memory.forget(user_id="alice", source="calendar", rebuild=False))
    assert (kept.deleted_events, len(kept.rebuild_required)) == (0, 4)
    shown = ask(lambda f: f.memories.get_event_provenance(event))
    assert shown.event.deleted_at is not None
    assert ingest(ask, source_item("1")).status == "accepted"


def test_projections_are_rebuilt_one_or_all(ask: Ask) -> None:
    one = ask(
        lambda f: f.memory.rebuild(user_id="alice", projection="flat_facts", background=False)
    )
    assert one.projections == {"flat_facts": m.ProjectionReport(events=0, applied=0, failed=0)}
    job = ask(lambda f: f.memory.rebuild(user_id="alice", backfill=True))
    every = ask(lambda f: f.memory.wait_for_rebuild(job.job_id, poll_interval=0.01))
    assert every.backfill.keys() == every.projections.keys()
    assert len(every.projections) == 4
    assert ask(lambda f: f.memory.backfill(user_id="alice")).is_complete
    with pytest.raises(muxi.ValidationError, match="Unknown projection 'zzz'"):
        ask(lambda f: f.memory.rebuild(user_id="alice", projection="zzz"))


def test_lint_counts_those_who_have_memories(ask: Ask) -> None:
    assert ask(lambda f: f.memory.lint()).report.users == 0
    for user in ("alice", "bob"):
        ingest(ask, source_item("1"), user_id=user)
    assert ask(lambda f: f.memory.lint()).report.users == 2
    assert ask(lambda f: f.memory.lint(user_id="bob")).report.users == 1


def test_the_buffer_is_cleared_by_session_and_by_user(ask: Ask) -> None:
    for session in ("one", "two", "two", "three"):
        ask(lambda f, s=session: f.chat.send("hi there", session_id=s))
    ask(lambda f: f.chat.send("hi there", session_id="two"), user_id="bob")
    assert ask(lambda f: f.memory.buffer.get_status()).total_messages == 8
    stats = ask(lambda f: f.memory.get_stats())
    assert (stats.total_entries, stats.total_users, stats.total_sessions) == (10, 2, 3)
    assert stats.buffer_size_kb > 0
    assert ask(lambda f: f.memory.buffer.clear_session("two")).messages_cleared == 4
    with pytest.raises(muxi.NotFoundError):
        ask(lambda f: f.sessions.get("two"))
    cleared = ask(lambda f: f.memory.buffer.clear(), client_key=None)
    assert (cleared.messages_cleared, cleared.sessions_cleared) == (4, 2)
    assert list(ask(lambda f: f.sessions.list())) == []
    assert ask(lambda f: f.memory.buffer.get_status(), user_id="bob").total_messages == 2


def test_an_admin_without_a_user_clears_nothing(emulator: Emulator) -> None:
    """This uses plain HTTP, because the SDK refuses to send it."""
    raw = RawHttp(emulator)
    raw.chat("hi there")
    nobody = {**raw.admin, "X-Muxi-User-ID": ""}
    data = raw.ask("DELETE", "/memory/buffer", headers=nobody).json()["data"]
    assert (data["user_id"], data["messages_cleared"]) == (None, 0)


def test_one_user_has_no_buffer_under_any_other_name(single: Ask) -> None:
    single(lambda f: f.chat.send("hi there"))
    assert single(lambda f: f.memory.buffer.get_status()).total_messages == 0
    assert single(lambda f: f.memory.buffer.get_status(user_id="0")).total_messages == 2


def test_all_buffers_are_cleared_and_it_fails_all_the_same(emulator: Emulator) -> None:
    """This uses plain HTTP, because the SDK has no such method."""
    raw = RawHttp(emulator)
    raw.chat("hi there")

    def everything(method: str) -> Any:
        answer = raw.ask(method, "/memory/buffers", headers=raw.admin).json()
        return answer["data"] or answer["error"]["code"]

    found = everything("GET")
    assert [found.pop("buffers")[0]["total_entries"], found] == [2, {}]
    assert everything("DELETE") == "INTERNAL_ERROR"
    assert everything("GET") == {"buffers": [], "total_entries": 0}
    assert everything("DELETE") == "SERVICE_UNAVAILABLE"
