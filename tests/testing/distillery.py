"""A distillery for the emulator, and the events that it sends."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

FACT = {
    "event_type": "fact.extracted",
    "user_id": "alice",
    "source_id": "mail-1",
    "payload": {"memory": "Alice likes tea", "collection": "default"},
}
ENTRY = {
    "event_type": "log.entry",
    "user_id": "alice",
    "source_id": "day-1",
    "payload": {"date": "2026-01-02", "summary": "A quiet day", "decisions": ["tea"]},
}
TURN = {
    "event_type": "interaction.turn",
    "user_id": "bob",
    "source_id": "turn-1",
    "payload": {"user_message": "Hello"},
}


class Distillery:
    """A registered distillery with its private key."""

    def __init__(self, ask: Callable[..., Any], prefix: bytes = b"", **about: Any) -> None:
        self._ask = ask
        self.key = Ed25519PrivateKey.generate()
        public = base64.b64encode(prefix + self.key.public_key().public_bytes_raw()).decode()
        made = ask(
            lambda f: f.memory.distilleries.register(
                "cellar", public_key=f"ed25519:{public}", **about
            )
        )
        self.id = made.distillery_id

    def submit(self, *events: object, key: Ed25519PrivateKey | None = None) -> Any:
        batch = {"batch_id": "b1", "events": events}
        secret = base64.b64encode((key or self.key).private_bytes_raw()).decode()
        return self._ask(
            lambda f: f.distilled.submit(batch, distillery_id=self.id, private_key=secret)
        )

    def signed(self, raw: bytes, stamp: str | None = None) -> dict[str, str]:
        stamp = stamp or str(int(time.time()))
        message = f"muxi-distillery-v1\n{stamp}\n{self.id}\n".encode() + raw
        return {
            "X-Distillery-ID": self.id,
            "X-Distillery-Timestamp": stamp,
            "X-Distillery-Signature": base64.b64encode(self.key.sign(message)).decode(),
        }
