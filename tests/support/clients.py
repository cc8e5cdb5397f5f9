"""The kinds of client that each behaviour is tested with."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import anyio

from muxi import AsyncFormationClient, AsyncServerClient, FormationClient, ServerClient

CLIENT_KEY = "fmc_test_client"


ADMIN_KEY = "fma_test_admin"


@dataclass(frozen=True)
class Streamed:
    """What came out of a stream."""

    events: list[Any]
    result: Any


@dataclass(frozen=True)
class ClientKind:
    """One way to use the clients: `sync`, or async on a backend."""

    name: str

    def formation(self, url: str, use: Callable[[Any], Any], /, **settings: Any) -> Any:
        """What `use` gives for a formation client, awaited where need be."""
        given = {"client_key": CLIENT_KEY, "admin_key": ADMIN_KEY, "user_id": "alice", **settings}
        return self._use(FormationClient, AsyncFormationClient, {"url": url, **given}, use)

    def server(self, url: str, use: Callable[[Any], Any], /, **settings: Any) -> Any:
        """What `use` gives for a server client, awaited where need be."""
        given = {"url": url, "key_id": "MUXI_test", "secret_key": "sk_test", **settings}
        return self._use(ServerClient, AsyncServerClient, given, use)

    def stream(self, url: str, use: Callable[[Any], Any], /, **settings: Any) -> Streamed:
        """All events of the stream that `use` makes, and its result."""

        def read(client: Any) -> Any:
            return _read(use(client)) if self.name == "sync" else _aread(use(client))

        return self.formation(url, read, **settings)

    def server_stream(self, url: str, use: Callable[[Any], Any], /, **settings: Any) -> Streamed:
        """All events of the stream that `use` makes of a server client, and its result."""

        def read(client: Any) -> Any:
            return _read(use(client)) if self.name == "sync" else _aread(use(client))

        return self.server(url, read, **settings)

    def _use(
        self, sync: Any, asynchronous: Any, settings: dict[str, Any], use: Callable[[Any], Any]
    ) -> Any:
        if self.name == "sync":
            with sync(**settings) as client:
                return use(client)

        async def main() -> Any:
            async with asynchronous(**settings) as client:
                found = use(client)
                return await found if inspect.isawaitable(found) else found

        return anyio.run(main, backend=self.name)


def collect(found: Any) -> Any:
    """All that an iterator gives, or a coroutine of it."""
    return _collect_async(found) if hasattr(found, "__aiter__") else list(found)


async def _collect_async(found: Any) -> list[Any]:
    return [one async for one in found]


def _read(stream: Any) -> Streamed:
    with stream:
        return Streamed(list(stream), stream.result())


async def _aread(stream: Any) -> Streamed:
    async with stream:
        return Streamed([event async for event in stream], await stream.result())
