"""Runs that are killed anywhere, played by hand: what the journal says is what happened."""

from __future__ import annotations

import tempfile
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from muxi import (
    ConnectionError,
    MuxiError,
    RateLimitError,
    Retry,
    ServerError,
    TimeoutError,
    UnavailableError,
    ValidationError,
)
from muxi.bulk import Job, count, results
from muxi.bulk.dispatch import Dispatch, Ended
from muxi.bulk.jobs import WorkerLostError
from muxi.bulk.journal import State, open_journal
from muxi.bulk.queue import Task
from muxi.bulk.throttle import Throttle
from muxi.resources.formation import Chat, Memories

JOBS = 12
REFUSALS = [
    RateLimitError("busy", status_code=429, retry_after=1.0, sent=True),
    UnavailableError("busy", status_code=503, sent=True),
    ConnectionError("refused", sent=False),
]
REJECTIONS = [ValidationError("bad", status_code=422, sent=True)]
LOST = [
    ConnectionError("cut", sent=True),
    TimeoutError("late", sent=True),
    ServerError("bad gateway", status_code=502, sent=True),
    WorkerLostError("killed", sent=True),
]
ONE_RETRY = Retry(max_retries=1, base_delay=0.0)
CONCURRENCY = 5


def job(number: int) -> Job[Any]:
    """Even ones are deduplicated by the server, odd ones aren't."""
    if number % 2:
        return Job(f"m{number}", Memories.create.build("tea", user_id=f"u{number % 3}"))
    return Job(f"c{number}", Chat.send.build("hello", user_id=f"u{number % 3}"))


class Server:
    """Works once per idempotency key on what it deduplicates, and on the rest each time."""

    def __init__(self) -> None:
        self.work: Counter[str] = Counter()
        self._seen: set[str] = set()

    def remembers(self, task: Task[Any]) -> bool:
        return task.safe and task.call.idempotency_key in self._seen

    def act(self, task: Task[Any]) -> None:
        if self.remembers(task):
            return
        self._seen.add(task.call.idempotency_key)
        self.work[task.key] += 1


class Runs(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.path = Path(self.folder.name, "run.db")
        self.server = Server()
        self.now = 0.0
        self.doubtful: set[str] = set()
        """Not deduplicated, and without an answer that says whether it was done."""
        self.settled: dict[str, str] = {}
        """The state of each job that has ended."""
        self.start(retry_failed=False)

    def start(self, *, retry_failed: bool) -> None:
        self.opened = ExitStack()
        journal = self.opened.enter_context(open_journal(self.path))
        throttle = Throttle(CONCURRENCY, None, ONE_RETRY)
        jobs = (job(number) for number in range(JOBS))
        skip: set[State] = {"done", "uncertain"}
        if retry_failed:
            self.settled = {key: one for key, one in self.settled.items() if one != "failed"}
        else:
            skip.add("failed")
        self.dispatch: Dispatch[Any] = Dispatch(jobs, journal, throttle, ONE_RETRY, skip)
        self.flying: list[Task[Any]] = []
        self.acted: set[str] = set()
        self.note()

    def note(self, *ended: Ended[Any]) -> None:
        self.now += 2.0  # longer than any pause
        self.flying += self.dispatch.turn([*ended], self.now)
        while outcome := self.dispatch.next_outcome():
            assert outcome.key not in self.settled
            self.settled[outcome.key] = outcome.state
            assert (outcome.state == "uncertain") == (outcome.key in self.doubtful)

    def take(self, data: st.DataObject) -> Task[Any]:
        return self.flying.pop(data.draw(st.integers(0, len(self.flying) - 1)))

    @rule()
    def wait(self) -> None:
        self.note()

    @precondition(lambda self: self.flying)
    @rule(data=st.data())
    def server_acts(self, data: st.DataObject) -> None:
        task = data.draw(st.sampled_from(self.flying))
        if task.key not in self.acted:
            self.acted.add(task.key)
            self.server.act(task)

    @precondition(lambda self: self.flying)
    @rule(data=st.data())
    def answer(self, data: st.DataObject) -> None:
        task = self.take(data)
        if task.key not in self.acted:
            self.server.act(task)
        self.acted.discard(task.key)
        self.note(Ended(task, "the answer"))

    @precondition(lambda self: any(task.key not in self.acted for task in self.flying))
    @rule(data=st.data(), error=st.sampled_from(REFUSALS + REJECTIONS))
    def refuse(self, data: st.DataObject, error: MuxiError) -> None:
        task = data.draw(st.sampled_from([one for one in self.flying if one.key not in self.acted]))
        if error in REJECTIONS and self.server.remembers(task):
            return  # it answers as before
        self.flying.remove(task)
        self.note(Ended(task, error=error))

    @precondition(lambda self: self.flying)
    @rule(data=st.data(), error=st.sampled_from(LOST))
    def lose_the_answer(self, data: st.DataObject, error: MuxiError) -> None:
        task = self.take(data)
        self.acted.discard(task.key)
        if not task.safe:
            self.doubtful.add(task.key)
        self.note(Ended(task, error=error))

    @rule(retry_failed=st.booleans())
    def kill(self, retry_failed: bool) -> None:
        self.doubtful |= {task.key for task in self.flying if not task.safe}
        self.opened.close()
        self.start(retry_failed=retry_failed)

    @invariant()
    def a_job_runs_once_at_a_time(self) -> None:
        assert len(self.flying) == len({task.key for task in self.flying}) <= CONCURRENCY
        assert not self.settled.keys() & {task.key for task in self.flying}

    @invariant()
    def nothing_is_done_twice(self) -> None:
        assert all(times == 1 for times in self.server.work.values())

    def teardown(self) -> None:
        self.kill(retry_failed=False)
        while not self.dispatch.over:
            ended = [Ended(task, "the answer") for task in self.flying]
            for task in self.flying:
                self.server.act(task)
            self.flying.clear()
            self.note(*ended)
        self.nothing_is_done_twice()
        found = {outcome.key: outcome.state for outcome in results(self.path)}
        assert len(found) == JOBS
        assert {key for key, state in found.items() if state == "uncertain"} == self.doubtful
        done = {key for key, state in found.items() if state == "done"}
        assert done <= self.server.work.keys()
        assert self.server.work.keys() <= done | self.doubtful | {
            key for key, state in found.items() if state == "failed" and key.startswith("c")
        }
        counts = count(self.path)
        assert counts["open"] == counts["begun"] == 0
        self.opened.close()
        self.folder.cleanup()


TestRuns = Runs.TestCase
TestRuns.settings = settings(max_examples=15, stateful_step_count=25)
