"""Jobs and outcomes, and what an error says about a job."""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Generic, Literal, TypeVar

from .._core.call import Call
from ..errors import ConnectionError, MuxiError

_GENERATED = re.compile(r"'(req|sess)_[0-9a-f]{32}'")
"""Ids that `chat.send` creates again in each run."""

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True)
class Job(Generic[T]):
    """A call to make exactly once.

    Attributes:
        key: The key that identifies the job in the journal and its call for the formation. It
            must belong to the same call in every run.
        call: The call, as the `build` of a method returns it: `Chat.send.build("Hello")`. Methods
            that make several calls, such as `Formations.deploy`, can't be jobs.
    """

    key: str
    call: Call[T]


@dataclass(frozen=True)
class Outcome(Generic[T_co]):
    """The outcome of a job.

    Attributes:
        key: The job's key.
        state: `done`, `failed` or `uncertain`. `uncertain` means that it is unknown whether the
            server acted, and that the call isn't safe to retry.
        data: What the call returned; None unless `done`. `result()` has the exact type.
        error: The error; None if `done`.
        attempts: The number of attempts, earlier runs included.
        seconds: The duration of the last attempt.
    """

    key: str
    state: Literal["done", "failed", "uncertain"]
    data: T_co | None
    error: MuxiError | None
    attempts: int
    seconds: float

    def result(self) -> T_co:
        """Return what the call returned, or raise its error.

        Raises:
            MuxiError: The job failed or is uncertain.
        """
        if self.error is not None:
            raise self.error
        return self.data  # type: ignore[return-value]  # None only if the call returns None


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

    done: int
    failed: int
    uncertain: int
    skipped: int
    in_flight: int
    limit: int

    @property
    def ended(self) -> int:
        """The number of jobs that have ended, earlier runs included."""
        return self.done + self.failed + self.uncertain + self.skipped


class WorkerLostError(ConnectionError):
    """The process that ran the job is gone."""


def fingerprint(call: Call[Any]) -> str:
    """Return a text that tells calls apart, whatever ids the SDK has created for them."""
    body = None if call.body is None else call.body.model_dump(exclude_unset=True)
    facts = repr((call.method, call.path, call.user_id, dict(call.query), body))
    return sha256(_GENERATED.sub("", facts).encode()).hexdigest()


def is_refusal(error: MuxiError) -> bool:
    """Return whether the server did nothing because it was overloaded or unreachable."""
    return error.status_code in (429, 503) or (error.retryable and not error.sent)


def may_have_acted(error: MuxiError) -> bool:
    """Return whether the server may have acted on the call."""
    status = error.status_code
    is_rejection = status is not None and 400 <= status < 500 and status != 408
    return error.sent and not is_rejection and not is_refusal(error)
