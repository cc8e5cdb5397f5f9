"""The jobs that wait for their start: new ones and retries."""

from __future__ import annotations

import heapq
from collections import OrderedDict, deque
from collections.abc import Container, Iterator
from dataclasses import dataclass, replace
from math import inf
from typing import TYPE_CHECKING, Generic, TypeVar

from ..errors import ValidationError
from .jobs import fingerprint

if TYPE_CHECKING:
    from .._core.call import Call
    from .jobs import Job
    from .journal import Journal, State

T = TypeVar("T")
_READ_AT_ONCE = 1000
"""The most jobs to read in one turn. Jobs that ended in an earlier run are many and are skipped."""


@dataclass(eq=False)
class Task(Generic[T]):
    """A job that waits or runs."""

    key: str
    call: Call[T]
    called: str
    """The fingerprint of the call."""
    safe: bool
    attempts: int
    """The number of attempts that were started."""
    refusals: int = 0
    """The number of attempts that were refused or timed out."""
    mistakes: int = 0
    """The number of attempts that failed with another retryable error."""
    began: float = 0.0


class Queue(Generic[T]):
    """Jobs in the order in which they start: retries that are due, then each user's in turn.

    Args:
        jobs: The jobs, read when they are needed.
        journal: The journal, which knows the jobs of earlier runs.
        skip: The states of jobs that aren't started again.
        ahead: How many jobs to read ahead, so that users can take turns.
    """

    def __init__(
        self, jobs: Iterator[Job[T]], journal: Journal, skip: Container[State], ahead: int
    ) -> None:
        self.skipped = 0
        self.retries: list[tuple[float, int, Task[T]]] = []
        self._jobs = jobs
        self._journal = journal
        self._skip = skip
        self._ahead = ahead
        self._users: OrderedDict[str | None, deque[Task[T]]] = OrderedDict()
        self._keys: set[str] = set()
        self._exhausted = False

    def __bool__(self) -> bool:
        """Return whether a job waits or may still be read."""
        return bool(self.retries or self._has_new)

    @property
    def _has_new(self) -> bool:
        return bool(self._users) or not self._exhausted

    def read(self) -> None:
        """Read jobs ahead.

        Raises:
            ValidationError: Two jobs have the same key.
        """
        for _ in range(_READ_AT_ONCE):
            if self._exhausted or len(self._keys) >= self._ahead:
                return
            job = next(self._jobs, None)
            if job is None:
                self._exhausted = True
            elif task := self._task(job):
                self._keys.add(job.key)
                self._users.setdefault(job.call.user_id, deque()).append(task)

    def _task(self, job: Job[T]) -> Task[T] | None:
        """Return the task of a job; None if the job ended in an earlier run."""
        attempts = failures = 0
        entry = self._journal.find(job.key)
        if job.key in self._keys or (entry is not None and entry.run == self._journal.run):
            raise ValidationError(
                f"Two jobs have the key {job.key!r}. Give each job a key of its own."
            )
        called = fingerprint(job.call)
        if entry is not None:
            if entry.state != "failed" and entry.called != called:
                raise ValidationError(
                    f"The job {job.key!r} was another call in an earlier run. Give it another key, "
                    "or take another journal."
                )
            if entry.state in self._skip:
                self.skipped += 1
                return None
            attempts, failures = entry.attempts, entry.failures
        call = replace(job.call, idempotency_key=self._journal.idempotency_key(job.key, failures))
        return Task(job.key, call, called, call.is_repeatable, attempts)

    def due(self, now: float, *, new: bool) -> float:
        """Return the seconds until a job may start; infinity if there is none.

        Args:
            now: The current time.
            new: Whether a job may start that isn't a retry.
        """
        if new and self._has_new:
            return 0.0
        return max(0.0, self.retries[0][0] - now) if self.retries else inf

    def pop(self, now: float, *, new: bool) -> Task[T] | None:
        """Remove and return the next job; None if none may start. See `due`."""
        if self.retries and self.retries[0][0] <= now:
            return heapq.heappop(self.retries)[2]
        if not new or not self._users:
            return None
        user, tasks = self._users.popitem(last=False)
        task = tasks.popleft()
        if tasks:
            self._users[user] = tasks
        self._keys.remove(task.key)
        return task

    def postpone(self, task: Task[T], due: float) -> None:
        """Start a job again at a later time."""
        heapq.heappush(self.retries, (due, id(task), task))
