"""Work that blocks, done beside the event loop."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

import anyio
import anyio.to_thread

T = TypeVar("T")
_LOOK = 0.005
"""Seconds between two looks whether a thread is through, where its task was cancelled."""


async def run_in_thread(work: Callable[[], T]) -> T:
    """Do work in a thread.

    A cancellation waits until the thread is through, `asyncio.Task.cancel` too, which goes through
    anyio's shields: whoever is told that the work was cancelled may rely on its being over.
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
            unclaimed.pop()  # it has not begun, and never will
            done.set()
        while not done.is_set():
            with anyio.CancelScope(shield=True), suppress(anyio.get_cancelled_exc_class()):
                await anyio.sleep(_LOOK)
        raise
