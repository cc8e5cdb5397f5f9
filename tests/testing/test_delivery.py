"""Webhooks, encoded and signed as the recorded ones."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timezone
from pathlib import Path

import anyio
import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.testclient import TestClient

from muxi import webhooks
from muxi.models.formation import (
    WebhookClarification,
    WebhookCompletion,
    WebhookEscalation,
    WebhookEvent,
)
from muxi.testing import Emulator
from muxi.testing.delivery import encode, headers_of

from ..support.emulated import formation_keys
from ..support.fake_server import Answer, FakeServer

RECORDED = sorted((Path(__file__).parents[1] / "support" / "webhooks").glob("*.json"))


@pytest.mark.parametrize("file", RECORDED, ids=lambda file: file.stem)
def test_events_are_encoded_as_the_runtime_does(file: Path) -> None:
    sent = json.loads(file.read_text())["request"]
    event = webhooks.parse(sent["body"])
    body = encode(event)
    # Times have microseconds in Python. One recorded time is more precise.
    assert body.decode() == sent["body"].replace("360.8551414", "360.855141")
    headers = headers_of(event, body, admin_key="admin", client_key="client")
    wanted = {"content-type", "x-muxi-signature", "x-muxi-timestamp"}
    assert headers.keys() == {name.lower() for name in sent["headers"]} & wanted


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with Emulator("desk") as running:
        yield running


def read(emulator: Emulator, body: bytes, headers: Mapping[str, str]) -> WebhookEvent:
    return webhooks.unwrap(body, headers, [*formation_keys(emulator).values()])


def test_a_text_is_the_reply_of_a_turn(emulator: Emulator) -> None:
    with FakeServer(Answer(503)) as receiver:
        url = f"{receiver.url}/hook"
        seen = emulator.deliver_webhook(url, "Café", request_id="req_1", user_id="alice")
    assert seen.status_code == 503
    [received] = receiver.received
    event = read(emulator, received.body, received.headers)
    assert isinstance(event, WebhookCompletion)
    assert (event.id, event.user_id, event.text) == ("req_1", "alice", "Café")
    assert (event.status, event.formation_id, event.webhook_url) == ("completed", "desk", url)


NOW = datetime(2026, 11, 26, tzinfo=timezone.utc)
EVENTS = [
    WebhookClarification(
        request_id="req_1",
        status="awaiting_clarification",
        clarification_question="Which one?",
        timestamp=NOW,
    ),
    WebhookEscalation(request_id="req_1", state="achieved", attempts=2, timestamp=NOW, result="OK"),
]


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: type(event).__name__)
def test_an_application_gets_events_without_a_socket(
    emulator: Emulator, event: WebhookEvent
) -> None:
    received: list[WebhookEvent] = []

    async def hook(request: Request) -> Response:
        received.append(read(emulator, await request.body(), request.headers))
        return Response(status_code=202)

    app = Starlette(routes=[Route("/hook", hook, methods=["POST"])])
    seen = emulator.deliver_webhook("/hook", event, client=TestClient(app))
    assert seen.status_code == 202

    async def deliver() -> int:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://app") as client:
            return (await emulator.deliver_webhook("/hook", event, client=client)).status_code

    assert anyio.run(deliver) == 202
    assert received == [event, event]
