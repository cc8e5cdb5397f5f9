"""Webhooks that the real runtime delivered, and forged ones."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from muxi import AuthenticationError, InvalidResponseError, webhooks
from muxi.models import formation as m

ADMIN_KEY = "fma_lab_admin_0123456789abcdef"
CLIENT_KEY = "fmc_lab_client_0123456789abcdef"
DELIVERED = sorted((Path(__file__).parent / "support" / "webhooks").glob("*.json"))
AGES = 10**12
"""Seconds of tolerance: the recordings are old."""

ESCALATED = {
    "attempts": 2,
    "request_id": "req_1",
    "result": "It went well",
    "state": "achieved",
    "timestamp": 1795326360.8551414,
}


def load(file: Path) -> tuple[bytes, str | None]:
    request = json.loads(file.read_text())["request"]
    return request["body"].encode(), request["headers"].get("X-Muxi-Signature")


def sign(body: bytes, key: str, moment: float | None = None) -> str:
    seconds = str(int(time.time() if moment is None else moment))
    digest = hmac.new(key.encode(), seconds.encode() + b"." + body, hashlib.sha256).hexdigest()
    return f"t={seconds},v1={digest}"


def compact(data: object) -> bytes:
    """What the runtime signs, for data without floats of many digits."""
    return json.dumps(data, separators=(",", ":"), sort_keys=True, ensure_ascii=False).encode()


@pytest.mark.parametrize("file", DELIVERED, ids=lambda file: file.stem)
def test_what_was_delivered(file: Path) -> None:
    body, signature = load(file)
    wire = json.loads(body)
    event = webhooks.parse(body)
    assert not isinstance(event, m.UnknownWebhook)
    assert not event.model_extra
    if isinstance(event, m.WebhookNotification):
        assert signature is None
        assert event.text == wire["response"][0]["text"]
        assert event.timestamp == datetime.fromisoformat(wire["timestamp"])
        return
    if isinstance(event, m.WebhookEscalation):
        # Neither key of the recorded formation signed this one.
        assert (event.state, event.attempts) == (wire["state"], wire["attempts"])
        return
    assert isinstance(event, m.WebhookCompletion)
    assert event.timestamp == datetime.fromtimestamp(wire["timestamp"] / 1000, timezone.utc)
    assert event.text == "".join(part["text"] for part in wire["response"])
    assert (event.status == "failed") is (event.error is not None)
    webhooks.verify(body, signature, SecretStr(ADMIN_KEY), tolerance=AGES)
    with pytest.raises(AuthenticationError, match="not signed with this key"):
        webhooks.verify(body, signature, CLIENT_KEY, tolerance=AGES)
    with pytest.raises(AuthenticationError, match="changed"):
        webhooks.verify(body.replace(b"lab", b"lob"), signature, ADMIN_KEY, tolerance=AGES)


def test_there_are_all_kinds_of_deliveries() -> None:
    kinds = {type(webhooks.parse(load(file)[0])) for file in DELIVERED}
    assert kinds == {m.WebhookCompletion, m.WebhookEscalation, m.WebhookNotification}


def test_a_clarification() -> None:
    said = {"request_id": "r", "status": "awaiting_clarification", "timestamp": 1795326360.5}
    event = webhooks.parse(json.dumps({**said, "clarification_question": "Which one?"}))
    assert isinstance(event, m.WebhookClarification)
    assert (event.request_id, event.clarification_question) == ("r", "Which one?")


def test_an_escalation_is_signed_with_the_client_key_over_the_body_itself() -> None:
    body = compact(ESCALATED)
    webhooks.verify(body, sign(body, CLIENT_KEY), ADMIN_KEY, CLIENT_KEY)
    event = webhooks.parse(body)
    assert isinstance(event, m.WebhookEscalation)
    assert (event.request_id, event.state, event.result) == ("req_1", "achieved", "It went well")


@pytest.mark.parametrize(
    ("number", "signed"),
    [
        ("2.29e-05", "0.0000229"),
        ("9.5e-07", "9.5e-7"),
        ("0.00012", "0.00012"),
        ("0.4566216468811035", "0.4566216468811035"),
        ("1e+16", "1e16"),
        ("-3e-05", "-0.00003"),
    ],
)
def test_numbers_are_signed_as_the_runtime_prints_them(number: str, signed: str) -> None:
    body = f'{{"object": "response", "processing_time": {number}}}'.encode()
    wanted = f'{{"object":"response","processing_time":{signed}}}'.encode()
    webhooks.verify(body, sign(wanted, ADMIN_KEY), ADMIN_KEY)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner)
    ),
)


@given(VALUES, st.booleans())
def test_any_encoding_of_the_signed_data_is_genuine(data: Any, spaced: bool) -> None:
    body = json.dumps(data, indent=1 if spaced else None).encode()
    webhooks.verify(body, sign(compact(data), ADMIN_KEY), ADMIN_KEY)


@pytest.mark.parametrize("signature", [None, "", "t=1", "v1=ab", "t=x,v1=" + "a" * 64, "t=1,v1=é"])
def test_what_is_no_signature_is_refused(signature: str | None) -> None:
    with pytest.raises(AuthenticationError, match="no signature"):
        webhooks.verify(b"{}", signature, ADMIN_KEY)


@pytest.mark.parametrize("age", [301, -301, 10**9])
def test_an_old_signature_is_refused(age: int) -> None:
    signature = sign(b"{}", ADMIN_KEY, time.time() - age)
    with pytest.raises(AuthenticationError, match="over 300 s"):
        webhooks.verify(b"{}", signature, ADMIN_KEY)


@pytest.mark.parametrize("keys", [(), ("",), (CLIENT_KEY,)])
def test_other_keys_and_none_are_refused(keys: tuple[str, ...]) -> None:
    with pytest.raises(AuthenticationError, match="not signed with this key"):
        webhooks.verify(b"{}", sign(b"{}", "" if keys == ("",) else ADMIN_KEY), *keys)


@pytest.mark.parametrize("body", [b"", b"\xff", b"[", b'{"object": "response"}', b"[1]"])
def test_what_is_no_webhook_is_an_error(body: bytes) -> None:
    with pytest.raises(InvalidResponseError, match="The webhook"):
        webhooks.parse(body)


def test_unknown_webhooks_are_kept() -> None:
    event = webhooks.parse(b'{"channel": "C1", "text": "Ping"}')
    assert isinstance(event, m.UnknownWebhook)
    assert event.model_extra == {"channel": "C1", "text": "Ping"}
