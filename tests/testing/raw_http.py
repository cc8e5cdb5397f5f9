"""Send requests to an emulated formation without the SDK, and call the SDK in one line."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import httpx

from muxi.testing import Emulator

from ..support.clients import ClientKind
from ..support.emulated import formation_keys
from ..support.plain_http import NO_TLS
from .replay import frames


class RawHttp:
    """A plain HTTP client with a user's keys."""

    def __init__(self, emulator: Emulator, user: str = "alice") -> None:
        self.url = f"{emulator.formation_url}/v1"
        self.headers = {
            "X-Muxi-Client-Key": emulator.environ["MUXI_CLIENT_KEY"],
            "X-Muxi-User-ID": user,
        }
        self.admin = {"X-Muxi-Admin-Key": emulator.environ["MUXI_ADMIN_KEY"]}

    def ask(
        self,
        method: str,
        path: str,
        *,
        json: object = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        given = {**self.headers, **(headers or {})}
        return httpx.request(
            method, self.url + path, json=json, headers=given, timeout=60, verify=NO_TLS
        )

    def chat(self, message: str, **more: object) -> httpx.Response:
        return self.ask("POST", "/chat", json={"message": message, "stream": False, **more})

    def stream(self, message: str, **more: object) -> list[str]:
        """Return the kinds of a stream's frames: `content`, `completed`, `done` …"""
        answer = self.ask("POST", "/chat", json={"message": message, **more})
        return [
            data["token"]["type"] if kind == "token" else kind for kind, data in frames(answer.text)
        ]

    def status(self, request_id: str) -> str:
        """Return a request's status. Empty if it isn't tracked."""
        return str(self.ask("GET", f"/requests/{request_id}").json()["data"].get("status", ""))


def call_sdk(
    client_kind: ClientKind, emulator: Emulator, use: Callable[[Any], Any], **settings: Any
) -> Any:
    """Call `use` with one of the SDK's clients, which has both keys, and return its result."""
    given = {**formation_keys(emulator), **settings}
    return client_kind.formation(emulator.formation_url, use, **given)


class Streaming:
    """The lines of a stream. Leaving the context closes the connection."""

    def __init__(self, raw: RawHttp, message: str, **more: object) -> None:
        body = {"message": message, **more}
        self._client = httpx.Client(verify=NO_TLS)
        self._stream = self._client.stream(
            "POST", f"{raw.url}/chat", json=body, headers=raw.headers
        )

    def __enter__(self) -> Iterator[str]:
        return self._stream.__enter__().iter_lines()

    def __exit__(self, *_: object) -> None:
        self._stream.__exit__(None, None, None)
        self._client.close()
