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

from muxi import (
    InvalidResponseError,
    MuxiError,
    ValidationError,
    WebhookSignatureError,
    webhooks,
)
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


def signed(body: bytes, key: str, moment: float | None = None) -> str:
    """Sign exactly these bytes, in this file's own words."""
    seconds = str(int(time.time() if moment is None else moment))
    digest = hmac.new(key.encode(), seconds.encode() + b"." + body, hashlib.sha256).hexdigest()
    return f"t={seconds},v1={digest}"


def compact(data: object) -> bytes:
    """What the runtime signs, for data without floats of many digits."""
    return json.dumps(data, separators=(",", ":"), sort_keys=True, ensure_ascii=False).encode()


def delivered(kind: type[object]) -> pytest.MarkDecorator:
    """Run a test with each recorded webhook of a kind."""
    files = [file for file in DELIVERED if type(webhooks.parse(load(file)[0])) is kind]
    return pytest.mark.parametrize("file", files, ids=lambda file: file.stem)


@pytest.mark.parametrize("file", DELIVERED, ids=lambda file: file.stem)
def test_delivered_webhooks_have_no_unknown_fields(file: Path) -> None:
    assert not webhooks.parse(load(file)[0]).model_extra


@delivered(m.WebhookNotification)
def test_delivered_notifications(file: Path) -> None:
    body, signature = load(file)
    wire = json.loads(body)
    event = webhooks.parse(body)
    assert isinstance(event, m.WebhookNotification)
    assert signature is None
    assert event.text == wire["response"][0]["text"]
    assert event.timestamp == datetime.fromisoformat(wire["timestamp"])


@delivered(m.WebhookEscalation)
def test_delivered_escalations(file: Path) -> None:
    """Neither key of the recorded formation signed them."""
    body, _ = load(file)
    wire = json.loads(body)
    event = webhooks.parse(body)
    assert isinstance(event, m.WebhookEscalation)
    assert (event.state, event.attempts) == (wire["state"], wire["attempts"])


@delivered(m.WebhookCompletion)
def test_delivered_completions(file: Path) -> None:
    body, signature = load(file)
    wire = json.loads(body)
    event = webhooks.parse(body)
    assert isinstance(event, m.WebhookCompletion)
    assert event.timestamp == datetime.fromtimestamp(wire["timestamp"] / 1000, timezone.utc)
    assert event.text == "".join(part["text"] for part in wire["response"])
    assert (event.status == "failed") is (event.error is not None)
    webhooks.verify(body, signature, SecretStr(ADMIN_KEY), tolerance=AGES)
    with pytest.raises(WebhookSignatureError, match="not signed with this key"):
        webhooks.verify(body, signature, CLIENT_KEY, tolerance=AGES)
    with pytest.raises(WebhookSignatureError, match="changed"):
        webhooks.verify(body.replace(b"lab", b"lob"), signature, ADMIN_KEY, tolerance=AGES)


def test_there_are_all_kinds_of_deliveries() -> None:
    kinds = {type(webhooks.parse(load(file)[0])) for file in DELIVERED}
    assert kinds == {m.WebhookCompletion, m.WebhookEscalation, m.WebhookNotification}


def test_a_clarification() -> None:
    said = {"request_id": "r", "status": "awaiting_clarification", "timestamp": 1795326360.5}
    event = webhooks.parse(json.dumps({**said, "clarification_question": "Which one?"}))
    assert isinstance(event, m.WebhookClarification)
    assert (event.request_id, event.clarification_question) == ("r", "Which one?")
    assert event.text == "Which one?"


def test_an_escalation_is_signed_with_the_client_key_over_the_body_itself() -> None:
    body = compact(ESCALATED)
    webhooks.verify(body, signed(body, CLIENT_KEY), [ADMIN_KEY, CLIENT_KEY])
    event = webhooks.parse(body)
    assert isinstance(event, m.WebhookEscalation)
    assert (event.request_id, event.state, event.result) == ("req_1", "achieved", "It went well")
    assert event.text == "It went well"
    assert event.model_copy(update={"result": None}).text == ""


@pytest.mark.parametrize(
    ("number", "printed"),
    [
        ("2.29e-05", "0.0000229"),
        ("9.5e-07", "9.5e-7"),
        ("0.00012", "0.00012"),
        ("0.4566216468811035", "0.4566216468811035"),
        ("1e+16", "1e16"),
        ("-3e-05", "-0.00003"),
    ],
)
def test_numbers_are_signed_as_the_runtime_prints_them(number: str, printed: str) -> None:
    body = f'{{"object": "response", "processing_time": {number}}}'.encode()
    wanted = f'{{"object":"response","processing_time":{printed}}}'.encode()
    webhooks.verify(body, signed(wanted, ADMIN_KEY), ADMIN_KEY)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner)
    ),
)


@given(VALUES, st.booleans())
def test_any_encoding_of_the_signed_data_is_genuine(data: Any, spaced: bool) -> None:
    body = json.dumps(data, indent=1 if spaced else None).encode()
    webhooks.verify(body, signed(compact(data), ADMIN_KEY), ADMIN_KEY)


@pytest.mark.parametrize("signature", [None, "", "t=1", "v1=ab", "t=x,v1=" + "a" * 64, "t=1,v1=é"])
def test_what_is_no_signature_is_refused(signature: str | None) -> None:
    with pytest.raises(WebhookSignatureError, match="no signature"):
        webhooks.verify(b"{}", signature, ADMIN_KEY)


@pytest.mark.parametrize("age", [301, -301, 10**9])
def test_a_signature_that_is_too_old_or_too_new_is_refused(age: int) -> None:
    signature = signed(b"{}", ADMIN_KEY, time.time() - age)
    with pytest.raises(WebhookSignatureError, match="over 300 s"):
        webhooks.verify(b"{}", signature, ADMIN_KEY)


@pytest.mark.parametrize("keys", [(), ("",), (CLIENT_KEY,)])
def test_other_keys_and_none_are_refused(keys: tuple[str, ...]) -> None:
    with pytest.raises(WebhookSignatureError, match="not signed with this key"):
        webhooks.verify(b"{}", signed(b"{}", "" if keys == ("",) else ADMIN_KEY), keys)


@pytest.mark.parametrize("body", [b"", b"\xff", b"[", b'{"object": "response"}', b"[1]"])
def test_what_is_no_webhook_is_an_error(body: bytes) -> None:
    with pytest.raises(InvalidResponseError, match="The webhook"):
        webhooks.parse(body)


def test_unknown_webhooks_are_kept() -> None:
    event = webhooks.parse(b'{"channel": "C1", "text": "Ping"}')
    assert isinstance(event, m.UnknownWebhook)
    assert event.model_extra == {"channel": "C1", "text": "Ping"}


COMPLETION = {
    "id": "req_1",
    "object": "response",
    "status": "completed",
    "timestamp": 1795326360123,
    "formation_id": "f",
    "response": [{"type": "text", "text": "Grüße"}],
}


@pytest.mark.parametrize("name", ["X-Muxi-Signature", "x-muxi-signature", "X-MUXI-SIGNATURE"])
@pytest.mark.parametrize("as_text", [True, False])
def test_unwrap_verifies_and_parses(name: str, as_text: bool) -> None:
    body = json.dumps(COMPLETION)
    headers = {"Content-Type": "application/json", name: signed(compact(COMPLETION), ADMIN_KEY)}
    event = webhooks.unwrap(body if as_text else body.encode(), headers, ADMIN_KEY)
    assert isinstance(event, m.WebhookCompletion)
    assert event.text == "Grüße"


@pytest.mark.parametrize(
    "keys", [[ADMIN_KEY], (CLIENT_KEY, SecretStr(ADMIN_KEY)), SecretStr(ADMIN_KEY), {ADMIN_KEY: 1}]
)
def test_unwrap_takes_a_key_or_several(keys: Any) -> None:
    headers = {"X-Muxi-Signature": signed(compact(COMPLETION), ADMIN_KEY)}
    event = webhooks.unwrap(json.dumps(COMPLETION), headers, keys)
    assert event.dedupe_key == "req_1:completed"


@pytest.mark.parametrize("keys", [CLIENT_KEY, [], [""], "", [CLIENT_KEY, "other"]])
def test_unwrap_refuses_what_is_not_signed_with_a_key(keys: Any) -> None:
    for key in (ADMIN_KEY, ""):
        headers = {"X-Muxi-Signature": signed(compact(COMPLETION), key)}
        with pytest.raises(WebhookSignatureError, match="not signed with this key"):
            webhooks.unwrap(json.dumps(COMPLETION), headers, keys)


def test_unwrap_refuses_what_is_not_signed_or_old() -> None:
    with pytest.raises(WebhookSignatureError, match="no signature"):
        webhooks.unwrap(json.dumps(COMPLETION), {"Content-Type": "x"}, ADMIN_KEY)
    old = {"X-Muxi-Signature": signed(compact(COMPLETION), ADMIN_KEY, time.time() - 20)}
    with pytest.raises(WebhookSignatureError, match="over 10 s"):
        webhooks.unwrap(json.dumps(COMPLETION), old, ADMIN_KEY, tolerance=10)
    assert webhooks.unwrap(json.dumps(COMPLETION), old, ADMIN_KEY, tolerance=30).dedupe_key


def test_a_signature_error_is_no_error_of_an_api_call() -> None:
    kinds = [kind for kind in WebhookSignatureError.__mro__ if issubclass(kind, MuxiError)]
    assert kinds == [WebhookSignatureError, MuxiError]


@pytest.mark.parametrize("body", [b"", b"\xff", b"[", "[" * 100_000, "9" * 5000, '"\ud800"'])
def test_what_is_not_json_is_refused_by_its_signature(body: bytes | str) -> None:
    with pytest.raises(WebhookSignatureError, match="not signed with this key"):
        webhooks.verify(body, signed(b"{}", ADMIN_KEY), ADMIN_KEY)
    with pytest.raises(InvalidResponseError, match="The webhook"):
        webhooks.parse(body)


def test_a_body_of_another_type_is_refused_by_name() -> None:
    for use in (
        lambda body: webhooks.unwrap(body, {}, ADMIN_KEY),
        lambda body: webhooks.verify(body, None, ADMIN_KEY),
        lambda body: webhooks.sign(body, ADMIN_KEY),
        webhooks.parse,
    ):
        with pytest.raises(ValidationError, match="bytes or text, not dict"):
            use(COMPLETION)


@pytest.mark.parametrize("tolerance", [-1, float("nan")])
def test_a_tolerance_that_can_not_be_is_refused(tolerance: float) -> None:
    """With NaN every age would pass."""
    with pytest.raises(ValidationError, match="tolerance must be 0 or more"):
        webhooks.verify(b"{}", signed(b"{}", ADMIN_KEY), ADMIN_KEY, tolerance=tolerance)


def test_the_first_fault_of_a_webhook_is_named() -> None:
    with pytest.raises(InvalidResponseError, match="model: id: Field required"):
        webhooks.parse(json.dumps({"object": "response"}))


@given(VALUES)
def test_what_sign_makes_is_what_the_runtime_makes(data: Any) -> None:
    moment = time.time()
    for body in (json.dumps(data), json.dumps(data, indent=1).encode()):
        made = webhooks.sign(body, SecretStr(ADMIN_KEY), timestamp=moment)
        assert made == signed(compact(data), ADMIN_KEY, moment)
    webhooks.verify(json.dumps(data), webhooks.sign(json.dumps(data), ADMIN_KEY), ADMIN_KEY)


def test_nothing_is_signed_with_an_empty_key() -> None:
    with pytest.raises(ValidationError, match="key to sign with is empty"):
        webhooks.sign("{}", "")


def test_deliveries_of_one_event_have_one_key() -> None:
    question = {
        "request_id": "r",
        "status": "awaiting_clarification",
        "clarification_question": "Which?",
        "timestamp": 1795326360.5,
    }
    notification = {
        "request_id": "n",
        "formation_id": "f",
        "type": "notification",
        "source": "api",
        "response": [],
        "timestamp": "2026-11-22T06:21:00+02:00",
    }
    events = [
        COMPLETION,
        {**COMPLETION, "status": "failed"},
        {**COMPLETION, "id": "req_2"},
        question,
        {**question, "timestamp": 1795326390.5},
        ESCALATED,
        {**ESCALATED, "state": "stuck"},
        notification,
        {"channel": "C1"},
        {"channel": "C2"},
    ]
    keys = [webhooks.parse(json.dumps(event)).dedupe_key for event in events]
    assert keys == [webhooks.parse(json.dumps(event, indent=2)).dedupe_key for event in events]
    assert len(set(keys)) == len(events)
