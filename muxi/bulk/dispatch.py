"""Decides which job starts when, and how it ended. Its only I/O is the journal."""

from __future__ import annotations

import heapq
from collections import OrderedDict, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

from ..errors import (
    AuthenticationError,
    ConfigurationError,
    MuxiError,
    TimeoutError,
    ValidationError,
)
from .jobs import Job, Outcome, WorkerLostError, attempt, is_safe, may_have_acted, refused, user_of

if TYPE_CHECKING:
    from .._core.steps import Flow
    from ..retry import Retry
    from .journal import Journal
    from .throttle import Throttle

T = TypeVar("T")
_REFUSALS = 30
"""How often a job may be refused or time out before it counts as failed."""
_TURN = 0.005
"""Seconds: each turn writes to the disk, so there are at most 200 in a second."""
_READ_AHEAD = 64
_READ_AT_ONCE = 1000


@dataclass(frozen=True)
class Progress:
    """The progress of a run.

    Attributes:
        done: Jobs that succeeded in this run.
        failed: Jobs that failed in this run.
        uncertain: Jobs of this run for which it is unknown whether the server acted.
        skipped: Jobs that ended in an earlier run.
        in_flight: Jobs that are running.
        limit: The most jobs that may run at the moment.
    """

    done: int = 0
    failed: int = 0
    uncertain: int = 0
    skipped: int = 0
    in_flight: int = 0
    limit: int = 0


@dataclass(eq=False)
class Task(Generic[T]):
    """A running or waiting job."""

    job: Job[T]
    safe: bool
    idempotency_key: str
    attempts: int
    """The number of attempts that were started."""
    refusals: int = 0
    mistakes: int = 0
    """The number of attempts that failed with a retryable error of the job itself."""
    began: float = 0.0

    def steps(self) -> Flow[T]:
        """Return the flow that a worker runs."""
        return attempt(self.job.call, self.idempotency_key)


@dataclass(frozen=True)
class Ended(Generic[T]):
    """An attempt that has ended."""

    task: Task[T]
    answer: T | None = None
    error: BaseException | None = None


@dataclass
class Dispatch(Generic[T]):
    """The state of a run. An engine passes ended attempts to `turn` and starts the returned tasks.

    Attributes:
        outcomes: The outcomes to hand to the caller, which are already in the journal.
    """

    jobs: Iterator[Job[T]]
    journal: Journal
    throttle: Throttle
    retry: Retry
    concurrency: int
    retry_failed: bool = False
    retry_uncertain: bool = False
    outcomes: deque[Outcome[T]] = field(default_factory=deque[Outcome[Any]])
    counts: dict[str, int] = field(
        default_factory=lambda: dict.fromkeys(("done", "failed", "uncertain", "skipped"), 0)
    )

    def __post_init__(self) -> None:
        self._turned = float("-inf")
        self._in_flight: dict[str, Task[T]] = {}
        self._waiting: list[tuple[float, int, Task[T]]] = []
        self._users: OrderedDict[str | None, deque[Task[T]]] = OrderedDict()
        self._read: set[str] = set()
        self._exhausted = False
        self._problem: BaseException | None = None
        self._ended: list[Outcome[T]] = []
        self._reopened: list[str] = []
        if not self.retry_uncertain:
            for outcome in self.journal.give_up_begun():
                self._hand_out(outcome)

    @property
    def over(self) -> bool:
        """Whether all jobs have ended. `outcomes` may still have to be handed out."""
        left = self._in_flight or self._waiting or self._users or self._problem
        return self._exhausted and not left

    @property
    def in_flight(self) -> int:
        """The number of running tasks."""
        return len(self._in_flight)

    @property
    def progress(self) -> Progress:
        """The progress of the run."""
        return Progress(
            **self.counts, in_flight=len(self._in_flight), limit=int(self.throttle.limit)
        )

    def turn(self, ended: list[Ended[T]], now: float) -> list[Task[T]]:
        """Record ended attempts, and return the tasks to start. The journal is already written.

        Raises:
            AuthenticationError: The key is wrong, so every job would fail.
            ConfigurationError: The client lacks a key.
            MuxiError: The server has refused every call for five minutes.
            ValidationError: Two jobs have the same key.
        """
        self._turned = now
        self._sort(ended, now)
        if self._problem is not None:
            self._save([])
            raise self._problem
        begun = self._choose(now)
        try:
            self._save([(task.job.key, task.safe) for task in begun])
        except BaseException:
            for task in begun:
                del self._in_flight[task.job.key]
            raise
        return begun

    def note(self, ended: list[Ended[T]], now: float) -> None:
        """Record ended attempts, also in the journal, without starting tasks."""
        self._sort(ended, now)
        self._save([])

    def _sort(self, ended: list[Ended[T]], now: float) -> None:
        for one in ended:
            del self._in_flight[one.task.job.key]
            if one.error is None:
                self.throttle.answered()
                self._end(one.task, now, one.answer, None)
            elif isinstance(one.error, MuxiError):
                self._failed(one.task, one.error, now)
            else:
                self._problem = self._problem or one.error

    def pause(self, now: float) -> float:
        """Seconds to wait for more to end before the next `turn`, which writes to the disk."""
        return max(0.0, self._turned + _TURN - now)

    def wait(self, now: float) -> float | None:
        """Return the seconds until `turn` may start a task; None if a task must end first."""
        if self._problem is not None:
            return 0.0
        if self._users or not self._exhausted:
            until = self.throttle.wait(now, len(self._in_flight)) if self._has_room() else None
        else:
            until = None
        if self._waiting:
            due = max(0.0, self._waiting[0][0] - now)
            allowed = self.throttle.wait(now, len(self._in_flight))
            retry = None if allowed is None else max(due, allowed)
            until = retry if until is None else until if retry is None else min(until, retry)
        return until

    def _save(self, begun: list[tuple[str, bool]]) -> None:
        if begun or self._ended or self._reopened:
            self.journal.write(begun, self._ended, self._reopened)
            for outcome in self._ended:
                self._hand_out(outcome)
            self._ended, self._reopened = [], []

    def _hand_out(self, outcome: Outcome[T]) -> None:
        self.counts[outcome.state] += 1
        self.outcomes.append(outcome)

    def _has_room(self) -> bool:
        """Return whether another job may start. Waiting retries and unread outcomes count, too."""
        held = len(self._in_flight) + len(self._waiting)
        return max(held, len(self.outcomes)) < self.concurrency

    def _choose(self, now: float) -> list[Task[T]]:
        chosen: list[Task[T]] = []
        self._read_jobs()
        while self.throttle.wait(now, len(self._in_flight)) == 0:
            task = self._next(now)
            if task is None:
                break
            task.began = now
            task.attempts += 1
            self.throttle.began(now)
            self._in_flight[task.job.key] = task
            chosen.append(task)
            self._read_jobs()
        return chosen

    def _next(self, now: float) -> Task[T] | None:
        """Return a postponed job, or else the next job of the next user."""
        if self._waiting and self._waiting[0][0] <= now:
            return heapq.heappop(self._waiting)[2]
        if not self._users or not self._has_room():
            return None
        user, tasks = self._users.popitem(last=False)
        task = tasks.popleft()
        if tasks:
            self._users[user] = tasks
        self._read.discard(task.job.key)
        return task

    def _read_jobs(self) -> None:
        """Read ahead, so that a user's jobs don't wait for all jobs of another user."""
        for _ in range(_READ_AT_ONCE):
            if self._exhausted or len(self._read) >= max(_READ_AHEAD, self.concurrency):
                return
            try:
                job = next(self.jobs, None)
                task = None if job is None else self._task(job)
            except Exception as exc:  # raised by the next turn, so that no task is half started
                self._problem = self._problem or exc
                job = task = None
            if job is None:
                self._exhausted = True
            if task is not None:
                self._read.add(task.job.key)
                self._users.setdefault(user_of(task.job.call), deque()).append(task)

    def _task(self, job: Job[T]) -> Task[T] | None:
        """Return the task of a job; None if the job ended in an earlier run."""
        entry = self.journal.find(job.key)
        if job.key in self._read or (entry is not None and entry.run == self.journal.run):
            raise ValidationError(f"Two jobs have the key {job.key!r}: one would be lost.")
        attempts = failures = 0
        if entry is not None:
            if (
                entry.state == "done"
                or (entry.state == "failed" and not self.retry_failed)
                or (entry.state == "uncertain" and not self.retry_uncertain)
            ):
                self.counts["skipped"] += 1
                return None
            attempts, failures = entry.attempts, entry.failures
        key = self.journal.idempotency_key(job.key, failures)
        return Task(job, is_safe(job.call), key, attempts)

    def _end(self, task: Task[T], now: float, answer: T | None, error: MuxiError | None) -> None:
        unknown = error is not None and not task.safe and may_have_acted(error)
        state: Final = "done" if error is None else "uncertain" if unknown else "failed"
        self._ended.append(
            Outcome(task.job.key, state, answer, error, task.attempts, now - task.began)
        )

    def _failed(self, task: Task[T], error: MuxiError, now: float) -> None:
        if isinstance(error, (AuthenticationError, ConfigurationError)):
            self._reopened.append(task.job.key)
            self._problem = self._problem or error
            return
        slow = isinstance(error, TimeoutError)
        if refused(error) or slow:
            self.throttle.congested(error, task.began, now)
            if self.throttle.hopeless(now):
                self._problem = self._problem or error
        else:
            self.throttle.answered()
        delay = self._delay(task, error)
        if delay is None:
            self._end(task, now, None, error)
            return
        if not may_have_acted(error):
            self._reopened.append(task.job.key)
        heapq.heappush(self._waiting, (now + delay, id(task), task))

    def _delay(self, task: Task[T], error: MuxiError) -> float | None:
        """Return the seconds until the next attempt of a job; None if it has failed."""
        if not error.retryable or error.status_code == 500:
            return None
        if may_have_acted(error) and not task.safe:
            return None
        if isinstance(error, WorkerLostError):
            return 0.0
        if refused(error) or isinstance(error, TimeoutError):
            task.refusals += 1
            # Waiting doesn't help if a feature isn't configured.
            most = 1 if error.code == "SERVICE_UNAVAILABLE" else _REFUSALS
            return 0.0 if task.refusals <= most else None
        task.mistakes += 1
        return self.retry.delay(error, attempt=task.mistakes, repeatable=True, jitter=1.0)
