"""Runs tasks in threads or on the event loop; `dask.py` runs them on Dask's workers.

Each engine has a loop around a `Dispatch`: start the tasks that it chooses, wait until one ends,
and hand out the outcomes.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import AsyncGenerator, Callable, Coroutine, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from functools import partial
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import anyio
import sniffio

from .dispatch import Dispatch, Ended, Progress, Task

if TYPE_CHECKING:
    from .._core.options import Options
    from .._http.transport import AsyncTransport, SyncTransport
    from .jobs import Outcome

T = TypeVar("T")
Report = Callable[[Ended[T]], object]
OnProgress = Callable[[Progress], object]


class Workers(Protocol):
    """Runs tasks outside of the thread that drives the dispatch."""

    @property
    def poll_interval(self) -> float | None:
        """The most seconds between two calls of `poll`; None if it needn't be called."""
        ...

    def begin(self, task: Task[T], report: Report[T]) -> None:
        """Start a task. Its outcome is reported from any thread."""
        ...

    def poll(self) -> None:
        """Report tasks whose worker is gone."""
        ...

    def close(self) -> None:
        """Release the resources of the workers, when no task is running."""
        ...


class Threads:
    """Runs tasks in threads of this process."""

    poll_interval = None

    def __init__(self, transport: SyncTransport, concurrency: int) -> None:
        self._transport = transport.view(without_retries(transport.options))
        self._pool = ThreadPoolExecutor(concurrency, "muxi-bulk")

    def close(self) -> None:
        """End the threads."""
        self._pool.shutdown()

    def begin(self, task: Task[T], report: Report[T]) -> None:
        """Start a task in a thread."""
        self._pool.submit(self._run, task, report)

    def poll(self) -> None:
        """Do nothing: threads are never lost."""

    def _run(self, task: Task[T], report: Report[T]) -> None:
        try:
            answer = self._transport.run(task.steps())
        except BaseException as exc:
            report(Ended(task, error=exc))
        else:
            report(Ended(task, answer))


def without_retries(options: Options) -> Options:
    """Return the options without retries, because the dispatch retries jobs itself."""
    return replace(options, retry=replace(options.retry, max_retries=0))


def drive(
    dispatch: Dispatch[T], workers: Workers, on_progress: OnProgress | None
) -> Generator[Outcome[T], None, None]:
    """Run all jobs. If it is closed early, it waits for the running jobs and starts no others."""
    ended: SimpleQueue[Ended[T]] = SimpleQueue()
    first: list[Ended[T]] = []
    try:
        while not dispatch.over:
            taken, first = [*first, *_take(ended)], []
            _begin(dispatch, workers, ended, taken)
            while dispatch.outcomes:
                if on_progress is not None:
                    on_progress(dispatch.progress)
                yield dispatch.outcomes.popleft()
                if not ended.empty() and dispatch.pause(time.monotonic()) == 0:
                    _begin(dispatch, workers, ended, _take(ended))
            if not dispatch.over:
                first = _wait(dispatch, workers, ended)
                time.sleep(dispatch.pause(time.monotonic()))
        yield from dispatch.outcomes
    finally:
        dispatch.note(first, time.monotonic())
        while dispatch.in_flight:
            dispatch.note(_wait(dispatch, workers, ended), time.monotonic())


def _begin(
    dispatch: Dispatch[T], workers: Workers, queue: SimpleQueue[Ended[T]], ended: list[Ended[T]]
) -> None:
    for task in dispatch.turn(ended, time.monotonic()):
        workers.begin(task, queue.put)


def _wait(dispatch: Dispatch[T], workers: Workers, ended: SimpleQueue[Ended[T]]) -> list[Ended[T]]:
    seconds = dispatch.wait(time.monotonic())
    if workers.poll_interval is not None:
        workers.poll()
        seconds = min(workers.poll_interval, workers.poll_interval if seconds is None else seconds)
    try:
        return [ended.get(timeout=seconds)]
    except Empty:
        return []


def _take(ended: SimpleQueue[Ended[T]]) -> list[Ended[T]]:
    taken: list[Ended[T]] = []
    with suppress(Empty):
        while True:
            taken.append(ended.get_nowait())
    return taken


async def adrive(
    dispatch: Dispatch[T], transport: AsyncTransport, on_progress: OnProgress | None
) -> AsyncGenerator[Outcome[T], None]:
    """Run all jobs on the event loop. If it is closed early, it cancels the running jobs.

    If an error ends the run, the running jobs are completed.
    """
    ended: deque[Ended[T]] = deque()
    wake = anyio.Event()
    once = transport.view(without_retries(transport.options))
    cancels: dict[Task[T], Callable[[], object]] = {}

    async def work(task: Task[T]) -> None:
        try:
            answer = await once.run(task.steps())
        except Exception as exc:
            ended.append(Ended(task, error=exc))
        else:
            ended.append(Ended(task, answer))

    def gone(task: Task[T]) -> None:
        del cancels[task]
        wake.set()

    def begin() -> None:
        over = [ended.popleft() for _ in range(len(ended))]
        for task in dispatch.turn(over, time.monotonic()):
            cancels[task] = _spawn(partial(work, task), partial(gone, task))

    async def wait_for_all() -> None:
        nonlocal wake
        while cancels:
            wake = anyio.Event()
            await wake.wait()

    try:
        while not dispatch.over:
            begin()
            while dispatch.outcomes:
                if on_progress is not None:
                    on_progress(dispatch.progress)
                yield dispatch.outcomes.popleft()
                if ended and dispatch.pause(time.monotonic()) == 0:
                    begin()
            if not (ended or dispatch.over):
                wake = anyio.Event()
                seconds = dispatch.wait(time.monotonic())
                if seconds is None:
                    await wake.wait()
                else:
                    with anyio.move_on_after(seconds):
                        await wake.wait()
            await anyio.sleep(dispatch.pause(time.monotonic()))
        while dispatch.outcomes:
            yield dispatch.outcomes.popleft()
    except Exception:
        await wait_for_all()
        raise
    finally:
        for cancel in [*cancels.values()]:
            cancel()
        with anyio.CancelScope(shield=True):
            await wait_for_all()
        dispatch.note([*ended], time.monotonic())


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
