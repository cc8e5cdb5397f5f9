"""Which job starts when, by hand: without a socket and without a clock."""

from __future__ import annotations

from pathlib import Path

from muxi import RateLimitError, Retry
from muxi.bulk import Job
from muxi.bulk.dispatch import Dispatch, Ended
from muxi.bulk.journal import open_journal
from muxi.bulk.throttle import Throttle
from muxi.resources.formation import Chat

BUSY = RateLimitError("busy", status_code=429, retry_after=5.0, sent=True)


def test_retry_after_holds_for_all(tmp_path: Path) -> None:
    jobs = (Job(str(number), Chat.send.build("hi")) for number in range(30))
    with open_journal(tmp_path / "run.db") as journal:
        dispatch = Dispatch(jobs, journal, Throttle(4, None, Retry()), Retry(), ())
        refused, *others = dispatch.turn([], now=0.0)
        assert len(others) == 3
        assert dispatch.turn([Ended(refused, error=BUSY)], now=1.0) == []
        assert dispatch.turn([Ended(task) for task in others], now=2.0) == []
        assert dispatch.wait(now=2.0) == 4.0
        assert dispatch.turn([], now=5.9) == []
        assert dispatch.turn([], now=6.0) != []
