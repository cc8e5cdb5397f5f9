"""How the control plane checks signatures (contract server-api 2)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re

_SCHEME = "MUXI-HMAC "


def refusal(
    keys: tuple[str, str], given: str | None, method: str, path: str, now: float, tolerance: int
) -> str | None:
    """Return why a signature is refused, or None if it is valid."""
    if not given:
        return "Missing authorization header"
    key_id, secret_key = keys
    pairs = (part.partition("=") for part in given.removeprefix(_SCHEME).split(", "))
    parts = {name: value for name, _, value in pairs}
    wanted = [parts.get(name, "") for name in ("key", "timestamp", "signature")]
    if not given.startswith(_SCHEME) or not all(wanted):
        return "Invalid authorization header format"
    key, timestamp, signature = wanted
    if key != key_id:
        return "Invalid key"
    known = re.fullmatch(r"[+-]?\d{1,18}", timestamp, re.ASCII)
    if not known or abs(int(now) - int(timestamp)) > tolerance:
        return "Request expired (timestamp too old or in future)"
    text = f"{timestamp};{method};{path}".encode()
    digest = hmac.new(secret_key.encode(), text, hashlib.sha256).digest()
    if not hmac.compare_digest(base64.b64encode(digest), signature.encode()):
        return "Invalid signature"
    return None
