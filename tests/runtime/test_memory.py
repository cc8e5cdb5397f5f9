"""This SDK against the real runtime: memories and their upkeep; each colour of client."""

from __future__ import annotations

import base64
from datetime import datetime, timedelta, timezone
from typing import Any
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

import muxi
from muxi.models import formation as m

from .conftest import Asking

PROJECTIONS = {"artifact_metadata", "captains_log", "flat_facts", "knowledge_graph"}
KEY = Ed25519PrivateKey.generate()
PRIVATE_KEY = KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
PUBLIC_KEY = base64.b64encode(KEY.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))


@pytest.fixture
def user() -> str:
    return f"user_{uuid4().hex}"


@pytest.fixture
def distillery_id(ask: Asking) -> str:
    made = ask(
        lambda f: f.memory.distilleries.register(
            f"d_{uuid4().hex}", PUBLIC_KEY.decode(), scope={"max_batch_size": 3}
        )
    )
    found: str = made.distillery_id
    return found


def ingest(ask: Asking, user: str, content: str = "Meeting at nine", **more: Any) -> Any:
    item = {"content": content, "source": "calendar", **more}
    return ask(lambda f: f.memories.ingest(item, user_id=user))


def settle(ask: Asking, user: str, processing_id: str) -> Any:
    return ask(
        lambda f: f.memories.wait(processing_id, timeout=60, poll_interval=0.1, user_id=user)
    )


@pytest.mark.parametrize(
    ("use", "told"),
    [
        (lambda f: f.memories.list(user_id="0"), "list_memories"),
        (lambda f: f.memories.create("Alice likes tea", user_id="0"), "external_user_id"),
        (lambda f: f.memories.delete("none", user_id="0"), "delete"),
    ],
)
def test_sqlite_lacks_direct_memories(ask: Asking, use: Any, told: str) -> None:
    with pytest.raises(muxi.ServerError, match=told) as caught:
        ask(use, max_retries=0)
    assert (caught.value.status_code, caught.value.code) == (500, "INTERNAL_ERROR")


def test_a_walk_ends_in_the_error_of_its_page(ask: Asking) -> None:
    def walk(formation: Any) -> Any:
        found = formation.memories.iter(user_id="0")
        return next(found) if isinstance(formation, muxi.FormationClient) else anext(found)

    with pytest.raises(muxi.ServerError, match="list_memories"):
        ask(walk, max_retries=0)


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
    assert ask(lambda f: f.memories.ingestion(first.processing_id), user_id=None, client_key=None)

    again = ingest(ask, user, **more)
    assert (again.status, again.duplicate) == ("duplicate", True)
    assert (again.event_id, again.processing_id) == (first.event_id, None)

    why = ask(lambda f: f.memories.provenance(event_id=first.event_id, user_id=user))
    assert isinstance(why, m.EventProvenance)
    assert (why.event.source, why.event.payload["content"]) == ("calendar", "Meeting at nine")
    assert (why.event.occurred_at, why.chain) == (more["timestamp"], [why.event])


def test_another_users_ingestion_can_not_be_seen(ask: Asking, user: str) -> None:
    taken = ingest(ask, user)
    with pytest.raises(muxi.AuthorizationError):
        ask(lambda f: f.memories.ingestion(taken.processing_id, user_id="mallory"))
    with pytest.raises(muxi.NotFoundError, match="none"):
        ask(lambda f: f.memories.ingestion("none", user_id=user))


def test_a_batch_is_judged_item_by_item(ask: Asking, user: str) -> None:
    good = {"content": {"who": "Bob", "plays": ["chess"]}, "source": "crm", "source_id": "1"}
    items = [good, m.MemoryItem(content="x", source="crm", scope="galaxy"), good]
    batch = ask(lambda f: f.memories.batch(items, user_id=user))
    assert [item.status for item in batch] == ["accepted", "invalid", "duplicate"]
    assert batch.counts.model_dump() == {"accepted": 1, "duplicate": 1, "invalid": 1}
    assert "galaxy" in batch[1].error
    assert settle(ask, user, batch.processing_id).counts.stored == 1
    with pytest.raises(muxi.ValidationError, match="101") as caught:
        ask(lambda f: f.memories.batch([good] * 101, user_id=user))
    assert (caught.value.status_code, caught.value.code) == (422, "INVALID_PARAMS")


def test_provenance_of_the_unknown(ask: Asking, user: str) -> None:
    with pytest.raises(muxi.NotFoundError, match="Unknown entity 'London'"):
        ask(lambda f: f.memories.provenance("London", user_id=user))
    with pytest.raises(muxi.ValidationError, match="Provide 'entity'"):
        ask(lambda f: f.memories.provenance(user_id=user))


def test_a_rebuilding(ask: Asking, user: str) -> None:
    taken = ingest(ask, user)
    settle(ask, user, taken.processing_id)
    planned = ask(lambda f: f.memory.rebuild(user, dry_run=True))
    assert (planned.user_id, planned.dry_run, planned.is_terminal) == (user, True, True)
    assert set(planned.projections) == PROJECTIONS
    assert all(part.dry_run and not part.applied for part in planned.projections.values())
    job = ask(lambda f: f.memory.rebuild(user, backfill=True))
    assert job.job_id.startswith("rebuild_")
    done = ask(lambda f: f.memory.wait_for_rebuild(job.job_id, timeout=60, poll_interval=0.1))
    assert (done.status, done.user_id, done.dry_run) == ("completed", user, False)
    assert set(done.backfill) == PROJECTIONS
    assert ask(lambda f: f.memory.rebuild_status(job.job_id)) == done
    now = ask(lambda f: f.memory.rebuild(user, projection="flat_facts", background=False))
    assert (set(now.projections), now.job_id) == ({"flat_facts"}, None)
    with pytest.raises(muxi.ValidationError, match="Unknown projection 'zzz'"):
        ask(lambda f: f.memory.rebuild(user, projection="zzz"))
    with pytest.raises(muxi.NotFoundError):
        ask(lambda f: f.memory.rebuild_status("none"))


def test_a_backfill(ask: Asking, user: str) -> None:
    filled = ask(lambda f: f.memory.backfill(user))
    assert (filled.user_id, filled.is_complete) == (user, True)
    assert set(filled.synthesized) == PROJECTIONS


def test_a_source_is_forgotten(ask: Asking, user: str) -> None:
    settle(ask, user, ingest(ask, user).processing_id)
    kept = ask(lambda f: f.memory.forget(user, "crm", rebuild=False))
    assert (kept.deleted_events, set(kept.rebuild_required)) == (0, PROJECTIONS)
    assert (kept.job_id, kept.is_terminal) == (None, True)
    job = ask(lambda f: f.memory.forget(user, "calendar", reason="test"))
    assert (job.user_id, job.source) == (user, "calendar")
    assert job.deleted_events >= 1
    assert (job.grace_period_days, job.is_terminal) == (30, False)
    done = ask(lambda f: f.memory.wait_for_forget(job.job_id, timeout=60, poll_interval=0.1))
    assert (done.status, set(done.projections)) == ("completed", PROJECTIONS)
    assert ask(lambda f: f.memory.forget_status(job.job_id)) == done
    again = ask(lambda f: f.memory.forget(user, "calendar", background=False))
    assert (again.deleted_events, set(again.projections)) == (0, PROJECTIONS)


def test_a_clean_up(ask: Asking, user: str) -> None:
    linted = ask(lambda f: f.memory.lint(user))
    assert (linted.user_id, linted.report.users, linted.report.findings) == (user, 1, {})
    assert ask(lambda f: f.memory.lint(), user_id="alice").user_id is None


def test_the_buffer(ask: Asking) -> None:
    session = f"sess_{uuid4().hex}"
    ask(lambda f: f.chat.send("STUB_ECHO=hi", session_id=session))
    before = ask(lambda f: f.memory.buffer.status(user_id="0"))
    assert (before.user_id, before.sessions) == ("0", [])
    assert before.total_messages >= 2
    stats = ask(lambda f: f.memory.stats())
    assert stats.total_entries >= before.total_messages
    assert (stats.total_users, stats.max_size, stats.utilization) == (1, 0, 0)
    assert stats.buffer_size_kb > 0
    none = ask(lambda f: f.memory.buffer.clear_session("none", user_id="0"))
    assert (none.session_id, none.user_id, none.messages_cleared) == ("none", "0", 0)
    gone = ask(lambda f: f.memory.buffer.clear_session(session, user_id="0"))
    assert (gone.session_id, gone.messages_cleared) == (session, 2)
    rest = ask(lambda f: f.memory.buffer.clear(user_id="0"), client_key=None)
    assert rest.messages_cleared >= before.total_messages - 2
    assert ask(lambda f: f.memory.buffer.status(user_id="0")).total_messages == 0


def test_a_distillery_from_registration_to_revocation(ask: Asking, distillery_id: str) -> None:
    [found] = [
        one
        for one in ask(lambda f: f.memory.distilleries.list())
        if one.distillery_id == distillery_id
    ]
    assert (found.status, found.trust_level) == ("active", "provisional")
    assert (found.public_key, found.revoked_at) == (PUBLIC_KEY.decode(), None)
    assert (found.scope.user_ids, found.scope.max_batch_size) == ("all", 3)
    assert abs(datetime.now(timezone.utc) - found.created_at) < timedelta(minutes=1)
    gone = ask(lambda f: f.memory.distilleries.revoke(distillery_id))
    assert (gone.status, gone.distillery_id) == ("revoked", distillery_id)
    assert ask(lambda f: f.memory.distilleries.revoke(distillery_id)) == gone
    with pytest.raises(muxi.MuxiError, match="revoked") as caught:
        submit(ask, distillery_id, fact("alice"))
    assert (caught.value.status_code, caught.value.code) == (410, "GONE")
    with pytest.raises(muxi.NotFoundError):
        ask(lambda f: f.memory.distilleries.revoke("none"))
    with pytest.raises(muxi.ValidationError, match="public_key"):
        ask(lambda f: f.memory.distilleries.register("d", "nope"))


def fact(user: str, source_id: str = "1", **more: Any) -> dict[str, Any]:
    payload = {"memory": "Alice likes café", "collection": "context"}
    return {
        "event_type": "fact.extracted",
        "source_id": source_id,
        "user_id": user,
        "payload": payload,
        **more,
    }


def submit(ask: Asking, distillery_id: str, *events: Any, key: str = PRIVATE_KEY) -> Any:
    batch = {"batch_id": "b", "events": list(events)}
    return ask(lambda f: f.distilled.submit(batch, distillery_id=distillery_id, private_key=key))


def test_a_signed_batch(ask: Asking, user: str, distillery_id: str) -> None:
    turn = {"user_message": "hi", "agent_response": "hello"}
    events = [
        fact(user, occurred_at="2026-01-01T00:00:00+02:00", source_confidence=0.9),
        {"event_type": "interaction.turn", "source_id": "2", "user_id": user, "payload": turn},
        fact(user, "3", payload={"nope": 1}),
    ]
    taken = submit(ask, distillery_id, *events)
    assert (taken.batch_id, taken.accepted, taken.duplicates, taken.rejected) == ("b", 2, 0, 1)
    assert [one.index for one in taken.rejections] == [2]
    done = ask(
        lambda f: f.distilled.wait(
            taken.processing_id, distillery_id=distillery_id, timeout=60, poll_interval=0.1
        )
    )
    assert (done.status, done.batch_id, done.pre_computed_vectors_used) == ("completed", "b", False)
    assert [item.event_type for item in done.items] == ["fact.extracted", "interaction.turn"]
    assert (done.items[0].disposition, done.items[0].error) == ("projected", None)
    assert done.items[1].disposition == "recorded"
    assert {item.user_id for item in done.items} == {user}
    assert ask(lambda f: f.distilled.status(taken.processing_id), client_key=None) == done
    with pytest.raises(muxi.AuthorizationError):
        ask(lambda f: f.distilled.status(taken.processing_id))
    again = submit(ask, distillery_id, *events[:2])
    assert (again.accepted, again.duplicates, again.processing_id) == (0, 2, None)
    why = ask(lambda f: f.memories.provenance(event_id=done.items[0].event_id, user_id=user))
    assert why.event.occurred_at == datetime(2025, 12, 31, 22, tzinfo=timezone.utc)


def test_batches_that_the_server_refuses(ask: Asking, user: str, distillery_id: str) -> None:
    other = base64.b64encode(bytes(32)).decode()
    with pytest.raises(muxi.AuthenticationError, match="invalid signature"):
        submit(ask, distillery_id, fact(user), key=other)
    with pytest.raises(muxi.AuthenticationError, match="Unknown distillery"):
        submit(ask, "none", fact(user))
    with pytest.raises(muxi.ValidationError, match="max_batch_size"):
        submit(ask, distillery_id, *[fact(user)] * 4)
    with pytest.raises(muxi.NotFoundError):
        ask(lambda f: f.distilled.status("none", distillery_id=distillery_id))
