"""The journal: an SQLite file that records which jobs were started and how they ended."""

from __future__ import annotations

import importlib
import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar, get_args, overload
from uuid import UUID, uuid4, uuid5

from pydantic import BaseModel
from pydantic_core import to_json

from .. import errors
from ..errors import ConfigurationError, MuxiError
from .jobs import Outcome

if TYPE_CHECKING:
    import os
    from types import TracebackType

    from typing_extensions import Self

T = TypeVar("T")
State = Literal["open", "begun", "done", "failed", "uncertain"]
_ENDED = ("done", "failed", "uncertain")
_FORMAT = 1
_SCHEMA = """
CREATE TABLE IF NOT EXISTS journal (id TEXT NOT NULL, run INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS jobs (
    key TEXT NOT NULL UNIQUE,
    state TEXT NOT NULL,
    safe INTEGER NOT NULL,       -- it may be repeated under its idempotency key
    run INTEGER NOT NULL,        -- the last run that began it
    attempts INTEGER NOT NULL,
    failures INTEGER NOT NULL,   -- how often it has failed for good: each has a key of its own
    seconds REAL NOT NULL DEFAULT 0,
    type TEXT,                   -- the model of the answer
    answer TEXT,
    error TEXT
);
CREATE INDEX IF NOT EXISTS jobs_by_state ON jobs (state);
"""


@dataclass(frozen=True)
class Entry:
    """The record of a job in a journal."""

    key: str
    state: State
    run: int
    attempts: int = 0
    failures: int = 0


class Journal:
    """A journal that is open for one run. Each `write` is on disk when it returns.

    Args:
        path: The file, which is created if it doesn't exist.

    Raises:
        ConfigurationError: Another run is using the file, or it isn't a journal.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._lock = _lock(Path(path))
        try:
            self._db = _connect(Path(path))
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = FULL")
            self._db.executescript(_SCHEMA)
            with self._db:
                if self._db.execute("SELECT count(*) FROM journal").fetchone() == (0,):
                    self._db.execute("INSERT INTO journal VALUES (?, 0)", (str(uuid4()),))
                    self._db.execute(f"PRAGMA user_version = {_FORMAT}")
                self._db.execute("UPDATE journal SET run = run + 1")
                found = self._db.execute("SELECT id, run FROM journal").fetchone()
        except BaseException:
            self._lock.close()
            raise
        self._id = UUID(found[0])
        self.run: int = found[1]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        exc: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._db.close()
        self._lock.close()

    def find(self, key: str) -> Entry | None:
        """Return the record of a job; None if there is none."""
        found = self._db.execute(
            "SELECT key, state, run, attempts, failures FROM jobs WHERE key = ?", (key,)
        ).fetchone()
        return None if found is None else Entry(*found)

    def idempotency_key(self, key: str, failures: int) -> str:
        """Return the idempotency key of a job.

        Args:
            key: The job's key.
            failures: How often the job has failed for good. A retry after that needs a new key.
        """
        return str(uuid5(self._id, f"{key}#{failures}" if failures else key))

    def give_up_begun(self) -> Iterator[Outcome[Any]]:
        """Mark jobs as `uncertain` that were running when the last run was killed, and return them.

        Jobs that are safe to retry are not among them.
        """
        gone = MuxiError(
            "The run ended before the response came: the job may have been done", sent=True
        )
        unsafe = "state = 'begun' AND NOT safe"
        with self._db:
            found = self._db.execute(f"SELECT key, attempts FROM jobs WHERE {unsafe}").fetchall()
            self._db.execute(
                f"UPDATE jobs SET state = 'uncertain', error = ? WHERE {unsafe}", (_dump(gone),)
            )
        for key, attempts in found:
            yield Outcome(key, "uncertain", None, gone, attempts, 0.0)

    def write(
        self,
        begun: Iterable[tuple[str, bool]],
        ended: Iterable[Outcome[Any]],
        reopened: Iterable[str] = (),
    ) -> None:
        """Record ended, postponed and starting jobs in one transaction.

        Args:
            begun: The keys of starting jobs, and whether each is safe to retry.
            ended: The outcomes of ended jobs.
            reopened: The keys of postponed jobs, on which the server has not acted.
        """
        with self._db:
            self._db.executemany(
                "UPDATE jobs SET state = ?, seconds = ?, type = ?, answer = ?, error = ?,"
                " failures = failures + ? WHERE key = ?",
                [(*_columns(outcome), outcome.key) for outcome in ended],
            )
            self._db.executemany(
                "UPDATE jobs SET state = 'open' WHERE key = ?", [(key,) for key in reopened]
            )
            self._db.executemany(
                "INSERT INTO jobs (key, state, safe, run, attempts, failures)"
                " VALUES (?, 'begun', ?, ?, 1, 0) ON CONFLICT (key) DO UPDATE SET"
                " state = 'begun', safe = excluded.safe, run = excluded.run,"
                " attempts = attempts + 1",
                [(key, safe, self.run) for key, safe in begun],
            )


@overload
def results(path: str | os.PathLike[str]) -> Iterator[Outcome[object]]: ...
@overload
def results(path: str | os.PathLike[str], answers: type[T]) -> Iterator[Outcome[T]]: ...
def results(path: str | os.PathLike[str], answers: type[Any] = object) -> Iterator[Outcome[Any]]:
    """Iterate over the outcomes in a journal, in the order in which the jobs started.

    A run may write to the journal at the same time. Answers are models of `muxi`, and JSON values
    if they were something else.

    Args:
        path: The path of the journal.
        answers: The class of the answers, such as `ChatReply`. Each answer is checked, and type
            checkers know its type.

    Raises:
        ConfigurationError: There is no journal at this path.
        TypeError: An answer isn't an instance of `answers`.

    Example:
        ```python
        from muxi import FormationClient, bulk
        from muxi.models.formation import ChatReply
        from muxi.resources.formation import Chat

        jobs = [bulk.Job("greeting", Chat.send.build("Hello"))]
        with FormationClient() as formation:
            list(bulk.run(formation, jobs, journal="greetings.db"))
        for outcome in bulk.results("greetings.db", ChatReply):
            print(outcome.key, outcome.answer.text if outcome.answer else outcome.error)
        ```
    """
    with closing(_connect(Path(path), read_only=True)) as db:
        for key, state, attempts, seconds, kind, answer, error in db.execute(
            "SELECT key, state, attempts, seconds, type, answer, error FROM jobs"
            f" WHERE state IN {_ENDED} ORDER BY rowid"
        ):
            loaded = None if answer is None else _load_answer(kind, answer)
            if loaded is not None and not isinstance(loaded, answers):
                raise TypeError(f"The answer of {key!r} is {kind or 'JSON'}, not {answers}")
            problem = None if error is None else _load_error(error)
            yield Outcome(key, state, loaded, problem, attempts, seconds)


def count(path: str | os.PathLike[str]) -> dict[State, int]:
    """Count the jobs of a journal by state: `open`, `begun`, `done`, `failed`, `uncertain`.

    Jobs that no run has read yet aren't counted.

    Args:
        path: The path of the journal.

    Raises:
        ConfigurationError: There is no journal at this path.
    """
    counts: dict[State, int] = dict.fromkeys(get_args(State), 0)
    with closing(_connect(Path(path), read_only=True)) as db:
        counts.update(db.execute("SELECT state, count(*) FROM jobs GROUP BY state"))
    return counts


def _connect(path: Path, *, read_only: bool = False) -> sqlite3.Connection:
    mode = "ro" if read_only else "rwc"
    try:
        db = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode={mode}", uri=True, timeout=60, check_same_thread=False
        )
        version = db.execute("PRAGMA user_version").fetchone()[0]
    except sqlite3.Error as exc:
        raise ConfigurationError(f"{path} is not a journal: {exc}.") from None
    if version != _FORMAT and (version or read_only):
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


def _columns(outcome: Outcome[Any]) -> tuple[str, float, str | None, str | None, str | None, bool]:
    kind = answer = error = None
    if outcome.error is None:
        kind, answer = _dump_answer(outcome.answer)
    else:
        error = _dump(outcome.error)
    return outcome.state, outcome.seconds, kind, answer, error, _is_final(outcome.error)


def _is_final(error: MuxiError | None) -> bool:
    """Return whether the server reported that the call failed. Otherwise it may still run."""
    if error is None:
        return False
    return not error.sent or error.status_code is not None or error.code is not None


def _dump_answer(answer: object) -> tuple[str | None, str]:
    if not isinstance(answer, BaseModel):
        return None, to_json(answer, fallback=str).decode()
    kind = type(answer)
    return f"{kind.__module__}:{kind.__qualname__}", answer.model_dump_json(exclude_unset=True)


def _load_answer(kind: str | None, answer: str) -> object:
    module, _, name = (kind or "").partition(":")
    if not module.startswith("muxi.models."):
        return json.loads(answer)
    model = getattr(importlib.import_module(module), name)
    assert issubclass(model, BaseModel)
    return model.model_validate_json(answer)


_FACTS = ("code", "status_code", "details", "request_id", "retry_after", "sent")


def _dump(error: MuxiError) -> str:
    facts = {name: getattr(error, name) for name in _FACTS}
    told = {"type": type(error).__name__, "message": error.message, "url": error.url, **facts}
    return to_json(told, fallback=str).decode()


def _load_error(text: str) -> MuxiError:
    told = json.loads(text)
    kind = getattr(errors, told["type"], MuxiError)
    assert issubclass(kind, MuxiError)
    error = kind(told["message"], **{name: told[name] for name in _FACTS})
    error.url = told["url"]
    return error
