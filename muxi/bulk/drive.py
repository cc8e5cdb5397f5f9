"""Runs the tasks that a dispatch chooses: in threads, or on the event loop."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import AsyncGenerator, Callable, Coroutine, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import anyio
import sniffio

from .dispatch import Dispatch, Ended
from .jobs import Outcome

if TYPE_CHECKING:
    from .._core.call import Call
    from .._http.transport import AsyncTransport
    from .queue import Task

T = TypeVar("T")
_TURN = 0.02
"""Seconds between two turns: each waits for the disk, so it should write the news of many jobs."""
_LONGEST_WAIT = 3600.0
"""Seconds; longer waits overflow the timers of some systems."""


@dataclass(frozen=True)
class Wait:
    """A pause of the loop."""

    seconds: float
    until_ended: bool
    """Whether to stop waiting when a task ends."""


def _steps(
    dispatch: Dispatch[T], ended: deque[Ended[T]], begin: Callable[[Task[T]], object]
) -> Generator[Outcome[T] | Wait, None, None]:
    """Run all jobs. Yield the outcomes, and the waits in between.

    Args:
        dispatch: Chooses the tasks.
        ended: The attempts that have ended since the last step.
        begin: Starts a task. When the task has ended, it is added to `ended`.

    Raises:
        BaseException: The problem of the dispatch.
    """
    next_turn = now = time.monotonic()
    while True:
        if now >= next_turn and (ended or dispatch.wait(now) == 0):
            next_turn = now + _TURN
            for task in dispatch.turn([ended.popleft() for _ in range(len(ended))], now):
                begin(task)
        if outcome := dispatch.next_outcome():
            yield outcome
        elif dispatch.over:
            break
        elif ended:
            yield Wait(next_turn - now, until_ended=False)
        else:
            seconds = max(dispatch.wait(now), next_turn - now)
            yield Wait(min(seconds, _LONGEST_WAIT), until_ended=True)
        now = time.monotonic()
    if dispatch.problem is not None:
        raise dispatch.problem


def drive(
    opened: AbstractContextManager[Dispatch[T]],
    perform: Callable[[Call[T]], T],
) -> Generator[Outcome[T], None, None]:
    """Run all jobs in threads. If it is closed early, it waits for the running jobs.

    Args:
        opened: Opens the dispatch.
        perform: Makes a call.
    """
    ended: deque[Ended[T]] = deque()
    wake = threading.Event()

    def work(task: Task[T]) -> None:
        try:
            data = perform(task.call)
        except BaseException as exc:
            ended.append(Ended(task, error=exc))
        else:
            ended.append(Ended(task, data))
        wake.set()

    with opened as dispatch:
        pool = ThreadPoolExecutor(dispatch.concurrency, "muxi-bulk")
        try:
            for step in _steps(dispatch, ended, lambda task: pool.submit(work, task)):
                if isinstance(step, Outcome):
                    yield step
                elif step.until_ended:
                    wake.wait(step.seconds)
                    wake.clear()
                else:
                    time.sleep(step.seconds)
        finally:
            pool.shutdown()
            dispatch.finish(ended, time.monotonic())


async def adrive(
    opened: AbstractContextManager[Dispatch[T]],
    transport: AsyncTransport,
) -> AsyncGenerator[Outcome[T], None]:
    """Run all jobs on the event loop. If it is closed early, it cancels the running jobs."""
    ended: deque[Ended[T]] = deque()
    wake = anyio.Event()
    running: dict[Task[T], Callable[[], object]] = {}

    async def work(task: Task[T]) -> None:
        try:
            data = await transport.call(task.call)
        except Exception as exc:
            ended.append(Ended(task, error=exc))
        else:
            ended.append(Ended(task, data))

    def gone(task: Task[T]) -> None:
        del running[task]
        wake.set()

    def begin(task: Task[T]) -> None:
        running[task] = _spawn(partial(work, task), partial(gone, task))

    with opened as dispatch:
        try:
            for step in _steps(dispatch, ended, begin):
                if isinstance(step, Outcome):
                    yield step
                elif step.until_ended:
                    wake = anyio.Event()
                    with anyio.move_on_after(step.seconds):
                        await wake.wait()
                else:
                    await anyio.sleep(step.seconds)
        finally:
            for cancel in [*running.values()]:
                cancel()
            with anyio.CancelScope(shield=True):
                while running:
                    wake = anyio.Event()
                    await wake.wait()
            dispatch.finish(ended, time.monotonic())


def _spawn(
    work: Callable[[], Coroutine[Any, Any, None]], gone: Callable[[], None]
) -> Callable[[], object]:
    """Start work that continues while a generator is suspended. Return a function that cancels it.

    A task group isn't possible here: it must not be open when a generator yields.

    Args:
        work: The work to run.
        gone: Called when the work has ended, even if it was cancelled before its start.
    """
    if sniffio.current_async_library() == "trio":
        import trio

        scope = trio.CancelScope()

        async def scoped() -> None:
            with scope:
                await work()
            gone()

        trio.lowlevel.spawn_system_task(scoped)
        return scope.cancel
    import asyncio

    task = asyncio.create_task(work())
    task.add_done_callback(lambda _: gone())
    return task.cancel
