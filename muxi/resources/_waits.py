"""Waiting for work that goes on in the background."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Protocol, TypeVar

from .._core.call import Call, T
from .._core.checks import check_seconds
from .._core.steps import Flow, clock, request, sleep
from ..errors import NotFoundError, TimeoutError

_LAST_LOOK = 0.5
"""Seconds that the look at the deadline may take."""


class Pollable(Protocol):
    """The state of some work."""

    @property
    def status(self) -> str | None:
        """The server's word for it."""
        ...

    @property
    def is_terminal(self) -> bool:
        """Nothing more will happen to it."""
        ...


WorkT = TypeVar("WorkT", bound=Pollable)


@dataclass(frozen=True)
class Deadline:
    """The moment when a flow has to give up."""

    at: float | None
    """By the clock of flows; None for never."""

    @property
    def has_passed(self) -> bool:
        """No time is left."""
        return self.remaining() == 0

    def remaining(self) -> float | None:
        """Return the seconds that are left, 0 when it has passed; None for no limit."""
        return None if self.at is None else max(0.0, self.at - clock())

    def sooner(self, other: Deadline) -> Deadline:
        """Return the earlier of two deadlines."""
        if self.at is None or other.at is None:
            return other if self.at is None else self
        return self if self.at < other.at else other

    def request(self, call: Call[T]) -> Flow[T]:
        """Make a call that may take the time that is left, and half a second at least."""
        left = self.remaining()
        bounded = call if left is None else replace(call, timeout=max(left, _LAST_LOOK))
        return (yield from request(bounded))


NO_DEADLINE = Deadline(None)


def deadline_in(timeout: float | None) -> Deadline:
    """Return the deadline that is this many seconds away."""
    return Deadline(None if timeout is None else clock() + timeout)


def poll(
    look: Callable[[], Flow[T]],
    is_done: Callable[[T], bool],
    deadline: Deadline,
    poll_interval: float,
    too_late: Callable[[T], TimeoutError],
) -> Flow[T]:
    """Look until it is done, once more at the deadline, and then give up.

    Args:
        look: Fetches the state.
        is_done: Whether nothing more is to be waited for. May raise.
        deadline: When to give up.
        poll_interval: Seconds between two looks.
        too_late: Makes the error of the last state that was seen.

    Raises:
        TimeoutError: It isn't done in time.
    """
    state = yield from look()
    while not is_done(state):
        if deadline.has_passed:
            raise too_late(state)
        left = deadline.remaining()
        yield from sleep(poll_interval if left is None else min(poll_interval, left))
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
    """Wait until the work is done.

    Args:
        look: Fetches its state.
        work_id: Its id, which the error carries.
        timeout: The most seconds to wait; None for no limit.
        poll_interval: Seconds between two looks.
        grace: Seconds between the first looks, as long as the work isn't known yet.

    Raises:
        TimeoutError: It isn't done in time.
        NotFoundError: It isn't known.
        ValidationError: A time can't be.
    """
    if timeout is not None and timeout != 0:
        check_seconds("timeout", timeout)
    if poll_interval != 0:
        check_seconds("poll_interval", poll_interval)
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
                yield from sleep(pauses.pop(0) if left is None else min(pauses.pop(0), left))
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
