"""CPU and memory of a bulk run, over those of the same calls by hand. Run with `make bench`.

Both make the same calls, `chat.send` of an async client on a server that replies at once, 16 at
a time, and look at each reply. By hand is `asyncio.gather` over all rows with a semaphore: no
journal, no retries of its own, all replies in memory. Bulk writes its journal, with fsync. CPU is
the time of this process in user and kernel mode: rounds of both in turn, the median of the ratios.
"""

from __future__ import annotations

import asyncio
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from pathlib import Path

from run import server

from muxi import AsyncFormationClient, bulk
from muxi.resources.formation import Chat

CONCURRENCY = 16
ROUNDS = 15
JOBS = int(sys.argv[1]) if len(sys.argv) == 2 else 100_000
"""For the memory. A round of CPU has 1 000."""


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


async def cpu_ratio(url: str, count: int) -> float:
    async with AsyncFormationClient(url=url, client_key="c", user_id="u") as client:

        async def cpu(way: Callable[[AsyncFormationClient, int], Awaitable[None]]) -> float:
            began = time.process_time()
            await way(client, count)
            return time.process_time() - began

        await cpu(ours), await cpu(by_hand)
        return statistics.median([await cpu(ours) / await cpu(by_hand) for _ in range(ROUNDS)])


async def print_memory(url: str, count: int) -> None:
    """Print the peak of memory over that after the first call, in MB."""
    async with AsyncFormationClient(url=url, client_key="c", user_id="u") as client:
        await client.chat.send("hi")
        before = peak()
        await ours(client, count)
        print(peak() - before)


def peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def memory(url: str, count: int) -> float:
    command = [sys.executable, __file__, url, str(count)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def main() -> None:
    with server() as root:
        url = f"{root}/small/muxi"
        ratio = asyncio.run(cpu_ratio(url, 1000))
        print(f"{'CPU of a bulk run / by hand':50} {ratio:6.2f}   goal 1.20", flush=True)
        few, many = memory(url, JOBS // 10), memory(url, JOBS)
    print(f"{f'memory of {JOBS:,} jobs, MB':50} {many:6.1f}   a tenth of them: {few:.1f}")


if __name__ == "__main__":
    if len(sys.argv) == 3:
        asyncio.run(print_memory(sys.argv[1], int(sys.argv[2])))
    else:
        main()
