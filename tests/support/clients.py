"""The kinds of client that each test of behaviour runs with."""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any

import anyio
import httpx2
from anyio.from_thread import start_blocking_portal

from muxi import AsyncFormationClient, AsyncServerClient, FormationClient, ServerClient

from .driven import Driven

CLIENT_KEY = "fmc_test_client"
ADMIN_KEY = "fma_test_admin"
FORMATION_SETTINGS = {"client_key": CLIENT_KEY, "admin_key": ADMIN_KEY, "user_id": "alice"}
SERVER_SETTINGS = {"key_id": "MUXI_test", "secret_key": "sk_test"}


@dataclass(frozen=True)
class Streamed:
    """The events and the result of a stream."""

    events: list[Any]
    result: Any


@dataclass(frozen=True)
class ClientKind:
    """One kind of client: `sync`, async on one backend, or with another library than httpx."""

    name: str

    @property
    def is_sync(self) -> bool:
        return self.name in ("sync", "sync httpx2")

    @property
    def backend(self) -> str:
        """The event loop of async clients."""
        return "trio" if self.name == "trio" else "asyncio"

    @contextmanager
    def settings(self, given: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """The settings of a sync client. An HTTP client that a test passes is never replaced."""
        if self.name == "sync httpx2" and given.get("http_client") is None:
            with httpx2.Client() as http:
                yield {**given, "http_client": http}
        else:
            yield given

    @asynccontextmanager
    async def async_settings(self, given: dict[str, Any]) -> AsyncIterator[dict[str, Any]]:
        """The same of an async client, on its event loop."""
        if self.name == "asyncio httpx2" and given.get("http_client") is None:
            async with httpx2.AsyncClient() as http:
                yield {**given, "http_client": http}
        else:
            is_aiohttp = self.name == "aiohttp" and given.get("http_client") is None
            yield {**given, "engine": "aiohttp"} if is_aiohttp else given

    def formation(self, url: str, use: Callable[[Any], Any], /, **settings: Any) -> Any:
        """Call `use` with a formation client, and return its result, awaited if needed."""
        given = {"url": url, **FORMATION_SETTINGS, **settings}
        return self._use(FormationClient, AsyncFormationClient, given, use)

    def server(self, url: str, use: Callable[[Any], Any], /, **settings: Any) -> Any:
        """Call `use` with a server client, and return its result, awaited if needed."""
        given = {"url": url, **SERVER_SETTINGS, **settings}
        return self._use(ServerClient, AsyncServerClient, given, use)

    def stream(self, url: str, use: Callable[[Any], Any], /, **settings: Any) -> Streamed:
        """Read the formation client's stream from `use` to the end."""
        return self.formation(url, lambda client: self._read(use(client)), **settings)

    def server_stream(self, url: str, use: Callable[[Any], Any], /, **settings: Any) -> Streamed:
        """Read the server client's stream from `use` to the end."""
        return self.server(url, lambda client: self._read(use(client)), **settings)

    def _read(self, stream: Any) -> Any:
        return _read(stream) if self.is_sync else _aread(stream)

    def _use(
        self, sync: Any, asynchronous: Any, settings: dict[str, Any], use: Callable[[Any], Any]
    ) -> Any:
        if self.is_sync:
            with self.settings(settings) as given, sync(**given) as client:
                return use(client)

        async def main() -> Any:
            async with self.async_settings(settings) as given, asynchronous(**given) as client:
                found = use(client)
                return await found if inspect.isawaitable(found) else found

        return anyio.run(main, backend=self.backend)


class Connect:
    """Creates clients of one kind for a test, and closes them at its end.

    Async clients are used like sync ones: `formation.chat.send("hi")` is awaited on a loop in
    another thread, and their streams are iterated with `for`.
    """

    def __init__(self, kind: ClientKind, stack: ExitStack) -> None:
        self._kind = kind
        self._stack = stack
        self._portal = None
        if not kind.is_sync:
            self._portal = stack.enter_context(start_blocking_portal(kind.backend))

    def formation(self, url: str, /, **settings: Any) -> Any:
        """Return a formation client. By default it acts as alice and has both keys."""
        given = {"url": url, **FORMATION_SETTINGS, **settings}
        return self._made(FormationClient, AsyncFormationClient, given)

    def server(self, url: str, /, **settings: Any) -> Any:
        """Return a server client."""
        given = {"url": url, **SERVER_SETTINGS, **settings}
        return self._made(ServerClient, AsyncServerClient, given)

    def _made(self, sync: Any, asynchronous: Any, settings: dict[str, Any]) -> Any:
        if self._portal is None:
            given = self._stack.enter_context(self._kind.settings(settings))
            return self._stack.enter_context(sync(**given))
        opened = self._portal.wrap_async_context_manager(self._kind.async_settings(settings))
        made = asynchronous(**self._stack.enter_context(opened))
        return self._stack.enter_context(Driven(self._portal, made))


def http_transport(client: Any) -> Any:
    """Return the only transport of httpx that a client has created, or that it was given."""
    if given := client._transport.pool._given:
        return given._transport
    [made] = client._transport.pool._made.values()
    return getattr(made, "client", made)._transport


def collect(found: Any) -> Any:
    """Return all items of an iterator, or of a coroutine that returns one."""
    return _collect_async(found) if hasattr(found, "__aiter__") else list(found)


async def _collect_async(found: Any) -> list[Any]:
    return [one async for one in found]


def _read(stream: Any) -> Streamed:
    with stream:
        return Streamed(list(stream), stream.result())


async def _aread(stream: Any) -> Streamed:
    async with stream:
        return Streamed([event async for event in stream], await stream.result())
