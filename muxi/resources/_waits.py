"""Waits for work that runs in the background."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Protocol, TypeVar

from .._core.call import Call, T
from .._core.steps import Flow, Sleep, clock, request
from ..errors import NotFoundError, TimeoutError

_LAST_LOOK = 0.5
"""The fewest seconds that a status request gets, even at the deadline."""


class Pollable(Protocol):
    """The status of some work, which can be polled."""

    @property
    def status(self) -> str | None:
        """The status, as the server names it."""
        ...

    @property
    def is_terminal(self) -> bool:
        """Whether the work has ended, with success or without."""
        ...


WorkT = TypeVar("WorkT", bound=Pollable)


@dataclass(frozen=True)
class Deadline:
    """The time at which a flow gives up."""

    at: float | None
    """The time in seconds of `steps.clock`; None for no limit."""

    @property
    def has_passed(self) -> bool:
        """Whether no time is left."""
        return self.remaining() == 0

    def remaining(self) -> float | None:
        """Return the seconds that are left, at least 0; None for no limit."""
        return None if self.at is None else max(0.0, self.at - clock())

    def sooner(self, other: Deadline) -> Deadline:
        """Return the earlier of two deadlines."""
        if self.at is None or other.at is None:
            return other if self.at is None else self
        return self if self.at < other.at else other

    def for_look(self) -> float | None:
        """Return the seconds for a status request: what is left, but at least half a second."""
        left = self.remaining()
        return None if left is None else max(left, _LAST_LOOK)

    def request(self, call: Call[T]) -> Flow[T]:
        """Make a status request."""
        return (yield from request(replace(call, timeout=self.for_look())))


NO_DEADLINE = Deadline(None)


def deadline_in(timeout: float | None) -> Deadline:
    """Return the deadline `timeout` seconds from now."""
    return Deadline(None if timeout is None else clock() + timeout)


def poll(
    look: Callable[[], Flow[T]],
    is_done: Callable[[T], bool],
    deadline: Deadline,
    poll_interval: float,
    too_late: Callable[[T], TimeoutError],
) -> Flow[T]:
    """Poll until the work is done or the deadline has passed. Polls a last time at the deadline.

    Args:
        look: Fetches the status.
        is_done: Returns whether the status ends the wait. May raise.
        deadline: The time at which to give up.
        poll_interval: Seconds between two status requests.
        too_late: Creates the error from the last status.

    Raises:
        TimeoutError: The work isn't done in time.
    """
    state = yield from look()
    while not is_done(state):
        if deadline.has_passed:
            raise too_late(state)
        left = deadline.remaining()
        yield Sleep(poll_interval if left is None else min(poll_interval, left))
        try:
            state = yield from look()
        except TimeoutError as exc:
            if deadline.has_passed:
                raise too_late(state) from exc
            raise
    return state


def until_terminal(
    look: Call[WorkT],
    work_id: str,
    timeout: float | None,
    poll_interval: float,
    *,
    grace: Iterable[float] = (),
) -> Flow[WorkT]:
    """Wait until the work has ended.

    Args:
        look: The call that fetches the status.
        work_id: The id of the work, for the error.
        timeout: The most seconds to wait; None for no limit.
        poll_interval: Seconds between two status requests.
        grace: Seconds between the first status requests while the server doesn't know the work yet.

    Raises:
        TimeoutError: The work isn't done in time.
        NotFoundError: The server doesn't know the work.
    """
    deadline = deadline_in(timeout)
    pauses = list(grace)

    def look_in_time() -> Flow[WorkT]:
        while True:
            try:
                state = yield from deadline.request(look)
            except NotFoundError:
                left = deadline.remaining()
                if not pauses or left == 0:
                    raise
                yield Sleep(pauses.pop(0) if left is None else min(pauses.pop(0), left))
            else:
                pauses.clear()
                return state

    return (
        yield from poll(
            look_in_time,
            lambda state: state.is_terminal,
            deadline,
            poll_interval,
            lambda state: TimeoutError(
                f"{work_id} is still {state.status} after {timeout} s",
                request_id=work_id,
                sent=True,
            ),
        )
    )
