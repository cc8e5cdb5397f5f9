"""Many threads, calls, clients and events: nothing is lost or mixed up, and nothing is left.

`make test` runs a few of each, `make faults` all.
"""

from __future__ import annotations

import gc
import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import anyio
import pytest

from muxi import AsyncFormationClient, FormationClient
from muxi.models import formation as m

from ..support.clients import ClientKind
from ..support.fake_server import SESSIONS, Answer, Events, FakeServer, Received, envelope
from ..support.plain_http import port_of
from ..support.waiting import until
from ..testing.control.leaks import connections
from .world import WHOLE

CALLS = 1_000 if WHOLE else 100
CLIENTS = 10_000 if WHOLE else 50
EVENTS = 1_000_000 if WHOLE else 8_000
"""In batches of a thousand."""
THREADS, EACH = (32, 10) if WHOLE else (16, 5)


def whose(request: Received) -> Answer:
    """The user of the call, as the id of a session."""
    user = request.headers["x-muxi-user-id"]
    return envelope({"sessions": [{"session_id": user, "active": True, "user_id": user}]})


def test_threads_share_a_client_from_the_first_call_on() -> None:
    together = threading.Barrier(THREADS)
    with (
        FakeServer(whose) as server,
        FormationClient(url=server.url, client_key="c", max_retries=0) as client,
        ThreadPoolExecutor(THREADS) as threads,
    ):

        def work(number: int) -> list[str]:
            together.wait()
            mine = client.for_user(f"user{number}")
            return [mine.sessions.list()[0].session_id for _ in range(EACH)]

        found = list(threads.map(work, range(THREADS)))
        assert connections(port_of(server.url)) <= 20  # so many are kept
        client.close()
        assert connections(port_of(server.url)) == 0
    assert found == [[f"user{number}"] * EACH for number in range(THREADS)]
    assert len(server.received) == THREADS * EACH


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_many_calls_at_once(backend: str) -> None:
    found: dict[int, str] = {}

    async def main(server: FakeServer) -> None:
        async with AsyncFormationClient(url=server.url, client_key="c", max_retries=0) as client:

            async def work(number: int) -> None:
                sessions = await client.for_user(f"user{number}").sessions.list()
                found[number] = sessions[0].session_id

            async with anyio.create_task_group() as tasks:
                for number in range(CALLS):
                    tasks.start_soon(work, number)
            assert connections(port_of(server.url)) <= 20

    with FakeServer(whose) as server:
        anyio.run(main, server, backend=backend)
        assert connections(port_of(server.url)) == 0
    assert found == {number: f"user{number}" for number in range(CALLS)}
    assert len(server.received) == CALLS


@pytest.mark.parametrize(
    ("kind", "closed"),
    [("sync", True), ("asyncio", True), ("trio", True), ("sync", False)],
    ids=["sync", "asyncio", "trio", "sync, dropped"],
)
def test_many_clients_one_after_another(kind: str, closed: bool) -> None:
    """Python warns of async clients that are dropped, because only a loop can close them."""

    def use(server: FakeServer) -> None:
        client = FormationClient(url=server.url, client_key="c", user_id="u")
        client.sessions.list()
        if closed:
            client.close()

    async def use_async(server: FakeServer) -> None:
        client = AsyncFormationClient(url=server.url, client_key="c", user_id="u")
        await client.sessions.list()
        if closed:
            await client.aclose()

    async def use_all(server: FakeServer, count: int) -> None:
        for _ in range(count):
            await use_async(server)

    def run(server: FakeServer, count: int) -> None:
        if kind == "sync":
            for _ in range(count):
                use(server)
        else:
            anyio.run(use_all, server, count, backend=kind)

    with FakeServer(SESSIONS) as server:
        run(server, 3)
        before = living(), threading.active_count()
        run(server, CLIENTS if closed else CLIENTS // 10)
        until(lambda: connections(port_of(server.url)) == 0)
        until(lambda: threading.active_count() <= before[1])
        server.received.clear()
        assert living() - before[0] < 2_000  # a client has some hundred


def living() -> int:
    """The objects that the garbage collector knows."""
    gc.collect()
    return len(gc.get_objects())


RECORD = {"timestamp": 1.5, "level": "info", "event_type": "x", "message": "x"}


def batches() -> Iterator[bytes]:
    yield b'event: log\ndata: {"type": "stream_open"}\n\n'
    for start in range(0, EVENTS, 1_000):
        lines = [json.dumps({**RECORD, "n": start + n}) for n in range(1_000)]
        yield b"".join(b"event: log\ndata: %s\n\n" % line.encode() for line in lines)
    yield b'event: log\ndata: {"type": "stream_completed"}\n\n'


def test_many_events(client_kind: ClientKind) -> None:
    """Each arrives once and in order, and none is kept."""
    numbers: list[int] = []
    sizes: list[int] = []

    def take(record: Any) -> None:
        assert isinstance(record, m.LogRecord)
        numbers.append((record.model_extra or {})["n"])
        if len(numbers) % (EVENTS // 4) == 0:
            sizes.append(living())

    def read(client: Any) -> None:
        for record in client.logs.stream():
            take(record)

    async def read_async(client: Any) -> None:
        async for record in client.logs.stream():
            take(record)

    with FakeServer(Events(batches())) as server:
        client_kind.formation(server.url, read if client_kind.name == "sync" else read_async)
    assert numbers == list(range(EVENTS))
    assert sizes[-1] - sizes[0] < 1_000
