"""Waits until a formation is healthy."""

from __future__ import annotations

from ..._core.steps import Flow
from ...errors import TimeoutError
from ...models import server as m
from .._waits import deadline_in, poll
from ._calls import get_call


def wait_until_healthy(
    formation_id: str, timeout: float, poll_interval: float
) -> Flow[m.Formation]:
    """Wait until the server says that a formation runs and is healthy.

    Raises:
        TimeoutError: It isn't in time.
    """
    deadline = deadline_in(timeout)
    return (
        yield from poll(
            lambda: deadline.request(get_call(formation_id)),
            lambda formation: formation.status == "running" and bool(formation.healthy),
            deadline,
            poll_interval,
            lambda formation: TimeoutError(
                f"The formation {formation_id} is {formation.status} and not healthy "
                f"after {timeout} s",
                sent=True,
            ),
        )
    )
