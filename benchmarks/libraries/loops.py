"""What the measures of all libraries are made with: functions that repeat a call `count` times."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable, Awaitable, Callable, Iterable

CHATS = 1000

RUNNER = asyncio.Runner()

Loop = Callable[[int], int]
"""Returns how many calls failed. Most loops raise the first error instead."""


def times(call: Callable[[], object]) -> Loop:
    def run(count: int) -> int:
        for _ in range(count):
            call()
        return 0

    return run


def times_async(call: Callable[[], Awaitable[object]]) -> Loop:
    async def run(count: int) -> int:
        for _ in range(count):
            await call()
        return 0

    return lambda count: RUNNER.run(run(count))


def at_once(call: Callable[[], Awaitable[object]]) -> Loop:
    async def run(count: int) -> int:
        failed = 0
        for _ in range(count):
            found = await asyncio.gather(*[call() for _ in range(CHATS)], return_exceptions=True)
            failed += sum(isinstance(one, BaseException) for one in found)
        return failed

    return lambda count: RUNNER.run(run(count))


def read(stream: Callable[[], Iterable[object]]) -> Loop:
    def run(count: int) -> int:
        for _ in range(count):
            for _ in stream():
                pass
        return 0

    return run


def read_async(stream: Callable[[], AsyncIterable[object]]) -> Loop:
    async def run(count: int) -> int:
        for _ in range(count):
            async for _ in stream():
                pass
        return 0

    return lambda count: RUNNER.run(run(count))
