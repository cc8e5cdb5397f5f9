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


def test_jobs_are_read_late_and_data_is_forgotten_when_it_was_handed_out(tmp_path: Path) -> None:
    data, read = Alive(), 0

    def jobs() -> Iterator[Job[object]]:
        nonlocal read
        for number in range(200):
            read += 1
            yield Job(str(number), Sessions.restore.build(f"s{number}", []))

    def perform(call: Call[object]) -> object:
        made = Data()
        data.add(made)
        return made

    @contextmanager
    def opened() -> Iterator[Dispatch[object]]:
        with open_journal(tmp_path / "run.db") as journal:
            throttle = Throttle(CONCURRENCY, None, Retry())
            yield Dispatch(jobs(), journal, throttle, Retry(), ())

    for done, _ in enumerate(drive(opened(), perform), 1):
        assert read - done <= AHEAD + 2 * CONCURRENCY
    assert read == done == 200
    assert data.most <= 3 * CONCURRENCY
