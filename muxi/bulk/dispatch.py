"""Decides which job starts when, and how it ended. Its only I/O is the journal."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Container, Iterable, Iterator
from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

from ..errors import AuthenticationError, ConfigurationError, MuxiError, TimeoutError
from ..retry import limit_retries
from .jobs import Job, Outcome, Progress, WorkerLostError, is_refusal, may_have_acted
from .queue import Queue, Task

if TYPE_CHECKING:
    from ..retry import Retry
    from .journal import Journal, State
    from .throttle import Throttle

T = TypeVar("T")
OnProgress = Callable[[Progress], object]
_REFUSALS = 30
"""How often a job may be refused or time out before it counts as failed."""
_READ_AHEAD = 64


@dataclass(frozen=True)
class Ended(Generic[T]):
    """An attempt that has ended."""

    task: Task[T]
    data: T | None = None
    error: BaseException | None = None


class Dispatch(Generic[T]):
    """The state of a run. `turn` is told which attempts ended, and says which to start.

    Attributes:
        concurrency: The most calls at the same time.
        problem: The error that stopped the run, to raise when the running tasks have ended.

    Args:
        jobs: The jobs.
        journal: The open journal.
        throttle: The limits of the run.
        retry: The pauses between the attempts of a job that fails.
        skip: The states of jobs that aren't started again.
        on_progress: Called before each outcome.
    """

    def __init__(
        self,
        jobs: Iterator[Job[T]],
        journal: Journal,
        throttle: Throttle,
        retry: Retry,
        skip: Container[State],
        on_progress: OnProgress | None = None,
    ) -> None:
        self.concurrency = throttle.concurrency
        self.problem: BaseException | None = None
        self._journal = journal
        self._throttle = throttle
        self._retry = retry
        self._queue = Queue(jobs, journal, skip, max(_READ_AHEAD, self.concurrency))
        self._on_progress = on_progress
        self._outcomes: deque[Outcome[T]] = deque()
        self._in_flight: set[Task[T]] = set()
        self._stopped = False
        self._counts: Counter[str] = Counter()
        self._ended: list[Outcome[T]] = []
        self._reopened: list[str] = []
        if "uncertain" in skip:
            self._hand_out(journal.give_up_begun())

    @property
    def over(self) -> bool:
        """Whether nothing runs and nothing is left to start."""
        return not self._in_flight and (self._stopped or not self._queue)

    def turn(self, ended: Iterable[Ended[T]], now: float) -> list[Task[T]]:
        """Record ended attempts, and return the tasks to start. The journal is already written."""
        for one in ended:
            self._in_flight.remove(one.task)
            self._note(one, now)
        begun = self._choose(now)
        if begun or self._ended or self._reopened:
            starting = [(one.key, one.called, one.safe) for one in begun]
            self._journal.write(starting, self._ended, self._reopened)
        self._in_flight.update(begun)
        self._hand_out(self._ended)
        self._ended, self._reopened = [], []
        return begun

    def finish(self, ended: Iterable[Ended[T]], now: float) -> None:
        """Record ended attempts, and start nothing more."""
        self._stopped = True
        self.turn(ended, now)

    def wait(self, now: float) -> float:
        """Return the seconds until `turn` may start a task; infinity if a task must end first."""
        if self._stopped:
            return inf
        allowed = self._throttle.wait(now, len(self._in_flight))
        return max(allowed, self._queue.due(now, new=self._has_room(0)))

    def next_outcome(self) -> Outcome[T] | None:
        """Return an outcome for the caller, which is already in the journal; None if there is none.

        The progress is reported before.
        """
        if not self._outcomes:
            return None
        if self._on_progress is not None:
            self._on_progress(self._progress())
        return self._outcomes.popleft()

    def _choose(self, now: float) -> list[Task[T]]:
        begun: list[Task[T]] = []
        if self._stopped:
            return begun
        try:
            self._queue.read()
        except Exception as exc:  # of the caller's iterable
            self._stop(exc)
            return begun
        while self._throttle.wait(now, len(self._in_flight) + len(begun)) == 0:
            task = self._queue.pop(now, new=self._has_room(len(begun)))
            if task is None:
                break
            task.began = now
            task.attempts += 1
            self._throttle.began(now)
            begun.append(task)
        return begun

    def _has_room(self, begun: int) -> bool:
        """Return whether a new job may start. Retries and unread outcomes need memory, too."""
        held = len(self._in_flight) + begun + len(self._queue.retries)
        return max(held, len(self._outcomes)) < self.concurrency

    def _stop(self, problem: BaseException) -> None:
        self._stopped = True
        self.problem = self.problem or problem

    def _hand_out(self, outcomes: Iterable[Outcome[T]]) -> None:
        for outcome in outcomes:
            self._counts[outcome.state] += 1
            self._outcomes.append(outcome)

    def _progress(self) -> Progress:
        return Progress(
            done=self._counts["done"],
            failed=self._counts["failed"],
            uncertain=self._counts["uncertain"],
            skipped=self._queue.skipped,
            in_flight=len(self._in_flight),
            limit=int(self._throttle.limit),
        )

    def _note(self, one: Ended[T], now: float) -> None:
        task, error = one.task, one.error
        if error is None:
            self._throttle.answered()
            self._end(task, now, one.data, None)
        elif isinstance(error, (AuthenticationError, ConfigurationError)):
            self._reopened.append(task.key)
            self._stop(error)  # every other job would fail, too
        elif isinstance(error, MuxiError):
            self._adapt(task, error, now)
            delay = self._delay(task, error)
            if delay is None:
                self._end(task, now, None, error)
                return
            if not may_have_acted(error):
                self._reopened.append(task.key)
            self._queue.postpone(task, now + delay)
        else:
            self._stop(error)

    def _end(self, task: Task[T], now: float, data: T | None, error: MuxiError | None) -> None:
        unknown = error is not None and not task.safe and may_have_acted(error)
        state: Final = "done" if error is None else "uncertain" if unknown else "failed"
        self._ended.append(Outcome(task.key, state, data, error, task.attempts, now - task.began))

    def _adapt(self, task: Task[Any], error: MuxiError, now: float) -> None:
        """Adapt the number of calls in flight to an error."""
        if not is_refusal(error) and not isinstance(error, TimeoutError):
            self._throttle.answered()
            return
        self._throttle.congested(error, task.began, now)
        if self._throttle.hopeless(now):
            self._stop(error)

    def _delay(self, task: Task[Any], error: MuxiError) -> float | None:
        """Return the seconds until the next attempt of a job; None if it has failed."""
        if not error.retryable or error.status_code == 500:
            return None
        if may_have_acted(error) and not task.safe:
            return None
        if isinstance(error, WorkerLostError):
            return 0.0
        if is_refusal(error) or isinstance(error, TimeoutError):
            task.refusals += 1
            return 0.0 if task.refusals <= limit_retries(error, _REFUSALS) else None
        task.mistakes += 1
        return self._retry.delay(error, attempt=task.mistakes, repeatable=True, jitter=1.0)
