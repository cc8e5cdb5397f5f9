"""CPU and memory of a bulk run, over those of the same calls by hand. Run with `make bench`.

By hand: `asyncio.gather` over all rows, and a semaphore. It remembers nothing on the disk.
"""

from __future__ import annotations

import asyncio
import resource
import subprocess
import sys
import tempfile
import time
from contextlib import aclosing
from pathlib import Path

from run import server

from muxi import AsyncFormationClient, bulk
from muxi.resources.formation import Sessions

CONCURRENCY = 16
JOBS = int(sys.argv[1]) if len(sys.argv) == 2 else 100_000


async def ours(client: AsyncFormationClient, count: int) -> None:
    jobs = (bulk.Job(str(number), Sessions.list.build(limit=1)) for number in range(count))
    with tempfile.TemporaryDirectory() as folder:
        run = bulk.run(client, jobs, journal=Path(folder, "run.db"), concurrency=CONCURRENCY)
        async with aclosing(run) as outcomes:
            async for outcome in outcomes:
                assert outcome.answer is not None


async def by_hand(client: AsyncFormationClient, count: int) -> None:
    limit = asyncio.Semaphore(CONCURRENCY)

    async def one() -> None:
        async with limit:
            await client.sessions.list(limit=1)

    await asyncio.gather(*(one() for _ in range(count)))


async def measured(way: str, url: str, count: int) -> None:
    """Print the seconds of CPU, and the peak of memory over that after the first call, in MB."""
    async with AsyncFormationClient(url=url, client_key="c", user_id="u") as client:
        await client.sessions.list(limit=1)
        before, began = peak(), time.process_time()
        await (ours if way == "ours" else by_hand)(client, count)
        print(time.process_time() - began, peak() - before)


def peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def in_a_process(way: str, url: str, count: int) -> tuple[float, float]:
    command = [sys.executable, __file__, way, url, str(count)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    cpu, memory = done.stdout.split()
    return float(cpu), float(memory)


def main() -> None:
    with server() as url:
        few = in_a_process("ours", url, JOBS // 10)
        many = in_a_process("ours", url, JOBS)
        hand = in_a_process("by hand", url, JOBS)
    print(f"{f'CPU of {JOBS:,} jobs / by hand':50} {many[0] / hand[0]:6.2f}   goal 1.20")
    print(f"{'memory of them, MB':50} {many[1]:6.1f}   a tenth of them: {few[1]:.1f}")


if __name__ == "__main__":
    if len(sys.argv) == 4:
        asyncio.run(measured(sys.argv[1], sys.argv[2], int(sys.argv[3])))
    else:
        main()
