"""CPU and memory of a bulk run: `bulk.py cpu URL` and `bulk.py memory URL`.

`cpu` prints the CPU time over that of the same calls by hand. Both make the same calls, `chat.send`
of an async client on a server that replies at once, 16 at a time, and look at each reply. By hand
is `asyncio.gather` over all rows with a semaphore: no journal, no retries of its own, all replies
in memory. Bulk writes its journal, with fsync. CPU is the time of this process in user and kernel
mode, both in turn after one to warm up. `memory` prints by how many MB the peak of this process
grows between a tenth of the calls and all.
"""

from __future__ import annotations

import asyncio
import gc
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from pathlib import Path

from memory import peak

from muxi import AsyncFormationClient, bulk
from muxi.resources.formation import Chat

CONCURRENCY = 16
CALLS = 1000
JOBS = 100_000
"""For the memory."""


async def ours(client: AsyncFormationClient, count: int) -> None:
    jobs = (bulk.Job(str(number), Chat.send.build(f"Say {number}")) for number in range(count))
    with tempfile.TemporaryDirectory() as folder:
        run = bulk.run(client, jobs, journal=Path(folder, "run.db"), concurrency=CONCURRENCY)
        async with aclosing(run) as outcomes:
            async for outcome in outcomes:
                assert outcome.result().text


async def by_hand(client: AsyncFormationClient, count: int) -> None:
    limit = asyncio.Semaphore(CONCURRENCY)

    async def one(number: int) -> str:
        async with limit:
            return (await client.chat.send(f"Say {number}")).text

    assert all(await asyncio.gather(*(one(number) for number in range(count))))


async def main(what: str, url: str) -> None:
    url = f"{url}/small/muxi"
    async with AsyncFormationClient(url=url, client_key="c", user_id="u") as client:
        print(await (cpu(client) if what == "cpu" else memory(client)))


async def cpu(client: AsyncFormationClient) -> float:
    async def seconds(way: Callable[[AsyncFormationClient, int], Awaitable[None]]) -> float:
        gc.collect()
        began = time.process_time()
        await way(client, CALLS)
        return time.process_time() - began

    await seconds(ours), await seconds(by_hand)
    return await seconds(ours) / await seconds(by_hand)


async def memory(client: AsyncFormationClient) -> float:
    await ours(client, JOBS // 10)
    before = peak()
    await ours(client, JOBS)
    return peak() - before


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
