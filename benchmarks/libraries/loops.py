"""What the measures of all libraries are made with."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable, Awaitable, Callable, Iterable

SMALL, LISTS, MANY, CHATS = 100, 20, 1, 1000
"""How often a measure makes its call."""

RUNNER = asyncio.Runner()


def times(count: int, call: Callable[[], object]) -> Callable[[], None]:
    def run() -> None:
        for _ in range(count):
            call()

    return run


def times_async(count: int, call: Callable[[], Awaitable[object]]) -> Callable[[], None]:
    async def run() -> None:
        for _ in range(count):
            await call()

    return lambda: RUNNER.run(run())


def at_once(call: Callable[[], Awaitable[object]]) -> Callable[[], None]:
    async def run() -> None:
        await asyncio.gather(*[call() for _ in range(CHATS)])

    return lambda: RUNNER.run(run())


def read(stream: Callable[[], Iterable[object]]) -> Callable[[], None]:
    def run() -> None:
        for _ in stream():
            pass

    return run


def read_async(stream: Callable[[], AsyncIterable[object]]) -> Callable[[], None]:
    async def run() -> None:
        async for _ in stream():
            pass

    return lambda: RUNNER.run(run())
