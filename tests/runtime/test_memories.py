"""This SDK against the real runtime: memories, ingestion and provenance; each kind of client.

Only a formation for many users, on Postgres, can write memories, list and delete them.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

import muxi
from muxi.models import formation as m

from ..support.clients import ClientKind, collect
from ..support.model_diff import unknown_keys
from .conftest import LAUNCHER, Asking, Calls, Runtime, booted, many_users, one_user


def ingest(ask: Asking, user: str, content: str = "Meeting at nine", **more: Any) -> Any:
    item = {"content": content, "source": "calendar", **more}
    return ask(lambda f: f.memories.ingest(item, user_id=user))


def settle(ask: Asking, user: str, processing_id: str) -> Any:
    return ask(
        lambda f: f.memories.wait_for_ingestion(
            processing_id, timeout=60, poll_interval=0.1, user_id=user
        )
    )


@one_user
@pytest.mark.parametrize(
    ("use", "told"),
    [
        (lambda f: f.memories.list(user_id="0"), "list_memories"),
        (lambda f: collect(f.memories.iter(user_id="0")), "list_memories"),
        (lambda f: f.memories.create("Alice likes tea", user_id="0"), "external_user_id"),
        (lambda f: f.memories.delete("none", user_id="0"), "delete"),
    ],
)
def test_sqlite_lacks_direct_memories(ask: Asking, use: Any, told: str) -> None:
    with pytest.raises(muxi.ServerError, match=told) as caught:
        ask(use, max_retries=0)
    assert (caught.value.status_code, caught.value.code) == (500, "INTERNAL_ERROR")


@many_users
def test_a_memory_from_writing_to_deletion(ask: Asking, user: str) -> None:
    about = {"type": "preference", "metadata": {"by": "hand"}}
    made = ask(lambda f: f.memories.create("Ada likes tea", **about), user_id=user)
    assert made.content == m.MemoryContent(type="preference", detail="Ada likes tea")
    assert (made.scope, made.scope_id, made.metadata["by"]) == ("user", None, "hand")
    [found] = ask(lambda f: f.memories.list(), user_id=user)
    assert (found.id, found.content, found.scope) == (made.id, "Ada likes tea", "user")
    assert {"by": "hand", "type": "preference"}.items() <= found.metadata.items()
    assert abs(found.created_at - made.created_at) < timedelta(minutes=1)
    assert [*unknown_keys(made), *unknown_keys(found)] == []
    gone = ask(lambda f: f.memories.delete(made.id), user_id=user)
    assert (gone.id, gone.user_id) == (made.id, user)
    assert list(ask(lambda f: f.memories.list(), user_id=user)) == []
    with pytest.raises(muxi.NotFoundError, match=made.id):
        ask(lambda f: f.memories.delete(made.id), user_id=user)


@many_users
def test_memories_come_page_by_page(ask: Asking, user: str) -> None:
    for number in range(5):
        ask(lambda f, n=number: f.memories.create(f"Fact {n}"), user_id=user)
    newest_first = [f"Fact {number}" for number in (4, 3, 2, 1, 0)]

    def told(use: Any) -> list[str]:
        return [one.content for one in ask(use, user_id=user)]

    assert told(lambda f: f.memories.list(limit=2, offset=1)) == newest_first[1:3]
    assert told(lambda f: collect(f.memories.iter(page_size=2))) == newest_first
    assert told(lambda f: collect(f.memories.iter(page_size=2, max_items=3))) == newest_first[:3]


@many_users
def test_memories_are_kept_apart_by_user_and_scope(ask: Asking, user: str) -> None:
    made = ask(lambda f: f.memories.create("For me alone"), user_id=user)
    other = f"not_{user}"
    assert list(ask(lambda f: f.memories.list(), user_id=other)) == []
    for scopes, count in ((["user"], 1), (["group", "formation"], 0), (["user", "group"], 1)):
        found = ask(lambda f, s=scopes: f.memories.list(scopes=s), user_id=user)
        assert len(found) == count
    with pytest.raises(muxi.ValidationError, match="galaxy"):
        ask(lambda f: f.memories.list(scopes=["galaxy"]), user_id=user)
    for shared in ({"scope": "formation"}, {"scope": "group", "scope_id": "g"}):
        with pytest.raises(muxi.AuthorizationError):
            ask(lambda f, s=shared: f.memories.create("For all", **s), user_id=user)
    with pytest.raises(muxi.ValidationError, match="scope_id"):
        ask(lambda f: f.memories.create("For all", scope="group"), user_id=user)
    # The server doesn't look whose it is.
    assert ask(lambda f: f.memories.delete(made.id), user_id=other).user_id == other
    assert list(ask(lambda f: f.memories.list(), user_id=user)) == []


@many_users
def test_only_what_was_written_is_listed(ask: Asking, user: str) -> None:
    ask(lambda f: f.memories.create("By hand"), user_id=user)
    [item] = settle(ask, user, ingest(ask, user).processing_id).items
    assert (item.facts_extracted, item.memory_id is not None) == (1, True)
    assert [one.content for one in ask(lambda f: f.memories.list(), user_id=user)] == ["By hand"]
    rebuilt = ask(lambda f: f.memory.rebuild(user_id=user, background=False))
    assert rebuilt.projections["flat_facts"].applied == 1
    assert [one.content for one in ask(lambda f: f.memories.list(), user_id=user)] == ["By hand"]


def test_an_item_is_ingested_once(ask: Asking, user: str) -> None:
    more = {"source_id": "ev1", "timestamp": datetime(2026, 1, 1, tzinfo=timezone.utc)}
    first = ingest(ask, user, **more)
    assert (first.status, first.duplicate, first.source_id) == ("accepted", False, "ev1")
    done = settle(ask, user, first.processing_id)
    assert (done.status, done.error) == ("completed", None)
    [item] = done.items
    assert (item.event_id, item.source, item.source_id) == (first.event_id, "calendar", "ev1")
    assert done.counts.model_dump() == {"stored": 1, "filtered": 0, "failed": 0}
    assert done.usage.total[done.usage.fields.index("total")] >= 0
    assert timedelta(0) <= done.completed_at - done.created_at < timedelta(minutes=1)
    assert ask(
        lambda f: f.memories.get_ingestion(first.processing_id), user_id=None, client_key=None
    )

    again = ingest(ask, user, **more)
    assert (again.status, again.duplicate) == ("duplicate", True)
    assert (again.event_id, again.processing_id) == (first.event_id, None)

    why = ask(lambda f: f.memories.get_event_provenance(first.event_id, user_id=user))
    assert isinstance(why, m.EventProvenance)
    assert (why.event.source, why.event.payload["content"]) == ("calendar", "Meeting at nine")
    assert (why.event.occurred_at, why.chain) == (more["timestamp"], [why.event])
    [fact] = again.derived_events
    what = ask(lambda f: f.memories.get_event_provenance(fact.event_id, user_id=user))
    assert (what.event.event_type, what.chain) == ("fact.extracted", [why.event, what.event])
    with pytest.raises(muxi.NotFoundError, match=first.event_id):
        ask(lambda f: f.memories.get_event_provenance(first.event_id, user_id=f"not_{user}"))


def test_another_users_ingestion_can_not_be_seen(ask: Asking, user: str) -> None:
    taken = ingest(ask, user)
    with pytest.raises(muxi.AuthorizationError):
        ask(lambda f: f.memories.get_ingestion(taken.processing_id, user_id="mallory"))
    with pytest.raises(muxi.NotFoundError, match="none"):
        ask(lambda f: f.memories.get_ingestion("none", user_id=user))


def test_a_batch_is_judged_item_by_item(ask: Asking, user: str) -> None:
    good = {"content": {"who": "Bob", "plays": ["chess"]}, "source": "crm", "source_id": "1"}
    items = [good, m.IngestItem(content="x", source="crm", scope="galaxy"), good]
    batch = ask(lambda f: f.memories.ingest_batch(items, user_id=user))
    assert [item.status for item in batch] == ["accepted", "invalid", "duplicate"]
    assert batch.counts.model_dump() == {"accepted": 1, "duplicate": 1, "invalid": 1}
    assert "galaxy" in batch[1].error
    assert settle(ask, user, batch.processing_id).counts.stored == 1
    with pytest.raises(muxi.ValidationError, match="101") as caught:
        ask(lambda f: f.memories.ingest_batch([good] * 101, user_id=user))
    assert (caught.value.status_code, caught.value.code) == (422, "INVALID_PARAMS")


def test_provenance_of_the_unknown(ask: Asking, user: str) -> None:
    with pytest.raises(muxi.NotFoundError, match="Unknown entity 'London'"):
        ask(lambda f: f.memories.get_entity_provenance("London", user_id=user))


@pytest.fixture(scope="module")
def learning(calls: Calls, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runtime]:
    """The formation of the tests with a model that looks for facts; on Postgres."""
    folder = tmp_path_factory.mktemp("learning") / "formation"
    shutil.copytree(LAUNCHER.with_name("formation"), folder)
    manifest = folder / "formation.afs"
    text, wanted = manifest.read_text(), "auto_extract_user_info: "
    assert f"{wanted}false" in text
    manifest.write_text(text.replace(f"{wanted}false", f"{wanted}true"))
    with booted("postgres", folder) as runtime:
        calls.modes[runtime.url] = runtime.database
        yield runtime


def test_provenance_of_an_entity(client_kind: ClientKind, learning: Runtime, user: str) -> None:
    ask = Asking(client_kind, learning)
    for source_id in ("1", "2"):
        told = ingest(ask, user, f"{source_id}: STUB_HOME=London", source_id=source_id)
        [item] = settle(ask, user, told.processing_id).items
        assert (item.facts_extracted, item.graph_extractions) == (0, 1)
    again = ingest(ask, user, "2: STUB_HOME=London", source_id="2")
    [derived] = again.derived_events
    assert derived.event_type == "graph.extracted"

    why = ask(lambda f: f.memories.get_entity_provenance("London", user_id=user))
    assert isinstance(why, m.EntityProvenance)
    assert [*unknown_keys(why)] == []
    assert (why.entity.name, why.entity.type, why.entity.status) == ("London", "place", "active")
    assert (why.entity.confidence, why.entity.attributes) == (0.95, {"kind": "city"})
    kinds = ["memory.ingested", "graph.extracted"]
    assert [[event.event_type for event in chain] for chain in why.entity.events] == [kinds, kinds]
    assert [chain[0].source_id for chain in why.entity.events] == ["1", "2"]
    assert why.entity.events[1][1].event_id == derived.event_id
    [fact] = why.facts
    assert (why.count, fact.statement) == (1, "User -[lives_in]-> London")
    assert (fact.relationship_type, fact.status, fact.confidence) == ("lives_in", "active", 0.95)
    assert (fact.effective_confidence, fact.events) == (0.95, why.entity.events)

    traced = ask(lambda f: f.memories.get_event_provenance(derived.event_id, user_id=user))
    assert isinstance(traced, m.EventProvenance)
    assert (traced.event, traced.chain) == (why.entity.events[1][1], why.entity.events[1])
    with pytest.raises(muxi.NotFoundError, match="London"):
        ask(lambda f: f.memories.get_entity_provenance("London", user_id=f"not_{user}"))

    gone = ask(lambda f: f.memory.forget(user_id=user, source="calendar", background=False))
    assert gone.deleted_events == 4
    with pytest.raises(muxi.NotFoundError, match="London"):
        ask(lambda f: f.memories.get_entity_provenance("London", user_id=user))
    kept = ask(lambda f: f.memories.get_event_provenance(derived.event_id, user_id=user))
    assert all(event.deleted_at is not None for event in kept.chain)
