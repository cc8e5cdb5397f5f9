"""Signs requests to the control plane."""

from __future__ import annotations

import base64
import hashlib
import hmac


def sign(secret_key: str, *, timestamp: int, method: str, path: str) -> str:
    """Return the signature of a control-plane request (contract server-api 2).

    Args:
        secret_key: The server's secret, `sk_` included.
        timestamp: Unix seconds, as sent beside the signature.
        method: In upper case.
        path: Decoded, without query and without the prefix of a reverse proxy.
    """
    text = f"{timestamp};{method};{path}"
    digest = hmac.new(secret_key.encode(), text.encode(), hashlib.sha256).digest()
    return base64.b64encode(digest).decode()
