"""Registered distilleries: their keys, their scopes and the rest of today's quota."""

from __future__ import annotations

import base64
import binascii
from collections import Counter
from collections.abc import Mapping
from importlib.util import find_spec

from .envelopes import naive_now, nano_id
from .manifest import block_of

EVENT_TYPES = ("fact.extracted", "log.entry", "interaction.turn")

_DER = bytes.fromhex("302a300506032b6570032100")
"""The DER bytes before the 32 bytes of an Ed25519 key."""

_SCOPE: dict[str, object] = {
    "user_ids": "all",
    "event_types": [*EVENT_TYPES],
    "max_events_per_day": 1_000_000,
    "max_batch_size": 10_000,
}


class Distilleries:
    """The distilleries of a formation."""

    def __init__(self, formation_id: str) -> None:
        self._formation_id = formation_id
        self._known: dict[str, dict[str, object]] = {}
        self._sent: Counter[tuple[str, str]] = Counter()

    def add(
        self,
        name: str,
        public_key: str,
        description: str | None,
        scope: Mapping[str, object],
        trust_level: str,
    ) -> dict[str, object]:
        """Register a distillery.

        Raises:
            ValueError: The key isn't an Ed25519 key.
        """
        raw_key(public_key)
        distillery_id = nano_id()
        self._known[distillery_id] = {
            "id": len(self._known) + 1,
            "distillery_id": distillery_id,
            "formation_id": self._formation_id,
            "name": name.strip(),
            "description": description,
            "public_key": public_key.strip(),
            "scope": {**_SCOPE, **scope},
            "trust_level": trust_level,
            "status": "active",
            "created_at": naive_now(),
            "revoked_at": None,
        }
        return self._known[distillery_id]

    def get(self, distillery_id: str) -> dict[str, object] | None:
        """Return a distillery, revoked or not, or None."""
        return self._known.get(distillery_id)

    def all(self) -> list[dict[str, object]]:
        """Return all distilleries, the newest first."""
        return [*self._known.values()][::-1]

    def revoke(self, distillery_id: str) -> dict[str, object] | None:
        """Revoke a distillery. A second call changes nothing."""
        found = self._known.get(distillery_id)
        if found is not None and found["status"] == "active":
            found.update(status="revoked", revoked_at=naive_now())
        return found

    def allow(self, distillery: Mapping[str, object], count: int) -> bool:
        """Take `count` events from today's quota. Return False and take none if they don't fit."""
        day = (str(distillery["distillery_id"]), naive_now()[:10])
        if self._sent[day] + count > limit_of(distillery, "max_events_per_day"):
            return False
        self._sent[day] += count
        return True


def limit_of(distillery: Mapping[str, object], name: str) -> int:
    """Return one of the limits in a distillery's scope."""
    return int(str(block_of(distillery, "scope")[name]))


def raw_key(public_key: str) -> bytes:
    """Return the 32 bytes of a key that is given raw or in DER.

    Raises:
        ValueError: It isn't an Ed25519 key.
    """
    text = public_key.strip()
    text = text[8:] if text.lower().startswith("ed25519:") else text
    try:
        raw = base64.b64decode(text, validate=True)
    except binascii.Error as problem:
        raise ValueError(f"public_key is not valid base64: {problem}") from None
    raw = raw.removeprefix(_DER) if len(raw) > 32 else raw
    if len(raw) != 32:
        raise ValueError("public_key is not a DER-encoded public key: it is no Ed25519 key")
    return raw


def is_signed(public_key: str, signature: str, message: bytes) -> bool:
    """Return whether a signature is valid. Without `cryptography`, only its form is checked."""
    try:
        signed = base64.b64decode(signature, validate=True)
    except binascii.Error:
        return False
    if find_spec("cryptography") is None:
        return len(signed) == 64
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(raw_key(public_key)).verify(signed, message)
    except InvalidSignature:
        return False
    return True
