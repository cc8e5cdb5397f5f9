"""Waiting for work that goes on in the background."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, TypeVar

from .._core.call import Call
from .._core.steps import Flow, clock, request, sleep
from ..errors import NotFoundError, TimeoutError


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


def until_terminal(
    look: Call[WorkT],
    work_id: str,
    timeout: float | None,
    poll_interval: float,
    *,
    grace: Iterable[float] = (),
) -> Flow[WorkT]:
    """Look again and again until the work is done.

    Args:
        look: Fetches its state.
        work_id: Its id, which the error carries.
        timeout: Seconds to wait at most; None for as long as it takes.
        poll_interval: Seconds between two looks.
        grace: Seconds between the first looks, as long as the work isn't known yet.

    Raises:
        TimeoutError: It still goes on.
        NotFoundError: It isn't known.
    """
    began = yield from clock()
    state = yield from _first_look(look, grace, timeout)
    while not state.is_terminal:
        if timeout is not None and (yield from clock()) - began + poll_interval > timeout:
            raise TimeoutError(
                f"{work_id} is still {state.status} after {timeout} s",
                request_id=work_id,
                sent=True,
            )
        yield from sleep(poll_interval)
        state = yield from request(look)
    return state


def _first_look(look: Call[WorkT], grace: Iterable[float], timeout: float | None) -> Flow[WorkT]:
    began = yield from clock()
    for seconds in grace:
        try:
            return (yield from request(look))
        except NotFoundError:
            if timeout is not None and (yield from clock()) - began + seconds > timeout:
                raise
        yield from sleep(seconds)
    return (yield from request(look))
