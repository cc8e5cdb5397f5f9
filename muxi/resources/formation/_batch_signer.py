"""Signs distilled batches (contract B9)."""

from __future__ import annotations

import base64
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ...errors import ConfigurationError, ValidationError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from ...models.formation import SecretValue


@dataclass(frozen=True)
class BatchSigner:
    """Signs request bodies for a distillery, with the time of each attempt."""

    distillery_id: str
    key: Ed25519PrivateKey = field(repr=False)

    def __call__(self, body: bytes) -> dict[str, str]:
        """Return the signature headers for a body."""
        timestamp = str(int(time.time()))
        named = [b"muxi-distillery-v1", timestamp.encode(), self.distillery_id.encode()]
        return {
            "X-Distillery-ID": self.distillery_id,
            "X-Distillery-Timestamp": timestamp,
            "X-Distillery-Signature": base64.b64encode(
                self.key.sign(b"\n".join([*named, body]))
            ).decode(),
        }


def load_private_key(given: SecretValue) -> Ed25519PrivateKey:
    """Read an Ed25519 key in PEM, or in base64 of DER or of its 32 raw bytes.

    Raises:
        ConfigurationError: The package `cryptography` isn't installed.
        ValidationError: The value isn't such a key. The message doesn't contain the value.
    """
    try:
        from cryptography.exceptions import UnsupportedAlgorithm
        from cryptography.hazmat.primitives import serialization
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    except ImportError:
        raise ConfigurationError(
            "Signing distilled batches needs the package cryptography: "
            "pip install 'muxi-client[distillery]'."
        ) from None
    key: object = None
    try:
        text = given if isinstance(given, str) else given.get_secret_value()
        if "-----BEGIN" in text:
            key = serialization.load_pem_private_key(text.encode(), None)
        else:
            raw = base64.b64decode(text.strip().removeprefix("ed25519:"), validate=True)
            load = Ed25519PrivateKey.from_private_bytes
            key = load(raw) if len(raw) == 32 else serialization.load_der_private_key(raw, None)
    except (ValueError, TypeError, AttributeError, UnsupportedAlgorithm):
        pass
    if isinstance(key, Ed25519PrivateKey):
        return key
    raise ValidationError(
        "private_key isn't an Ed25519 private key: pass PEM without a password, or base64 of DER "
        "or of the 32 raw bytes."
    )
