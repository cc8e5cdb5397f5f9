"""This SDK against the real runtime: distilleries and their signed batches."""

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

from .conftest import Asking, many_users

KEY = Ed25519PrivateKey.generate()
PRIVATE_KEY = KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
PUBLIC_KEY = base64.b64encode(KEY.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))


@pytest.fixture
def distillery_id(ask: Asking) -> str:
    made = ask(
        lambda f: f.memory.distilleries.register(
            f"d_{uuid4().hex}", public_key=PUBLIC_KEY.decode(), scope={"max_batch_size": 3}
        )
    )
    found: str = made.distillery_id
    return found


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
        ask(lambda f: f.memory.distilleries.register("d", public_key="nope"))


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
    assert ask(lambda f: f.distilled.get_status(taken.processing_id), client_key=None) == done
    with pytest.raises(muxi.AuthorizationError):
        ask(lambda f: f.distilled.get_status(taken.processing_id))
    again = submit(ask, distillery_id, *events[:2])
    assert (again.accepted, again.duplicates, again.processing_id) == (0, 2, None)
    why = ask(lambda f: f.memories.get_event_provenance(done.items[0].event_id, user_id=user))
    assert why.event.occurred_at == datetime(2025, 12, 31, 22, tzinfo=timezone.utc)


@many_users
def test_the_facts_of_one_collection_are_listed(ask: Asking, user: str, distillery_id: str) -> None:
    events = [
        fact(user, name, payload={"memory": f"In {name}", "collection": name})
        for name in ("default", "context")
    ]
    taken = submit(ask, distillery_id, *events)
    done = ask(
        lambda f: f.distilled.wait(taken.processing_id, timeout=60, poll_interval=0.1),
        client_key=None,
    )
    assert [item.disposition for item in done.items] == ["projected", "projected"]
    assert [one.content for one in ask(lambda f: f.memories.list(), user_id=user)] == ["In default"]


def test_batches_that_the_server_refuses(ask: Asking, user: str, distillery_id: str) -> None:
    other = base64.b64encode(bytes(32)).decode()
    with pytest.raises(muxi.AuthenticationError, match="invalid signature"):
        submit(ask, distillery_id, fact(user), key=other)
    with pytest.raises(muxi.AuthenticationError, match="Unknown distillery"):
        submit(ask, "none", fact(user))
    with pytest.raises(muxi.ValidationError, match="max_batch_size"):
        submit(ask, distillery_id, *[fact(user)] * 4)
    with pytest.raises(muxi.NotFoundError):
        ask(lambda f: f.distilled.get_status("none", distillery_id=distillery_id))
