"""Authenticates requests, as httpx auth flows. Each attempt is signed again."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Mapping

import httpx

from .._core.messages import ApiKey, HmacKey, HttpRequest, Key
from ..auth import sign

AuthFlow = Generator[httpx.Request, httpx.Response, None]


def auth_for(request: HttpRequest) -> httpx.Auth | None:
    """Return the auth flow of a request; None if it needs no key."""
    if request.sign_body is not None:
        return _BodySignature(request.sign_body, request.key)
    return None if request.key is None else _Signed(request.key)


class _Signed(httpx.Auth):
    """Adds the header with the key or its signature."""

    def __init__(self, key: Key) -> None:
        self._key = key

    def auth_flow(self, request: httpx.Request) -> AuthFlow:
        _add_key(request, self._key)
        yield request


class _BodySignature(httpx.Auth):
    """Adds headers computed from the body, and then the key's header."""

    requires_request_body = True

    def __init__(self, sign_body: Callable[[bytes], Mapping[str, str]], key: Key | None) -> None:
        self._sign_body = sign_body
        self._key = key

    def auth_flow(self, request: httpx.Request) -> AuthFlow:
        request.headers.update(self._sign_body(request.content))
        if self._key is not None:
            _add_key(request, self._key)
        yield request


def _add_key(request: httpx.Request, key: Key) -> None:
    if isinstance(key, ApiKey):
        request.headers[key.header] = key.secret.get_secret_value()
        return
    request.headers["Authorization"] = _hmac_header(key, request)


def _hmac_header(key: HmacKey, request: httpx.Request) -> str:
    timestamp = int(time.time())
    signature = sign(
        key.secret.get_secret_value(),
        timestamp=timestamp,
        method=request.method,
        path=request.url.path.removeprefix(key.prefix),
    )
    return f"MUXI-HMAC key={key.id}, timestamp={timestamp}, signature={signature}"
