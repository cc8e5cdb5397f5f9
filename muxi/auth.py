"""How requests prove who sends them, as httpx auth flows: each attempt is signed afresh."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from collections.abc import Callable, Generator, Mapping
from typing import NoReturn

import httpx
from pydantic import SecretStr


def sign(secret_key: str, *, timestamp: int, method: str, path: str) -> str:
    """The signature of a control-plane request (contract server-api 2).

    Args:
        secret_key: The server's secret, `sk_` included.
        timestamp: Unix seconds, as sent beside the signature.
        method: In upper case.
        path: Decoded, without query and without the prefix of a reverse proxy.
    """
    text = f"{timestamp};{method};{path}"
    digest = hmac.new(secret_key.encode(), text.encode(), hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


class _Auth(httpx.Auth):
    def __reduce__(self) -> NoReturn:
        raise TypeError(f"{type(self).__name__} holds a key and can't be pickled")


class KeyAuth(_Auth):
    """Puts a formation's key into its header.

    Args:
        header: `X-Muxi-Client-Key` or `X-Muxi-Admin-Key`.
        key: The key.
    """

    def __init__(self, header: str, key: SecretStr) -> None:
        self._header = header
        self._key = key

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Add the header."""
        request.headers[self._header] = self._key.get_secret_value()
        yield request


class HmacAuth(_Auth):
    """Signs control-plane requests with the time of each attempt.

    Args:
        key_id: The id of the key, `MUXI_…`.
        secret_key: Its secret, `sk_…`.
        prefix: The path that a reverse proxy strips before the server sees it.
    """

    def __init__(self, key_id: str, secret_key: SecretStr, *, prefix: str = "") -> None:
        self._key_id = key_id
        self._secret_key = secret_key
        self._prefix = prefix

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Add the `Authorization` header."""
        timestamp = int(time.time())
        signature = sign(
            self._secret_key.get_secret_value(),
            timestamp=timestamp,
            method=request.method,
            path=request.url.path.removeprefix(self._prefix),
        )
        request.headers["Authorization"] = (
            f"MUXI-HMAC key={self._key_id}, timestamp={timestamp}, signature={signature}"
        )
        yield request


class StampAuth(_Auth):
    """Adds headers that are made of the body at each attempt, and then the key.

    Args:
        stamp: Makes the headers.
        key: What else proves who sends the request.
    """

    requires_request_body = True

    def __init__(self, stamp: Callable[[bytes], Mapping[str, str]], key: httpx.Auth | None) -> None:
        self._stamp = stamp
        self._key = key

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Add the headers."""
        request.headers.update(self._stamp(request.content))
        yield from (self._key or httpx.Auth()).auth_flow(request)
