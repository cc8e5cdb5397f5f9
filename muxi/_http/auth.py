"""Authenticates requests, as httpx auth flows. Each attempt is signed again."""

from __future__ import annotations

import time
from collections.abc import Generator

import httpx

from .._core.messages import ApiKey, HmacKey, HttpRequest
from ..auth import sign

AuthFlow = Generator[httpx.Request, httpx.Response, None]


def auth_for(request: HttpRequest) -> httpx.Auth | None:
    """Return the auth flow of a request; None if it needs neither a key nor a signature."""
    return None if request.key is None and request.sign_body is None else _Auth(request)


class _Auth(httpx.Auth):
    """Adds headers computed from the body, and the header with the key or its signature."""

    def __init__(self, request: HttpRequest) -> None:
        self._key = request.key
        self._sign_body = request.sign_body
        self.requires_request_body = request.sign_body is not None

    def auth_flow(self, request: httpx.Request) -> AuthFlow:
        if self._sign_body is not None:
            request.headers.update(self._sign_body(request.content))
        if isinstance(self._key, ApiKey):
            request.headers[self._key.header] = self._key.secret.get_secret_value()
        elif self._key is not None:
            request.headers["Authorization"] = _hmac_header(self._key, request)
        yield request


def _hmac_header(key: HmacKey, request: httpx.Request) -> str:
    timestamp = int(time.time())
    signature = sign(
        key.secret.get_secret_value(),
        timestamp=timestamp,
        method=request.method,
        path=request.url.path.removeprefix(key.prefix),
    )
    return f"MUXI-HMAC key={key.id}, timestamp={timestamp}, signature={signature}"
