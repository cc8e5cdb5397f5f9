"""What a run holds in memory doesn't grow with the number of jobs."""

from __future__ import annotations

import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from muxi import Retry
from muxi._core.call import Call
from muxi.bulk import Job
from muxi.bulk.dispatch import Dispatch
from muxi.bulk.drive import drive
from muxi.bulk.journal import open_journal
from muxi.bulk.throttle import Throttle
from muxi.resources.formation import Sessions

CONCURRENCY = 4
AHEAD = 64


class Alive:
    """Counts the objects that are alive."""

    def __init__(self) -> None:
        self.now = self.most = 0

    def add(self, one: object) -> None:
        self.now += 1
        self.most = max(self.most, self.now)
        weakref.finalize(one, self._remove)

    def _remove(self) -> None:
        self.now -= 1


class Data:
    """What a call returns."""


def test_jobs_and_data_are_forgotten_when_they_were_handed_out(tmp_path: Path) -> None:
    calls, data = Alive(), Alive()

    def jobs() -> Iterator[Job[object]]:
        for number in range(200):
            call: Call[object] = Sessions.restore.build(f"s{number}", [])
            calls.add(call)
            yield Job(str(number), call)

    def perform(call: Call[object]) -> object:
        made = Data()
        data.add(made)
        return made

    @contextmanager
    def opened() -> Iterator[Dispatch[object]]:
        with open_journal(tmp_path / "run.db") as journal:
            throttle = Throttle(CONCURRENCY, None, Retry())
            yield Dispatch(jobs(), journal, throttle, Retry(), ())

    count = sum(1 for _ in drive(opened(), perform))
    assert count == 200
    assert calls.most <= AHEAD + 2 * CONCURRENCY
    assert data.most <= 3 * CONCURRENCY
