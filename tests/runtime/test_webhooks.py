"""The real runtime delivers a webhook, and the SDK verifies it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from muxi import FormationClient, WebhookSignatureError, webhooks
from muxi.models.formation import WebhookCompletion

from ..support.waiting import until
from .conftest import Runtime

Delivered = list[tuple[dict[str, str], bytes]]


@contextmanager
def receiver(port: int) -> Iterator[Delivered]:
    """What arrives at a port."""
    delivered: Delivered = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            delivered.append((dict(self.headers), body))
            self.send_response(204)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", port), Handler) as server:
        thread = Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield delivered
        server.shutdown()
        thread.join()


def test_a_delivered_webhook_is_verified(runtime: Runtime, user: str) -> None:
    with (
        receiver(runtime.hook_port) as delivered,
        FormationClient(url=runtime.url, client_key=runtime.client_key, user_id=user) as client,
    ):
        run = client.triggers.fire("hooked", {"title": "caf\u00e9 \u2028"})
        until(lambda: len(delivered) == 1)
    [(headers, body)] = delivered
    event = webhooks.unwrap(body, headers, [runtime.client_key, runtime.admin_key])
    assert isinstance(event, WebhookCompletion)
    assert (event.id, event.status) == (run.request_id, "completed")
    assert event.text
    with pytest.raises(WebhookSignatureError):
        webhooks.unwrap(body, headers, runtime.client_key)
    with pytest.raises(WebhookSignatureError):
        webhooks.unwrap(body.replace(b"completed", b"cancelled"), headers, runtime.admin_key)
