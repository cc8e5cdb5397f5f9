"""What can't be sent is refused before a request is made, by the name of the field."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any
from uuid import UUID

import pytest

import muxi
from muxi.resources.formation import (
    Chat,
    Credentials,
    Distilled,
    Memories,
    Sessions,
    Triggers,
    Users,
)

from ...support.clients import ClientKind
from ...support.endpoint_calls.memory import PRIVATE_KEY
from ...support.fake_server import FAST, Drop, FakeServer, envelope, failure

pytestmark = pytest.mark.thorough("asyncio", "trio")

HALF = "\ud83d"
"""Half of a surrogate pair: UTF-8 has no bytes for it."""


def nested(depth: int) -> list[object]:
    found: list[object] = []
    for _ in range(depth):
        found = [found]
    return found


def endless() -> list[object]:
    found: list[object] = []
    found.append(found)
    return found


NOT_JSON: dict[str, object] = {
    "nan": math.nan,
    "infinity": [-math.inf],
    "half a character": HALF,
    "an object": object(),
    "bytes": b"\xff",
    "a loop": endless(),
    "too deep": nested(2_000),
    "too many digits": 10**5_000,
}
WHEN = datetime(2026, 1, 2, tzinfo=timezone.utc)
ITEM = {"content": "x", "source": "s"}
EVENT = {"event_type": "log.entry", "source_id": "s"}
FREE: dict[str, Callable[[object], object]] = {
    "metadata": lambda bad: Memories.create.build("x", metadata={"a": bad}),
    "content": lambda bad: Memories.ingest.build({"content": {"a": bad}, "source": "s"}),
    "items.0.metadata": lambda bad: Memories.ingest_batch.build(
        [{"content": "x", "source": "s", "metadata": {"a": bad}}]
    ),
    "credential": lambda bad: Credentials.create.build("s", {"a": bad}),
    "channels.open": lambda bad: Users.update_channels.build(
        user_id="u", channels={"open": {"a": bad}}
    ),
    "data": lambda bad: Triggers.fire.build("t", {"a": bad}),
    "messages.0.metadata": lambda bad: Sessions.restore.build(
        "s", [{"role": "user", "content": "x", "timestamp": WHEN, "metadata": {"a": bad}}]
    ),
    "ui_response.value": lambda bad: Chat.send.build(
        {"message": "x", "ui_response": {"id": "w", "value": bad}}
    ),
    "events.0.payload": lambda bad: Distilled.submit.build(
        {"batch_id": "b", "events": [{**EVENT, "payload": {"a": bad}}]},
        distillery_id="d",
        private_key=PRIVATE_KEY,
    ),
}
"""Methods that take free-form data, by the field."""


@pytest.mark.parametrize("bad", NOT_JSON)
@pytest.mark.parametrize("field", FREE)
def test_free_form_data_is_json(field: str, bad: str) -> None:
    with pytest.raises(muxi.ValidationError, match=f"^{field}: ") as caught:
        FREE[field](NOT_JSON[bad])
    assert not caught.value.sent


def test_vectors_are_numbers() -> None:
    event = {**EVENT, "payload": {}, "embedding_vectors": {"summary": [0.5, math.nan]}}
    with pytest.raises(muxi.ValidationError, match=r"embedding_vectors\.summary\.1"):
        Distilled.submit.build(
            {"batch_id": "b", "events": [event]}, distillery_id="d", private_key=PRIVATE_KEY
        )


def test_free_form_data_is_sent_as_pydantic_writes_it(client_kind: ClientKind) -> None:
    metadata = {"when": WHEN, "pair": (1, 2.5), "nothing": None, "text": "\U0001f600"}
    taken = {"status": "accepted", "duplicate": False, "event_id": "e", "source": "s"}
    with FakeServer(envelope({**taken, "scope": "user"})) as server:
        client_kind.formation(
            server.url,
            lambda f: f.memories.ingest({"content": "x", "source": "s", "metadata": metadata}),
        )
    assert server.received[0].json["metadata"] == {
        "when": "2026-01-02T00:00:00Z",
        "pair": [1, 2.5],
        "nothing": None,
        "text": "\U0001f600",
    }


TEXTS: list[Callable[[Any], Any]] = [
    lambda f: f.memories.create(HALF),
    lambda f: f.memories.create("x", type=HALF),
    lambda f: f.memories.delete(HALF),
    lambda f: f.memories.get_entity_provenance(HALF),
    lambda f: f.memories.list(scopes=[HALF]),
    lambda f: f.memories.list(user_id=HALF),
    lambda f: f.memory.lint(user_id=HALF),
    lambda f: f.secrets.create(HALF, "v"),
    lambda f: f.secrets.create("k", HALF),
    lambda f: f.secrets.set("k", HALF),
    lambda f: f.jobs.create(HALF, type="recurring", schedule="0 9 * * *"),
    lambda f: f.users.resolve(HALF),
    lambda f: f.tuning.replace(HALF),
    lambda f: f.audit.list(action=HALF),
    lambda f: f.distilled.get_status("p", distillery_id=HALF),
]


def test_half_a_character_is_refused_everywhere(client_kind: ClientKind) -> None:
    with FakeServer(envelope({})) as server:
        for use in TEXTS:
            with pytest.raises(muxi.ValidationError) as caught:
                client_kind.formation(server.url, use)
            assert not caught.value.sent
        assert server.received == []


IDS: list[tuple[Callable[[Any, Any], Any], str]] = [
    (lambda f, one: f.memory.rebuild(user_id=one), "user_id"),
    (lambda f, one: f.memory.backfill(user_id=one), "user_id"),
    (lambda f, one: f.memory.forget(user_id=one, source="s"), "user_id"),
    (lambda f, one: f.memory.lint(user_id=one), "user_id"),
    (lambda f, one: f.memories.create("x", scope="group", scope_id=one), "scope_id"),
    (
        lambda f, one: f.memories.ingest({"content": "x", "source": "s", "source_id": one}),
        "source_id",
    ),
    (lambda f, one: f.notifications.send("x", user_id=one), "user_id"),
    (lambda f, one: f.users.link(one, []), "muxi_user_id"),
    (lambda f, one: f.agents.sync_knowledge("a", source_id=one), "source_id"),
    (lambda f, one: f.knowledge.rebuild(agent_id=one), "agent_id"),
]


def test_ids_may_be_numbers_and_uuids(client_kind: ClientKind) -> None:
    for one in (42, UUID(int=7)):
        for use, field in IDS:
            with FakeServer(failure(404, "NOT_FOUND")) as server:
                with pytest.raises(muxi.NotFoundError):
                    client_kind.formation(server.url, lambda f, use=use, one=one: use(f, one))
                [received] = server.received
            assert received.json[field] == str(one)
    for use, _ in IDS:
        with pytest.raises(muxi.ValidationError):
            client_kind.formation("http://muxi.test", lambda f, use=use: use(f, True))


@pytest.mark.parametrize("one", [42, UUID(int=7)], ids=["number", "uuid"])
def test_a_deletion_answers_the_id_as_text(client_kind: ClientKind, one: object) -> None:
    with FakeServer(envelope({"message": "Done"})) as server:
        for use in (lambda f: f.jobs.delete(one), lambda f: f.users.unlink(one)):
            assert client_kind.formation(server.url, use).id == str(one)
    gone = failure(404, "NOT_FOUND", f"Memory {one} not found")
    with FakeServer(Drop(), gone) as server:
        deleted = client_kind.formation(server.url, lambda f: f.memories.delete(one), retry=FAST)
    assert deleted.id == str(one)
