"""`webhook()`: a dependency that verifies what a formation sends."""

from __future__ import annotations

import json

import pytest
from fastapi import Depends, FastAPI
from fastapi.testclient import TestClient
from pydantic import SecretStr

from muxi import webhooks
from muxi.fastapi import install_error_handlers, webhook
from muxi.models.formation import WebhookEvent

ADMIN, CLIENT = "the admin key", "the client key"
ESCALATION = {"request_id": "r", "state": "achieved", "attempts": 1, "timestamp": 1.5}
COMPLETION = {
    "id": "r",
    "object": "response",
    "status": "completed",
    "timestamp": 1,
    "formation_id": "f",
    "response": [{"type": "text", "text": "Done"}],
}


def receiver(*keys: str | SecretStr, tolerance: float = 300.0) -> TestClient:
    app = FastAPI()
    install_error_handlers(app)
    dependency = Depends(webhook(*keys, tolerance=tolerance))

    async def hook(event: WebhookEvent = dependency) -> str:
        return f"{type(event).__name__} {event.dedupe_key}"

    app.post("/hook")(hook)
    return TestClient(app)


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MUXI_ADMIN_KEY", ADMIN)
    monkeypatch.setenv("MUXI_CLIENT_KEY", CLIENT)


def deliver(to: TestClient, event: object, key: str, timestamp: float | None = None) -> object:
    body = event if isinstance(event, bytes) else json.dumps(event).encode()
    signature = webhooks.sign(body, key, timestamp=timestamp)
    response = to.post("/hook", content=body, headers={"X-Muxi-Signature": signature})
    return response.json() if response.status_code == 200 else response.status_code


@pytest.mark.parametrize(
    ("event", "key", "shown"),
    [
        (COMPLETION, ADMIN, "WebhookCompletion r:completed"),
        (ESCALATION, CLIENT, "WebhookEscalation r:achieved"),
    ],
)
def test_the_event_has_its_type(keys: None, event: object, key: str, shown: str) -> None:
    assert deliver(receiver(), event, key) == shown


def test_wrong_signatures_are_401(keys: None) -> None:
    app = receiver()
    assert deliver(app, COMPLETION, "another key") == 401
    assert deliver(app, COMPLETION, ADMIN, timestamp=1) == 401
    unsigned = app.post("/hook", json=COMPLETION)
    assert unsigned.status_code == 401
    assert "no signature" in unsigned.json()["detail"]


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"object": "response"}', b"\xff"])
def test_a_signed_body_that_is_no_event_is_400(keys: None, body: bytes) -> None:
    assert deliver(receiver(), body, ADMIN) == 400


def test_keys_that_are_given_replace_those_of_the_environment(keys: None) -> None:
    app = receiver("old", SecretStr("new"), tolerance=float("inf"))
    found = [deliver(app, COMPLETION, key, timestamp=1) for key in ("old", "new", ADMIN)]
    assert found == ["WebhookCompletion r:completed"] * 2 + [401]


def test_without_a_key_nothing_is_accepted() -> None:
    app = receiver()
    assert deliver(app, COMPLETION, "any") == 500
    assert app.post("/hook", json=COMPLETION).json()["code"] == "misconfigured"
