"""CPU time of this SDK over that of plain httpx, interleaved, medians. Run with `make bench`.

The reference is what httpx's own quick start shows: `client.get(url).json()`, and `iter_lines()`
with `json.loads` for streams. It validates nothing; this SDK validates everything. Needs Python
3.11 or newer.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from muxi import AsyncFormationClient, FormationClient

ROUNDS = 9


@contextmanager
def server() -> Iterator[str]:
    command = [sys.executable, str(Path(__file__).with_name("server.py"))]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as made:
        assert made.stdout is not None
        yield f"http://127.0.0.1:{made.stdout.readline().strip()}"


def ratio(ours: Callable[[], object], theirs: Callable[[], object]) -> float:
    """The median of ours over theirs, pair by pair."""

    def cpu(run: Callable[[], object]) -> float:
        began = time.process_time()
        run()
        return time.process_time() - began

    ours(), theirs()
    return statistics.median(cpu(ours) / cpu(theirs) for _ in range(ROUNDS))


def started(code: str) -> float:
    """The median wall time of a fresh interpreter that runs some code."""
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], check=True)
        times.append(time.perf_counter() - began)
    return statistics.median(times)


def imports() -> Iterator[tuple[str, float, float]]:
    nothing, http = started("pass"), started("import httpx")
    yield "import muxi / python -c pass", started("import muxi") / nothing, 1.2
    client = started("from muxi import FormationClient")
    yield "from muxi import FormationClient / import httpx", client / http, 1.1


def sync(url: str) -> Iterator[tuple[str, float, float]]:
    with (
        FormationClient(url=url, client_key="c", user_id="u") as muxi,
        httpx.Client(base_url=url) as plain,
    ):

        def lists(limit: int, times: int) -> float:
            def theirs() -> None:
                for _ in range(times):
                    plain.get(f"/v1/sessions?limit={limit}").json()

            def ours() -> None:
                for _ in range(times):
                    muxi.sessions.list(limit=limit)

            return ratio(ours, theirs)

        yield "small answer, sync", lists(1, 200), 0.90
        yield "20 KB list, sync", lists(200, 50), 1.05
        yield "1 MB list, sync", lists(1000, 3), 1.9

        def theirs() -> None:
            with plain.stream("POST", "/v1/chat", json={"message": "hi"}) as response:
                for line in response.iter_lines():
                    if line.startswith("data: "):
                        json.loads(line[6:])

        def ours() -> None:
            for _ in muxi.chat.stream("hi"):
                pass

        yield "stream, one event a chunk, sync", ratio(ours, theirs), 1.0


def asynchronous(url: str) -> Iterator[tuple[str, float, float]]:
    with asyncio.Runner() as runner:
        muxi = AsyncFormationClient(url=url, client_key="c", user_id="u")
        plain = httpx.AsyncClient(base_url=url)

        def driven(run: Callable[[], Awaitable[object]]) -> Callable[[], object]:
            async def main() -> None:
                await run()

            return lambda: runner.run(main())

        async def small_theirs() -> None:
            for _ in range(200):
                (await plain.get("/v1/sessions?limit=1")).json()

        async def small_ours() -> None:
            for _ in range(200):
                await muxi.sessions.list(limit=1)

        yield "small answer, async", ratio(driven(small_ours), driven(small_theirs)), 0.70

        async def stream_theirs() -> None:
            async with plain.stream("POST", "/v1/chat", json={"message": "hi"}) as response:
                async for line in response.aiter_lines():
                    if line.startswith("data: "):
                        json.loads(line[6:])

        async def stream_ours() -> None:
            async for _ in muxi.chat.stream("hi"):
                pass

        yield (
            "stream, one event a chunk, async",
            ratio(driven(stream_ours), driven(stream_theirs)),
            1.05,
        )
        runner.run(muxi.aclose())
        runner.run(plain.aclose())


def main() -> None:
    with server() as url:
        for group in (imports(), sync(url), asynchronous(url)):
            for name, measured, goal in group:
                print(f"{name:50} {measured:6.2f}   goal {goal:4.2f}", flush=True)


if __name__ == "__main__":
    main()
