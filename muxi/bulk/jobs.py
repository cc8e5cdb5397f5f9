"""Jobs, what comes of them, and one attempt at a job as a flow. Nothing here does I/O."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Generic, Literal, TypeVar

from .._core.call import Call
from .._core.endpoint import FlowCall
from .._core.steps import ConsumeStream, Flow, OpenStream, request
from ..errors import ConnectionError, MuxiError, ValidationError

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True)
class Job(Generic[T]):
    """A call to make once.

    Attributes:
        key: Identifies the job in its journal, and the call for the formation. It must stand for
            the same call in every run.
        call: What to do, as a method's `build` gives it: `Chat.send.build("Hello")`.
    """

    key: str
    call: Call[T] | FlowCall[T]


@dataclass(frozen=True)
class Outcome(Generic[T_co]):
    """What came of a job.

    Attributes:
        key: The job's key.
        state: `done`, `failed`, or `uncertain`: the server may have acted, but no answer tells
            whether it did, and the call can't be repeated without harm.
        answer: What the call returned; None unless `done`.
        error: What went wrong; None if `done`.
        attempts: How often the job was begun, earlier runs included.
        seconds: How long the last attempt took.
    """

    key: str
    state: Literal["done", "failed", "uncertain"]
    answer: T_co | None
    error: MuxiError | None
    attempts: int
    seconds: float


class WorkerLostError(ConnectionError):
    """The process that did the job is gone."""


def refused(error: MuxiError) -> bool:
    """The server did nothing, now: it has too much to do, or couldn't be reached."""
    return error.status_code in (429, 503) or (error.retryable and not error.sent)


def may_have_acted(error: MuxiError) -> bool:
    """The server may have done what it was asked to do."""
    status = error.status_code
    refusal = status is not None and 400 <= status < 500 and status != 408
    return error.sent and not refusal and not refused(error)


def is_safe(call: object) -> bool:
    """The job may be run again under its idempotency key, whatever has happened.

    `attempt` sees to it for the steps of methods of several calls.
    """
    if not isinstance(call, Call):
        return True
    if call.safe_to_retry is not None:
        return call.safe_to_retry
    return call.method in ("GET", "PUT", "DELETE") or call.idempotent


def user_of(call: Call[Any] | FlowCall[Any]) -> str | None:
    """The user that a job names."""
    return call.user_id if isinstance(call, Call) else None


def attempt(call: Call[T] | FlowCall[T], idempotency_key: str) -> Flow[T]:
    """Do a job, once.

    Args:
        call: The job's.
        idempotency_key: Sent with each call; those after the first have a number added.

    Raises:
        MuxiError: A call failed.
    """
    if isinstance(call, Call):
        return (yield from request(replace(call, idempotency_key=idempotency_key)))
    steps, calls = iter(call), 0
    outcome: object = None
    error: BaseException | None = None
    while True:
        try:
            step = steps.send(outcome) if error is None else steps.throw(error)
        except StopIteration as stop:
            answer: T = stop.value
            return answer
        if isinstance(step, Call):
            key = f"{idempotency_key}-{calls}" if calls else idempotency_key
            step, calls = replace(step, idempotency_key=key), calls + 1
        if isinstance(step, (OpenStream, ConsumeStream)) or not is_safe(step):
            raise ValidationError(
                "This method can't run in bulk: it makes several calls, and repeating them all "
                "could do something twice."
            )
        outcome, error = None, None
        try:
            outcome = yield step
        except BaseException as exc:
            error = exc
