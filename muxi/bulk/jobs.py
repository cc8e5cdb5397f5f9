"""Jobs, their outcomes, and the flow of one attempt. No I/O."""

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
    """A call to make exactly once.

    Attributes:
        key: The key that identifies the job in the journal and its call for the formation. It
            must belong to the same call in every run.
        call: The call, as a method's `build` returns it: `Chat.send.build("Hello")`.
    """

    key: str
    call: Call[T] | FlowCall[T]


@dataclass(frozen=True)
class Outcome(Generic[T_co]):
    """The outcome of a job.

    Attributes:
        key: The job's key.
        state: `done`, `failed` or `uncertain`. `uncertain` means that it is unknown whether the
            server acted, and that the call isn't safe to retry.
        answer: What the call returned; None unless `done`.
        error: The error; None if `done`.
        attempts: The number of attempts, earlier runs included.
        seconds: The duration of the last attempt.
    """

    key: str
    state: Literal["done", "failed", "uncertain"]
    answer: T_co | None
    error: MuxiError | None
    attempts: int
    seconds: float


class WorkerLostError(ConnectionError):
    """The process that ran the job is gone."""


def refused(error: MuxiError) -> bool:
    """Return whether the server did nothing because it was overloaded or unreachable."""
    return error.status_code in (429, 503) or (error.retryable and not error.sent)


def may_have_acted(error: MuxiError) -> bool:
    """Return whether the server may have acted on the call."""
    status = error.status_code
    refusal = status is not None and 400 <= status < 500 and status != 408
    return error.sent and not refusal and not refused(error)


def is_safe(call: object) -> bool:
    """Return whether the job may always be repeated with its idempotency key.

    For methods of several calls, `attempt` checks each call.
    """
    if not isinstance(call, Call):
        return True
    if call.safe_to_retry is not None:
        return call.safe_to_retry
    return call.method in ("GET", "PUT", "DELETE") or call.idempotent


def user_of(call: Call[Any] | FlowCall[Any]) -> str | None:
    """Return the user id of a job's call."""
    return call.user_id if isinstance(call, Call) else None


def attempt(call: Call[T] | FlowCall[T], idempotency_key: str) -> Flow[T]:
    """Run one attempt of a job.

    Args:
        call: The job's call.
        idempotency_key: The key to send with the first call. Later calls get a numbered one.

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
