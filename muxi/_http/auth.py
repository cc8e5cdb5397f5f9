"""Authenticates requests. Each attempt is signed again."""

from __future__ import annotations

import time
from collections.abc import Iterator

from .._core.messages import ApiKey, HmacKey, HttpRequest
from ..auth import sign


def key_headers(request: HttpRequest, path: str) -> Iterator[tuple[bytes, bytes]]:
    """Return headers computed from the body, and the one with the key or its signature.

    Args:
        request: The request, whose own headers have neither.
        path: The path of its URL, decoded.
    """
    if request.sign_body is not None and isinstance(request.content, bytes):
        for name, value in request.sign_body(request.content).items():
            yield name.encode(), value.encode()
    if isinstance(request.key, ApiKey):
        yield request.key.header.encode(), request.key.secret.get_secret_value().encode()
    elif request.key is not None:
        yield b"Authorization", _hmac_header(request.key, request.method, path).encode()


def _hmac_header(key: HmacKey, method: str, path: str) -> str:
    timestamp = int(time.time())
    signature = sign(
        key.secret.get_secret_value(),
        timestamp=timestamp,
        method=method,
        path=path.removeprefix(key.prefix),
    )
    return f"MUXI-HMAC key={key.id}, timestamp={timestamp}, signature={signature}"
