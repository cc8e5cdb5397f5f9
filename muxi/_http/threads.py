"""Runs blocking work in threads, next to the event loop."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

import anyio
import anyio.to_thread

T = TypeVar("T")
_LOOK = 0.005
"""Seconds between two checks whether a thread has finished, after its task was cancelled."""


async def run_in_thread(work: Callable[[], T]) -> T:
    """Run work in a thread.

    A cancellation waits until the thread has finished, so cancelled work never continues in the
    background. This includes `asyncio.Task.cancel`, which anyio's shields don't stop.
    """
    unclaimed = [work]
    done = threading.Event()

    def run() -> T:
        claimed = unclaimed.pop()
        try:
            return claimed()
        finally:
            done.set()

    try:
        return await anyio.to_thread.run_sync(run)
    except anyio.get_cancelled_exc_class():
        with suppress(IndexError):
            unclaimed.pop()  # it has not started, and never will
            done.set()
        while not done.is_set():
            with anyio.CancelScope(shield=True), suppress(anyio.get_cancelled_exc_class()):
                await anyio.sleep(_LOOK)
        raise
