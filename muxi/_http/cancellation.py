"""Keeps a cancelled asyncio task from breaking the bookkeeping of the connections."""

from __future__ import annotations

import math
import sys
from collections.abc import Awaitable, Generator
from types import coroutine
from typing import TYPE_CHECKING, Any, TypeGuard, TypeVar

import anyio

if TYPE_CHECKING:
    import asyncio

T = TypeVar("T")


@coroutine
def cancel_at_io(work: Awaitable[T], *, skipped: int = 0) -> Generator[Any, Any, T]:
    """Await work, and cancel it only where it waits for I/O.

    `asyncio.Task.cancel` also interrupts the short pauses in which other tasks may run, even those
    that anyio shields. There httpcore would lose a new connection: it would stay open, and take a
    place in the pool for ever.

    Args:
        work: A coroutine, or the like.
        skipped: The most pauses in a row to skip. Each pause is a pass of the event loop.
    """
    steps = work.__await__()
    outcome: object = None
    failure: BaseException | None = None
    left = skipped
    while True:
        try:
            waits_for = steps.send(outcome) if failure is None else steps.throw(failure)
        except StopIteration as stop:
            answer: T = stop.value
            return answer
        outcome, failure = None, None
        if waits_for is None and left:
            left -= 1
            continue
        left = skipped
        try:
            outcome = yield waits_for
        except BaseException as exc:
            if waits_for is None and _is_of_task(exc):
                _cancel_again(exc)  # asyncio delivers it at the next wait
            else:
                failure = exc


def _is_of_task(exc: BaseException) -> TypeGuard[asyncio.CancelledError]:
    """Return whether an error comes from `asyncio.Task.cancel`, not from a scope of anyio.

    A scope does no harm: it respects shields.
    """
    import asyncio  # late: sync clients don't need it

    if not isinstance(exc, asyncio.CancelledError):
        return False
    return anyio.current_effective_deadline() != -math.inf


def _cancel_again(exc: asyncio.CancelledError) -> None:
    import asyncio

    task = asyncio.current_task()
    assert task is not None
    if sys.version_info >= (3, 11):
        task.uncancel()  # `asyncio.timeout` counts
    task.cancel(*exc.args)
