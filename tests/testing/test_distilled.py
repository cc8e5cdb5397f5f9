"""Distilleries on the emulator: signatures are checked, and events are stored.

Requests that the SDK refuses to send use plain HTTP.
"""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import httpx
import pytest

import muxi
from muxi.models import formation as m
from muxi.testing import Emulator

from ..support.clients import ClientKind
from ..support.plain_http import NO_TLS
from .distillery import ENTRY, FACT, TURN, Distillery
from .raw_http import RawHttp, call_sdk

pytestmark = pytest.mark.thorough("asyncio", "trio")

Ask = Callable[..., Any]
Post = Callable[[bytes, Mapping[str, str]], httpx.Response]
MODELLESS = {"batch_id": "b1", "events": [FACT], "embedding_mode": "pre_computed"}
DER = bytes.fromhex("302a300506032b6570032100")


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with Emulator(multi_user=True) as running:
        yield running


@pytest.fixture
def ask(client_kind: ClientKind, emulator: Emulator) -> Ask:
    return lambda use, **settings: call_sdk(
        client_kind, emulator, use, **{"max_retries": 0, **settings}
    )


@pytest.fixture
def plain(emulator: Emulator) -> Ask:
    """A client without the SDK."""
    return lambda use: call_sdk(ClientKind("sync"), emulator, use)


@pytest.fixture
def distillery(plain: Ask) -> Distillery:
    return Distillery(plain)


@pytest.fixture
def post(emulator: Emulator) -> Post:
    http = RawHttp(emulator)
    url, given = f"{http.url}/memories/distilled", {"content-type": "application/json"}
    return lambda body, headers: httpx.post(
        url, content=body, headers={**http.headers, **given, **headers}, verify=NO_TLS
    )


def listed(ask: Ask) -> list[str]:
    return [each.content for each in ask(lambda f: f.memories.list())]


def rejected(answer: Any) -> list[int]:
    return [each.index for each in answer.rejections]


@pytest.mark.parametrize("prefix", [b"", DER], ids=["raw", "DER"])
def test_a_batch_becomes_memories_and_history(ask: Ask, prefix: bytes) -> None:
    distillery = Distillery(ask, prefix)
    taken = distillery.submit(FACT, ENTRY, TURN)
    assert (taken.accepted, taken.duplicates, taken.rejected) == (3, 0, 0)
    assert listed(ask) == ["Alice likes tea"]
    [day] = ask(lambda f: f.history.list(include_sources=True))
    assert (day.summary, day.decisions) == ("A quiet day", ["tea"])
    assert [(each.source_type, each.source_id) for each in day.sources] == [("distillery", "day-1")]
    done = ask(
        lambda f: f.distilled.wait(
            taken.processing_id, distillery_id=distillery.id, poll_interval=0.01
        ),
        admin_key=None,
    )
    assert [each.disposition for each in done.items] == ["projected", "projected", "recorded"]
    with pytest.raises(muxi.AuthorizationError):
        ask(lambda f: f.distilled.get_status(taken.processing_id), admin_key=None)
    assert ask(lambda f: f.distilled.get_status(taken.processing_id), client_key=None) == done


def test_one_collection_is_listed(ask: Ask) -> None:
    payload = {"memory": "Alice is at home", "collection": "user_identity"}
    assert Distillery(ask).submit(FACT | {"payload": payload}).accepted == 1
    assert listed(ask) == []


def test_a_repeated_event_is_a_duplicate(ask: Ask) -> None:
    distillery = Distillery(ask)
    assert distillery.submit(FACT, FACT).duplicates == 1
    again = distillery.submit(FACT)
    assert (again.accepted, again.duplicates, again.processing_id) == (0, 1, None)
    assert len(listed(ask)) == 1


def test_what_was_derived_is_forgotten_with_its_source(ask: Ask) -> None:
    Distillery(ask).submit(FACT, ENTRY)
    ask(lambda f: f.memories.create("By hand"))
    ask(lambda f: f.memory.forget(user_id="alice", source="distillery"))
    assert listed(ask) == ["By hand"]
    assert list(ask(lambda f: f.history.list())) == []


def test_a_signature_must_fit_body_time_and_sender(
    plain: Ask, distillery: Distillery, post: Post
) -> None:
    other = Distillery(plain)
    raw = json.dumps({"batch_id": "b1", "events": [FACT]}).encode()
    good = distillery.signed(raw)
    old = distillery.signed(raw, str(int(time.time()) - 400))
    for headers in (
        good | {"X-Distillery-ID": other.id},
        good | {"X-Distillery-ID": "nobody"},
        good | {"X-Distillery-Timestamp": str(int(good["X-Distillery-Timestamp"]) + 1)},
        good | {"X-Distillery-Signature": "?"},
        good | {"X-Distillery-Signature": other.signed(raw)["X-Distillery-Signature"]},
        good | {"X-Distillery-Signature": ""},
        good | {"X-Distillery-Timestamp": "now"},
        old,
    ):
        assert post(raw, headers).status_code == 401
    assert post(raw + b" ", good).status_code == 401
    assert listed(plain) == []
    assert post(raw, good).status_code == 202


def test_a_batch_signed_with_another_key_is_refused(ask: Ask) -> None:
    one, other = Distillery(ask), Distillery(ask)
    with pytest.raises(muxi.AuthenticationError):
        one.submit(FACT, key=other.key)
    assert listed(ask) == []


def test_a_revoked_distillery_is_gone(ask: Ask) -> None:
    distillery = Distillery(ask)
    first = ask(lambda f: f.memory.distilleries.revoke(distillery.id))
    assert (first.status, first.revoked_at is not None) == ("revoked", True)
    assert ask(lambda f: f.memory.distilleries.revoke(distillery.id)) == first
    assert list(ask(lambda f: f.memory.distilleries.list())) == [first]
    with pytest.raises(muxi.MuxiError) as caught:
        distillery.submit(FACT)
    assert (caught.value.status_code, caught.value.code) == (410, "GONE")
    with pytest.raises(muxi.NotFoundError):
        ask(lambda f: f.memory.distilleries.revoke("none"))


def test_events_outside_the_contract_are_rejected_one_by_one(
    distillery: Distillery, post: Post
) -> None:
    events = [
        FACT | {"surprise": 1},
        FACT | {"user_id": None},
        FACT | {"event_type": "artifact.saved"},
        FACT | {"source_confidence": 2},
        FACT | {"payload": {"memory": "x"}},
        FACT | {"occurred_at": "yesterday"},
        "no event",
        FACT,
    ]
    raw = json.dumps({"batch_id": "b1", "events": events}).encode()
    answer = post(raw, distillery.signed(raw))
    assert answer.status_code == 202
    assert rejected(m.Distillation.model_validate(answer.json()["data"])) == [*range(7)]


@pytest.mark.parametrize(
    ("users", "outside"), [(["bob"], [0]), ("pattern:a*", [1]), ("bob", [0]), ("all", [])]
)
def test_a_scope_names_its_users(ask: Ask, users: object, outside: list[int]) -> None:
    answer = Distillery(ask, scope={"user_ids": users}).submit(FACT, TURN)
    assert rejected(answer) == outside


def test_a_scope_limits_kinds_batches_and_days(ask: Ask) -> None:
    scope = {"event_types": ["log.entry"], "max_batch_size": 2, "max_events_per_day": 1}
    distillery = Distillery(ask, scope=scope)
    with pytest.raises(muxi.ValidationError, match="2 are the most"):
        distillery.submit(FACT, ENTRY, TURN)
    assert rejected(distillery.submit(FACT, ENTRY)) == [0]
    with pytest.raises(muxi.RateLimitError) as caught:
        distillery.submit(ENTRY | {"source_id": "day-2"})
    assert caught.value.code == "RATE_LIMITED"
    assert distillery.submit(ENTRY).duplicates == 1


def test_how_far_a_distillery_is_trusted(ask: Ask) -> None:
    for trust, confidence in (("provisional", 0.7), ("verified", 0.9)):
        event = FACT | {"source_id": trust, "source_confidence": 0.9}
        taken = Distillery(ask, trust_level=trust).submit(event)
        [item] = ask(
            lambda f, t=taken: f.distilled.get_status(t.processing_id), client_key=None
        ).items
        origin = ask(lambda f, i=item: f.memories.get_event_provenance(i.event_id))
        assert origin.event.effective_confidence == confidence


def test_batches_that_are_none(distillery: Distillery, post: Post) -> None:
    for batch, status in (
        (b"{", 400),
        (b'{"batch_id": "b1", "events": []}', 422),
        (json.dumps(MODELLESS).encode(), 422),
    ):
        assert post(batch, distillery.signed(batch)).status_code == status


def test_registrations_that_are_none(emulator: Emulator, ask: Ask) -> None:
    zero = base64.b64encode(bytes(32)).decode()
    for name, key in (
        ("x", "ed25519:?"),
        ("x", base64.b64encode(b"short").decode()),
        (" ", zero),
    ):
        with pytest.raises(muxi.ValidationError) as caught:
            ask(lambda f, n=name, k=key: f.memory.distilleries.register(n, public_key=k))
        assert caught.value.status_code == 422
    body = {"name": "x", "public_key": zero, "trust_level": "much"}
    raw = RawHttp(emulator)
    refused = raw.ask("POST", "/memory/distilleries", json=body, headers=raw.admin)
    assert refused.status_code == 422


def test_distilleries_have_to_be_enabled(client_kind: ClientKind) -> None:
    with Emulator(manifest={}) as running:

        def ask(use: Any) -> Any:
            return call_sdk(client_kind, running, use, max_retries=0)

        distillery_id, key = "d", base64.b64encode(bytes(32)).decode()
        batch = {"batch_id": "b1", "events": [FACT]}
        for use in (
            lambda f: f.memory.distilleries.list(),
            lambda f: f.distilled.submit(batch, distillery_id=distillery_id, private_key=key),
        ):
            with pytest.raises(muxi.UnavailableError):
                ask(use)
