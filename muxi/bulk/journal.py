"""The journal: an SQLite file that records which jobs were started and how they ended."""

from __future__ import annotations

import sqlite3
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeVar, get_args, overload
from uuid import UUID, uuid4, uuid5

from ..errors import ConfigurationError, MuxiError
from .jobs import Outcome
from .records import dump_data, dump_error, load_data, load_error

if TYPE_CHECKING:
    import os

T = TypeVar("T")
State = Literal["open", "begun", "done", "failed", "uncertain"]
_FORMAT = 2
_SCHEMA = """
CREATE TABLE IF NOT EXISTS journal (id TEXT NOT NULL, run INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS jobs (
    key TEXT NOT NULL UNIQUE,
    called TEXT NOT NULL,        -- the fingerprint of the call
    state TEXT NOT NULL,
    safe INTEGER NOT NULL,       -- it may be repeated under its idempotency key
    run INTEGER NOT NULL,        -- the last run that began it
    attempts INTEGER NOT NULL,
    failures INTEGER NOT NULL,   -- how often it has failed for good: each has a key of its own
    seconds REAL NOT NULL DEFAULT 0,
    type TEXT,                   -- the model of the data
    data TEXT,
    error TEXT
);
CREATE INDEX IF NOT EXISTS jobs_by_state ON jobs (state);
"""
_BEGIN = """
INSERT INTO jobs (key, called, state, safe, run, attempts, failures)
VALUES (?, ?, 'begun', ?, ?, 1, 0)
ON CONFLICT (key) DO UPDATE SET
    called = excluded.called, state = 'begun', safe = excluded.safe, run = excluded.run,
    attempts = attempts + 1
"""
_END = """
UPDATE jobs SET state = ?, seconds = ?, type = ?, data = ?, error = ?, failures = failures + ?
WHERE key = ?
"""
_LOST = (408, 502, 504)
"""Status codes of proxies that got no response from the server."""
_GIVE_UP = "UPDATE jobs SET state = 'uncertain', error = ? WHERE key = ?"


class Entry(NamedTuple):
    """The record of a job in a journal."""

    called: str
    """The fingerprint of the call."""
    state: State
    run: int
    attempts: int
    failures: int


class Journal:
    """A journal that is open for one run.

    Attributes:
        run: The number of the run, from 1.
    """

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        with db:
            if db.execute("SELECT count(*) FROM journal").fetchone() == (0,):
                db.execute("INSERT INTO journal VALUES (?, 0)", (str(uuid4()),))
                db.execute(f"PRAGMA user_version = {_FORMAT}")
            db.execute("UPDATE journal SET run = run + 1")
            found = db.execute("SELECT id, run FROM journal").fetchone()
        self._id = UUID(found[0])
        self.run: int = found[1]

    def find(self, key: str) -> Entry | None:
        """Return the record of a job; None if there is none."""
        found = self._db.execute(
            "SELECT called, state, run, attempts, failures FROM jobs WHERE key = ?", (key,)
        ).fetchone()
        return None if found is None else Entry(*found)

    def idempotency_key(self, key: str, failures: int) -> str:
        """Return the idempotency key of a job.

        Args:
            key: The job's key.
            failures: How often the job has failed for good. A retry after that needs a new key.
        """
        return str(uuid5(self._id, f"{key}#{failures}" if failures else key))

    def give_up_begun(self) -> list[Outcome[Any]]:
        """Mark jobs as `uncertain` that were running when the last run was killed, and return them.

        Jobs that are safe to retry are not among them.
        """
        gone = MuxiError(
            "The run ended before the response came: the job may have been done", sent=True
        )
        with self._db:
            found = self._db.execute(
                "SELECT key, attempts FROM jobs WHERE state = 'begun' AND NOT safe"
            ).fetchall()
            self._db.executemany(_GIVE_UP, [(dump_error(gone), key) for key, _ in found])
        return [Outcome(key, "uncertain", None, gone, attempts, 0.0) for key, attempts in found]

    def write(
        self,
        begun: Iterable[tuple[str, str, bool]],
        ended: Iterable[Outcome[Any]],
        reopened: Iterable[str] = (),
    ) -> None:
        """Record ended, postponed and starting jobs. They are on the disk when it returns.

        Args:
            begun: The key of each starting job, its fingerprint, and whether it is safe to retry.
            ended: The outcomes of ended jobs.
            reopened: The keys of jobs that the server has certainly not acted on.
        """
        with self._db:
            self._db.executemany(_END, [_columns(outcome) for outcome in ended])
            self._db.executemany(
                "UPDATE jobs SET state = 'open' WHERE key = ?", [(key,) for key in reopened]
            )
            self._db.executemany(_BEGIN, [(*one, self.run) for one in begun])


@contextmanager
def open_journal(path: str | os.PathLike[str]) -> Generator[Journal, None, None]:
    """Open a journal for a run, and create it if it doesn't exist.

    Raises:
        ConfigurationError: Another run is using the file, or it isn't a journal.
    """
    with closing(_lock(Path(path))), closing(_connect(Path(path), "rwc")) as db:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")
        db.executescript(_SCHEMA)
        yield Journal(db)


@overload
def results(path: str | os.PathLike[str]) -> Iterator[Outcome[object]]: ...
@overload
def results(path: str | os.PathLike[str], returns: type[T]) -> Iterator[Outcome[T]]: ...
def results(path: str | os.PathLike[str], returns: type[Any] = object) -> Iterator[Outcome[Any]]:
    """Iterate over the outcomes in a journal, in the order in which the jobs started.

    A run may write to the journal at the same time. The data are models of `muxi`, and JSON values
    if they were something else.

    Args:
        path: The path of the journal.
        returns: The class of the data, such as `ChatReply`. All data are checked, and type
            checkers know what `result()` returns.

    Raises:
        ConfigurationError: There is no journal at this path.
        TypeError: The data of a job aren't an instance of `returns`.

    Example:
        ```python
        from muxi import FormationClient, bulk
        from muxi.models.formation import ChatReply
        from muxi.resources.formation import Chat

        jobs = [bulk.Job("greeting", Chat.send.build("Hello"))]
        with FormationClient() as formation:
            list(bulk.run(formation, jobs, journal="greetings.db"))
        for outcome in bulk.results("greetings.db", ChatReply):
            print(outcome.key, outcome.error or outcome.result().text)
        ```
    """
    with closing(_connect(Path(path), "ro")) as db:
        for key, state, attempts, seconds, kind, data, error in db.execute(
            "SELECT key, state, attempts, seconds, type, data, error FROM jobs"
            " WHERE state IN ('done', 'failed', 'uncertain') ORDER BY rowid"
        ):
            loaded = None if data is None else load_data(kind, data)
            if loaded is not None and not isinstance(loaded, returns):
                raise TypeError(f"The data of {key!r} are {kind or 'JSON'}, not {returns}")
            yield Outcome(key, state, loaded, error and load_error(error), attempts, seconds)


def count(path: str | os.PathLike[str]) -> dict[State, int]:
    """Count the jobs of a journal by state: `open`, `begun`, `done`, `failed`, `uncertain`.

    Jobs that no run has read yet aren't counted.

    Args:
        path: The path of the journal.

    Raises:
        ConfigurationError: There is no journal at this path.
    """
    counts: dict[State, int] = dict.fromkeys(get_args(State), 0)
    with closing(_connect(Path(path), "ro")) as db:
        counts.update(db.execute("SELECT state, count(*) FROM jobs GROUP BY state"))
    return counts


def _connect(path: Path, mode: Literal["ro", "rwc"]) -> sqlite3.Connection:
    try:
        db = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode={mode}", uri=True, timeout=60, check_same_thread=False
        )
        version = db.execute("PRAGMA user_version").fetchone()[0]
    except sqlite3.Error as exc:
        raise ConfigurationError(f"{path} is not a journal: {exc}.") from None
    if version != _FORMAT and (version or mode == "ro"):
        db.close()
        raise ConfigurationError(f"{path} is not a journal of this version of muxi.")
    return db


def _lock(path: Path) -> sqlite3.Connection:
    """Lock the journal until the connection closes. If the process dies, the system unlocks it."""
    lock = sqlite3.connect(f"{path}.lock", timeout=0, check_same_thread=False)
    try:
        lock.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError:
        lock.close()
        raise ConfigurationError(f"Another run is using the journal {path}.") from None
    return lock


def _columns(
    outcome: Outcome[Any],
) -> tuple[str, float, str | None, str | None, str | None, bool, str]:
    kind = data = error = None
    if outcome.error is None:
        kind, data = dump_data(outcome.data)
    else:
        error = dump_error(outcome.error)
    return outcome.state, outcome.seconds, kind, data, error, _is_final(outcome.error), outcome.key


def _is_final(error: MuxiError | None) -> bool:
    """Return whether the server reported that the call failed. Otherwise it may still run."""
    if error is None or error.status_code in _LOST:
        return False
    return not error.sent or error.status_code is not None or error.code is not None
