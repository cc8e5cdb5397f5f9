"""Memories and their upkeep: what their recordings can't show."""

from __future__ import annotations

import gc
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import muxi
from muxi.models import formation as m
from muxi.resources.formation import Memories

from ...support.clients import ADMIN_KEY, CLIENT_KEY, ClientKind, collect
from ...support.fake_server import FAST, Answer, FakeServer, Received, envelope, failure

ITEM = {"content": "Meeting at nine", "source": "calendar"}
BUSY = failure(503, "SYSTEM_OVERLOAD")
TAKEN = envelope(
    {"status": "accepted", "duplicate": False, "event_id": "e", "source": "calendar"}
    | {"source_id": None, "scope": "user", "scope_id": None, "processing_id": "ing_1"}
)
BATCH = envelope(
    {"processing_id": None, "counts": {"accepted": 0, "duplicate": 0, "invalid": 1}}
    | {"items": [{"index": 0, "status": "invalid", "error": "no"}]}
)


def memory(number: int) -> dict[str, Any]:
    return {"id": f"m{number}", "content": f"{number}", "metadata": {}, "scope": "user"}


def answer(memories: list[dict[str, Any]]) -> Answer:
    return envelope({"memories": memories, "count": len(memories)})


def asked(request: Received) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(request.path).query))


def paging(count: int) -> Callable[[Received], Answer]:
    """A server that holds so many memories."""

    def page(request: Received) -> Answer:
        start, size = int(asked(request)["offset"]), int(asked(request)["limit"])
        return answer([memory(number) for number in range(count)][start : start + size])

    return page


def collected(client_kind: ClientKind, server: FakeServer, **arguments: Any) -> list[str]:
    """The ids that a walk comes by."""
    found = client_kind.formation(server.url, lambda f: collect(f.memories.iter(**arguments)))
    return [one.id for one in found]


def ids(count: int) -> list[str]:
    return [f"m{number}" for number in range(count)]


def test_an_iteration_fetches_page_by_page(client_kind: ClientKind) -> None:
    with FakeServer(paging(7)) as server:
        assert collected(client_kind, server, page_size=3, scopes=["user", "group"]) == ids(7)
    assert [asked(request) for request in server.received] == [
        {"limit": "3", "offset": offset, "scopes": "user,group"} for offset in ("0", "3", "6")
    ]


SIZES = st.integers(1, 9)


@settings(max_examples=40)
@given(st.integers(0, 20), SIZES, st.none() | st.integers(0, 25))
def test_an_iteration_yields_each_item_once_up_to_its_limit(
    count: int, page_size: int, max_items: int | None
) -> None:
    with FakeServer(paging(count)) as server:
        found = collected(ClientKind("sync"), server, page_size=page_size, max_items=max_items)
    wanted = count if max_items is None else min(count, max_items)
    assert found == ids(wanted)
    assert len(server.received) <= wanted // min(page_size, max(wanted, 1)) + 1


@settings(max_examples=40)
@given(SIZES, st.integers(0, 3), st.none() | st.integers(0, 40))
def test_an_iteration_ends_if_the_server_repeats_a_page(
    page_size: int, good: int, max_items: int | None
) -> None:
    def page(request: Received) -> Answer:
        number = min(len(server.received) - 1, good)
        size = int(asked(request)["limit"])
        return answer([memory(number * size + place) for place in range(size)])

    known = (good + 1) * (page_size if max_items is None else min(page_size, max_items))
    with FakeServer(page) as server:
        if max_items is not None and max_items <= known:
            found = collected(ClientKind("sync"), server, page_size=page_size, max_items=max_items)
            assert found == ids(max_items)
            return
        with pytest.raises(muxi.InvalidResponseError, match="same page"):
            collected(ClientKind("sync"), server, page_size=page_size, max_items=max_items)
        assert len(server.received) == good + 3


def test_a_server_that_ignores_the_offset_is_found_out(client_kind: ClientKind) -> None:
    with FakeServer(answer([memory(1)])) as server:
        with pytest.raises(muxi.InvalidResponseError, match="same page"):
            collected(client_kind, server, page_size=1)
        assert collected(client_kind, server, page_size=1, max_items=1) == ["m1"]


def test_what_is_written_meanwhile_makes_nothing_come_twice(client_kind: ClientKind) -> None:
    pages = [answer([memory(1), memory(2)]), answer([memory(2), memory(3)]), answer([memory(4)])]
    with FakeServer(*pages) as server:
        assert collected(client_kind, server, page_size=2) == ["m1", "m2", "m3", "m4"]


def test_an_iteration_asks_for_no_page_before_it_is_needed() -> None:
    with (
        FakeServer(paging(9)) as server,
        muxi.FormationClient(url=server.url, client_key="c", user_id="alice") as formation,
    ):
        walk = formation.memories.iter(page_size=2)
        assert server.received == []
        assert [next(walk).id, next(walk).id] == ids(2)
        assert len(server.received) == 1
        assert [found.id for found in formation.raw.memories.iter()] == ids(9)
        with pytest.raises(
            muxi.ValidationError, match="page_size must be a whole number from 1 to 100"
        ):
            formation.memories.iter(page_size=101)


def test_an_iteration_may_be_left(client_kind: ClientKind) -> None:
    """With no complaint about what is left: warnings are errors here."""

    async def first(formation: muxi.AsyncFormationClient) -> str:
        async for found in formation.memories.iter(page_size=2):
            return found.id
        return ""

    with FakeServer(paging(9)) as server:
        if client_kind.name == "sync":
            assert client_kind.formation(server.url, lambda f: next(f.memories.iter()).id) == "m0"
        else:
            assert client_kind.formation(server.url, first) == "m0"
    gc.collect()


def test_an_error_ends_an_iteration(client_kind: ClientKind) -> None:
    pages = [answer([memory(1)]), failure(403, "FORBIDDEN")]
    with FakeServer(*pages) as server, pytest.raises(muxi.AuthorizationError):
        collected(client_kind, server, page_size=1)


def test_pages_are_bounded_before_they_are_sent() -> None:
    for wrong in ({"limit": 0}, {"limit": 101}, {"offset": -1}):
        with pytest.raises(muxi.ValidationError):
            Memories.list.build(**wrong)
    for wrong in ({"page_size": 0}, {"page_size": 101}, {"max_items": -1}):
        with pytest.raises(muxi.ValidationError):
            Memories.iter.build(**wrong)
    assert Memories.list.build(limit=100).query == {"limit": "100", "offset": "0"}
    with pytest.raises(
        muxi.ValidationError, match=r"scopes must be a list of strings: pass \['user'\]"
    ):
        Memories.list.build(scopes="user")


def test_a_new_memory_is_sent_and_read(client_kind: ClientKind) -> None:
    data = {"id": None, "content": {"type": "preference", "detail": "tea"}, "scope": "group"}
    data |= {"created_at": "2026-11-22T05:41:21.258165Z", "metadata": {"a": 1}, "scope_id": "g"}
    arguments = {"type": "preference", "metadata": {"a": 1}, "scope": "group", "scope_id": "g"}
    with FakeServer(envelope(data)) as server:
        new = client_kind.formation(server.url, lambda f: f.memories.create("tea", **arguments))
    [received] = server.received
    assert received.json == {"content": "tea", **arguments}
    assert received.headers["x-muxi-user-id"] == "alice"
    assert received.headers["x-muxi-client-key"] == CLIENT_KEY
    assert (new.id, new.content.detail, new.scope_id) == (None, "tea", "g")
    assert new.created_at == datetime(2026, 11, 22, 5, 41, 21, 258165, tzinfo=timezone.utc)


def test_create_does_not_take_the_answer_of_ingest_for_its_own(client_kind: ClientKind) -> None:
    with FakeServer(TAKEN) as server, pytest.raises(muxi.InvalidResponseError):
        client_kind.formation(server.url, lambda f: f.memories.create("tea"))


def test_items_are_checked_before_they_are_sent() -> None:
    wrong: list[dict[str, Any]] = [
        {"content": "x"},
        {**ITEM, "content": ""},
        {**ITEM, "content": {}},
        {**ITEM, "source": "x" * 51},
        {**ITEM, "source_id": "x" * 256},
        {**ITEM, "subject": "x" * 256},
        {**ITEM, "timestamp": "2026-01-01T00:00:00"},
        {**ITEM, "nope": 1},
    ]
    for item in wrong:
        with pytest.raises(muxi.ValidationError):
            Memories.ingest.build(item)
        with pytest.raises(muxi.ValidationError):
            Memories.ingest_batch.build([ITEM, item])
    with pytest.raises(muxi.ValidationError, match="at least 1"):
        Memories.ingest_batch.build([])


def test_an_item_arrives_as_it_was_given(client_kind: ClientKind) -> None:
    when = datetime(2026, 1, 1, 9, tzinfo=timezone(timedelta(hours=2)))
    item = m.IngestItem(content={"a": ["b"]}, source="crm", timestamp=when, subject="Zoe")
    with FakeServer(TAKEN) as server:
        taken = client_kind.formation(server.url, lambda f: f.memories.ingest(item, user_id="bob"))
    [received] = server.received
    assert received.json == {
        "content": {"a": ["b"]},
        "source": "crm",
        "timestamp": "2026-01-01T09:00:00+02:00",
        "subject": "Zoe",
    }
    assert received.headers["x-muxi-user-id"] == "bob"
    assert (taken.processing_id, taken.duplicate) == ("ing_1", False)


def test_an_item_can_be_given_by_its_fields() -> None:
    when = datetime(2026, 1, 1, 9, tzinfo=timezone.utc)
    fields: dict[str, Any] = {
        "source": "crm",
        "timestamp": when,
        "metadata": {"a": 1},
        "scope": "user",
    }
    whole = {"content": "x", "source_id": "7", **fields}
    expected = Memories.ingest.build(m.IngestItem.model_validate(whole))
    assert Memories.ingest.build(whole) == expected
    assert Memories.ingest.build("x", source_id="7", **fields) == expected
    assert Memories.ingest.build(content="x", source_id="7", **fields) == expected
    assert Memories.ingest.build({**whole, "source_id": "8"}, source_id="7") == expected
    assert Memories.ingest.build(m.IngestItem(content="x", **fields), source_id="7") == expected
    with pytest.raises(muxi.ValidationError, match=r"^source: Field required\.$"):
        Memories.ingest.build("x")


@pytest.mark.parametrize(
    ("use", "times"),
    [
        (lambda f: f.memories.ingest(ITEM), 1),
        (lambda f: f.memories.ingest({**ITEM, "source_id": "1"}), 2),
        (lambda f: f.memories.ingest_batch([ITEM, {**ITEM, "source_id": "1"}]), 1),
        (lambda f: f.memories.ingest_batch([{**ITEM, "source_id": "1"}]), 2),
        (lambda f: f.memories.create("x"), 1),
        (lambda f: f.memory.rebuild(user_id="alice"), 1),
        (lambda f: f.memory.forget(user_id="alice", source="crm"), 1),
    ],
)
def test_only_what_is_taken_once_is_sent_again(
    client_kind: ClientKind, use: Callable[[Any], Any], times: int
) -> None:
    answers = [BUSY, failure(422, "INVALID_PARAMS")]
    with FakeServer(*answers) as server, pytest.raises(muxi.MuxiError):
        client_kind.formation(server.url, use, retry=FAST)
    assert len(server.received) == times


def test_a_batch_is_a_sequence_of_its_items(client_kind: ClientKind) -> None:
    with FakeServer(BATCH) as server:
        batch = client_kind.formation(server.url, lambda f: f.memories.ingest_batch([ITEM]))
    assert [(item.index, item.status, item.error) for item in batch] == [(0, "invalid", "no")]
    assert batch.model_dump()["items"][0]["error"] == "no"
    assert m.IngestionBatch.model_validate(batch.model_dump()) == batch


def states(*told: str, **more: Any) -> list[Answer]:
    common = {"processing_id": "p", "job_id": "p", "created_at": 1795326614.5}
    ended = {"completed_at": "2026-11-22T05:50:14Z"}
    return [
        envelope({**common, **more, "status": one, **(ended if one == told[-1] else {})})
        for one in told
    ]


@pytest.mark.usefixtures("patient_looks")
@pytest.mark.parametrize(
    "wait",
    [
        lambda f, **more: f.memories.wait_for_ingestion("p", **more),
        lambda f, **more: f.memory.wait_for_rebuild("p", **more),
        lambda f, **more: f.memory.wait_for_forget("p", **more),
        lambda f, **more: f.distilled.wait("p", distillery_id="d", **more),
    ],
)
def test_waits_end_with_the_work(client_kind: ClientKind, wait: Callable[..., Any]) -> None:
    with FakeServer(*states("queued", "processing", "failed", error="broken")) as server:
        status = client_kind.formation(server.url, lambda f: wait(f, poll_interval=0.001))
        assert len(server.received) == 3
    assert (status.status, status.error, status.is_terminal) == ("failed", "broken", True)
    with (
        FakeServer(*states("processing", "processing")) as server,
        pytest.raises(muxi.TimeoutError, match="p is still processing after") as caught,
    ):
        client_kind.formation(server.url, lambda f: wait(f, timeout=0.01, poll_interval=0.004))
    assert caught.value.request_id == "p"


def test_the_end_of_a_failed_ingestion_is_read_as_seconds(client_kind: ClientKind) -> None:
    data = {"processing_id": "p", "status": "failed", "error": "x", "created_at": 1795326614.5}
    with FakeServer(envelope({**data, "completed_at": 1795326615.25})) as server:
        status = client_kind.formation(server.url, lambda f: f.memories.get_ingestion("p"))
    assert status.completed_at - status.created_at == timedelta(seconds=0.75)


ADMIN: list[tuple[Callable[[Any], Any], Any]] = [
    (
        lambda f: f.memory.rebuild(user_id="bob"),
        {"user_id": "bob", "dry_run": False, "background": True, "backfill": False},
    ),
    (
        lambda f: f.memory.rebuild(
            user_id="bob", projection="flat_facts", dry_run=True, background=False, backfill=True
        ),
        {"user_id": "bob", "projection": "flat_facts"}
        | {"dry_run": True, "background": False, "backfill": True},
    ),
    (lambda f: f.memory.backfill(user_id="bob"), {"user_id": "bob"}),
    (
        lambda f: f.memory.forget(user_id="bob", source="crm", reason="why", rebuild=False),
        {"user_id": "bob", "source": "crm", "reason": "why"}
        | {"rebuild": False, "background": True},
    ),
    (lambda f: f.memory.lint(), {}),
    (lambda f: f.memory.lint(user_id="bob"), {"user_id": "bob"}),
    (
        lambda f: f.memory.distilleries.register("d", public_key="k", scope={"user_ids": ["bob"]}),
        {"name": "d", "public_key": "k", "scope": {"user_ids": ["bob"]}},
    ),
]


@pytest.mark.parametrize(("use", "body"), ADMIN)
def test_maintenance_of_memory_names_users_in_the_body_and_sends_the_admin_key(
    client_kind: ClientKind, use: Callable[[Any], Any], body: Any
) -> None:
    absent = failure(503, "SERVICE_UNAVAILABLE")
    with FakeServer(absent) as server, pytest.raises(muxi.UnavailableError):
        client_kind.formation(server.url, use, retry=muxi.Retry(max_retries=0))
    [received] = server.received
    assert received.json == body
    assert received.headers["x-muxi-admin-key"] == ADMIN_KEY
    assert "x-muxi-user-id" not in received.headers


@pytest.mark.parametrize(
    "use", [lambda f: f.memory.buffer.clear(), lambda f: f.memory.buffer.clear_session("s")]
)
def test_clearing_a_buffer_without_a_user_is_refused(
    client_kind: ClientKind, use: Callable[[Any], Any]
) -> None:
    with pytest.raises(muxi.ValidationError, match="needs a user"):
        client_kind.formation("http://muxi.test", use, client_key=None, user_id=None)


def test_work_done_at_once_has_ended(client_kind: ClientKind) -> None:
    report = {"flat_facts": {"events": 1, "applied": 1, "failed": 0}}
    done = envelope({"user_id": "bob", "dry_run": False, "projections": report})
    with FakeServer(done) as server:
        rebuilt = client_kind.formation(
            server.url, lambda f: f.memory.rebuild(user_id="bob", background=False)
        )
    assert (rebuilt.job_id, rebuilt.is_terminal) == (None, True)
    assert rebuilt.projections["flat_facts"].applied == 1


def test_a_backfill_is_complete_when_all_its_parts_are() -> None:
    part = {"synthesized": 1, "complete": True}
    both = {"user_id": "u", "synthesized": {"a": part, "b": {**part, "complete": False}}}
    assert not m.Backfill.model_validate(both).is_complete
    assert m.Backfill.model_validate({"user_id": "u", "synthesized": {"a": part}}).is_complete


def test_provenance_of_an_entity_and_of_an_event(client_kind: ClientKind) -> None:
    event = {"event_id": "e", "event_type": "fact.extracted", "source": "user_edit"}
    event |= {"source_confidence": 1, "effective_confidence": 0.5, "decay_rate": "static"}
    event |= {"occurred_at": "2026-01-01T00:00:00", "payload": {"memory": "x"}}
    entity = {"name": "London", "type": "place", "status": "active", "confidence": 0.9}
    entity |= {"attributes": {"a": 1}, "events": [[event]]}
    fact = {"statement": "Ada -[lives_in]-> London", "relationship_type": "lives_in"}
    fact |= {"status": "active", "confidence": 0.8, "effective_confidence": 0.7}
    fact |= {"updated_at": "2026-01-02T00:00:00", "events": [[event, event]]}
    answers = (
        envelope({"entity": entity, "facts": [fact], "count": 1}),
        envelope({"event": event, "chain": [event]}),
    )
    with FakeServer(*answers) as server:
        known = client_kind.formation(
            server.url, lambda f: f.memories.get_entity_provenance("London")
        )
        traced = client_kind.formation(server.url, lambda f: f.memories.get_event_provenance("e"))
    assert [asked(one) for one in server.received] == [{"entity": "London"}, {"event_id": "e"}]
    assert isinstance(known, m.EntityProvenance)
    assert isinstance(traced, m.EventProvenance)
    assert known.facts[0].events[0][1].effective_confidence == 0.5
    assert traced.chain[0].occurred_at == datetime(2026, 1, 1, tzinfo=timezone.utc)
