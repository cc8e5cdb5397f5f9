"""Webhooks as the runtime sends them (contract A6.4, A6.5)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Protocol, TypeVar

from .. import webhooks
from ..models.formation import (
    ContentPart,
    WebhookClarification,
    WebhookCompletion,
    WebhookEscalation,
    WebhookEvent,
    WebhookNotification,
)
from .formation.envelopes import new_id

ResponseT = TypeVar("ResponseT")
_ResponseT = TypeVar("_ResponseT", covariant=True)


class Poster(Protocol[_ResponseT]):
    """An HTTP client, such as httpx's."""

    def post(self, url: str, /, *, content: bytes, headers: Mapping[str, str]) -> _ResponseT:
        """Send a request."""
        ...


def completion(
    text: str, *, formation_id: str, request_id: str | None, user_id: str | None, url: str
) -> WebhookCompletion:
    """Return the event of a turn that succeeded."""
    return WebhookCompletion(
        id=request_id or new_id("req"),
        status="completed",
        timestamp=datetime.now(timezone.utc),
        formation_id=formation_id,
        user_id=user_id,
        processing_time=0.5,
        processing_mode="async",
        webhook_url=url,
        response=[ContentPart(type="text", text=text)],
    )


def encode(event: WebhookEvent) -> bytes:
    """Return the body with which the runtime sends an event."""
    said = event.model_dump(mode="json")
    if isinstance(event, WebhookCompletion):
        said["timestamp"] = round(event.timestamp.timestamp() * 1000)
        said["response"] = _parts(event.response)
        return json.dumps(said).encode()
    if isinstance(event, WebhookClarification):
        return json.dumps(said | {"timestamp": event.timestamp.timestamp()}).encode()
    if isinstance(event, WebhookEscalation):
        said["timestamp"] = event.timestamp.timestamp()
        return _compact({key: value for key, value in said.items() if value is not None}, True)
    if isinstance(event, WebhookNotification):
        said |= {"response": _parts(event.response), "timestamp": event.timestamp.isoformat()}
        return _compact({key: value for key, value in said.items() if value is not None}, False)
    return json.dumps(said).encode()


def headers_of(
    event: WebhookEvent, body: bytes, *, admin_key: str, client_key: str
) -> dict[str, str]:
    """Return the headers with which the runtime sends an event. It doesn't sign each kind."""
    headers = {"content-type": "application/json"}
    if isinstance(event, WebhookCompletion | WebhookClarification | WebhookEscalation):
        key = client_key if isinstance(event, WebhookEscalation) else admin_key
        signature = webhooks.sign(body, key)
        headers["x-muxi-signature"] = signature
        headers["x-muxi-timestamp"] = signature.partition(",")[0].removeprefix("t=")
    return headers


def _parts(parts: list[ContentPart]) -> list[dict[str, object]]:
    return [part.model_dump(mode="json", exclude_none=True) for part in parts]


def _compact(said: dict[str, object], sort_keys: bool) -> bytes:
    text = json.dumps(said, ensure_ascii=False, separators=(",", ":"), sort_keys=sort_keys)
    return text.encode()
