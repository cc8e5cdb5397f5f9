"""Distilled batches: their signature, as the server checks it."""

from __future__ import annotations

import base64
import sys
import time
from types import SimpleNamespace
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

import muxi
from muxi.models import formation as m
from muxi.resources.formation import Distilled, _batch_signer

from ...support.clients import ADMIN_KEY, CLIENT_KEY, ClientKind
from ...support.endpoint_calls.memory import PRIVATE_KEY
from ...support.fake_server import FAST, FakeServer, Received, envelope, failure

pytestmark = pytest.mark.thorough("asyncio", "trio")

# RFC 8032, 7.1, test 1
PUBLIC_KEY = bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
KEY = Ed25519PrivateKey.from_private_bytes(base64.b64decode(PRIVATE_KEY))
EVENT = {
    "event_type": "fact.extracted",
    "source_id": "crm:1",
    "user_id": "alice",
    "payload": {"memory": "Alice likes café", "collection": "context"},
}
BATCH = {"batch_id": "b1", "events": [EVENT]}
DONE = envelope(
    {"batch_id": "b1", "accepted": 1, "duplicates": 0, "rejected": 0, "rejections": []}
    | {"processing_id": "dst_1", "status_url": "/v1/memories/distilled/dst_1"}
)


def submit(formation: Any, private_key: Any = PRIVATE_KEY) -> Any:
    return formation.distilled.submit(BATCH, distillery_id="d1", private_key=private_key)


def verify(received: Received, body: bytes | None = None, **changed: str) -> None:
    """What the server does: it knows the public key only."""
    headers = {**received.headers, **{f"x-distillery-{key}": one for key, one in changed.items()}}
    stamp, whose = headers["x-distillery-timestamp"], headers["x-distillery-id"]
    text = f"muxi-distillery-v1\n{stamp}\n{whose}\n".encode()
    signature = base64.b64decode(headers["x-distillery-signature"], validate=True)
    known = Ed25519PublicKey.from_public_bytes(PUBLIC_KEY)
    known.verify(signature, text + (received.body if body is None else body))


def test_a_batch_arrives_signed(client_kind: ClientKind) -> None:
    with FakeServer(DONE) as server:
        answer = client_kind.formation(server.url, submit)
    [received] = server.received
    assert received.json == BATCH
    verify(received)
    assert abs(int(received.headers["x-distillery-timestamp"]) - time.time()) < 300
    assert received.headers["x-muxi-client-key"] == CLIENT_KEY
    assert "x-muxi-user-id" not in received.headers
    assert (answer.accepted, answer.processing_id) == (1, "dst_1")


@pytest.mark.parametrize(
    "tampered",
    [
        {"body": b'{"batch_id":"b2","events":[]}'},
        {"id": "d2"},
        {"timestamp": "1"},
        {"signature": base64.b64encode(bytes(64)).decode()},
    ],
)
def test_what_is_tampered_with_is_found(client_kind: ClientKind, tampered: dict[str, Any]) -> None:
    with FakeServer(DONE) as server:
        client_kind.formation(server.url, submit)
    with pytest.raises(InvalidSignature):
        verify(server.received[0], **tampered)


def test_each_attempt_is_signed_with_its_own_time(
    client_kind: ClientKind, monkeypatch: pytest.MonkeyPatch
) -> None:
    moments = iter([1_800_000_000.2, 1_800_000_060.9])
    monkeypatch.setattr(_batch_signer, "time", SimpleNamespace(time=lambda: next(moments)))
    with FakeServer(failure(503, "SYSTEM_OVERLOAD"), DONE) as server:
        client_kind.formation(server.url, submit, retry=FAST)
    stamps = [one.headers["x-distillery-timestamp"] for one in server.received]
    assert stamps == ["1800000000", "1800000060"]
    for received in server.received:
        verify(received)


PEM = KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
DER = KEY.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


@pytest.mark.parametrize(
    "key",
    [
        PRIVATE_KEY,
        f"ed25519:{PRIVATE_KEY}",
        PEM,
        base64.b64encode(DER).decode(),
        SecretStr(PRIVATE_KEY),
    ],
    ids=["raw", "prefixed", "PEM", "DER", "secret"],
)
def test_keys_in_every_form(client_kind: ClientKind, key: Any) -> None:
    with FakeServer(DONE) as server:
        client_kind.formation(server.url, lambda f: submit(f, key))
    verify(server.received[0])


LOCKED = KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"x"))
OTHER = X25519PrivateKey.from_private_bytes(bytes(32))
OTHERS = OTHER.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def refused(key: str) -> str:
    with pytest.raises(muxi.ValidationError, match="isn't an Ed25519 private key") as caught:
        Distilled.submit.build(BATCH, distillery_id="d1", private_key=key)
    assert caught.value.__cause__ is None
    return str(caught.value)


@pytest.mark.parametrize("key", [LOCKED.decode(), OTHERS.decode(), "", "é", "-----BEGIN"])
def test_other_keys_are_refused(key: str) -> None:
    assert "x25519" not in refused(key).lower()


@given(st.binary(max_size=80).filter(lambda raw: len(raw) != 32))
def test_the_error_does_not_show_the_key(raw: bytes) -> None:
    text = base64.b64encode(raw).decode()
    assert len(text) < 8 or text not in refused(text)


def test_a_call_does_not_show_its_key() -> None:
    call = Distilled.submit.build(BATCH, distillery_id="d1", private_key=PRIVATE_KEY)
    assert "d1" in repr(call)
    assert PRIVATE_KEY not in repr(call)
    assert "key=" not in repr(call.sign_body)


def test_without_the_extra_the_error_says_what_to_install(
    client_kind: ClientKind, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "cryptography"]:
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(muxi.ConfigurationError, match=r"pip install 'muxi-client\[distillery\]'"):
        client_kind.formation("http://muxi.test", submit)


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"events": []}, "at least 1"),
        ({"batch_id": ""}, "batch_id"),
        ({"embedding_mode": "all"}, "embedding_mode"),
        ({"events": [{**EVENT, "source_confidence": 1.1}]}, "source_confidence"),
        ({"events": [{**EVENT, "source_id": "x" * 256}]}, "source_id"),
        ({"events": [{**EVENT, "occurred_at": "2026-01-01T00:00:00"}]}, "occurred_at"),
        ({"events": [{**EVENT, "user": "bob"}]}, "user"),
    ],
)
def test_wrong_batches_are_refused_before_they_are_sent(fields: dict[str, Any], told: str) -> None:
    with pytest.raises(muxi.ValidationError, match=told) as caught:
        Distilled.submit.build({**BATCH, **fields}, distillery_id="d", private_key=PRIVATE_KEY)
    assert not caught.value.sent
    with pytest.raises(muxi.ValidationError, match="distillery_id"):
        Distilled.submit.build(BATCH, distillery_id="d\n", private_key=PRIVATE_KEY)


def test_the_state_is_asked_for_by_the_distillery(client_kind: ClientKind) -> None:
    with FakeServer(failure(403, "FORBIDDEN")) as server:
        with pytest.raises(muxi.AuthorizationError):
            client_kind.formation(
                server.url, lambda f: f.distilled.get_status("p", distillery_id="d1")
            )
        with pytest.raises(muxi.AuthorizationError):
            client_kind.formation(
                server.url, lambda f: f.distilled.get_status("p"), client_key=None
            )
    named, admin = server.received
    assert named.headers["x-distillery-id"] == "d1"
    assert named.headers["x-muxi-client-key"] == CLIENT_KEY
    assert "x-distillery-signature" not in named.headers
    assert "x-distillery-id" not in admin.headers
    assert admin.headers["x-muxi-admin-key"] == ADMIN_KEY


def test_a_revoked_distillery(client_kind: ClientKind) -> None:
    with FakeServer(failure(410, "GONE")) as server, pytest.raises(muxi.MuxiError) as caught:
        client_kind.formation(server.url, submit)
    assert (caught.value.status_code, caught.value.code) == (410, "GONE")


def test_the_state_of_a_batch() -> None:
    item = {"index": 0, "event_id": "e", "event_type": "log.entry", "user_id": "u"}
    status = m.DistillationStatus.model_validate(
        {"processing_id": "p", "status": "completed", "created_at": 1795326614.5}
        | {"completed_at": "2026-11-22T05:50:14Z", "batch_id": "b"}
        | {"items": [{**item, "disposition": "projected"}], "pre_computed_vectors_used": False}
        | {"counts": {"projected": 1, "recorded": 0, "failed": 0}}
    )
    assert status.is_terminal
    assert status.items is not None
    assert status.items[0].disposition == "projected"
