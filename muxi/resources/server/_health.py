"""Waits for a formation."""

from __future__ import annotations

from ..._call import Call, Steps, clock, pause, send
from ...errors import TimeoutError
from ...models import server as m


def until_healthy(
    look: Call[m.Formation], timeout: float, poll_interval: float
) -> Steps[m.Formation]:
    """The formation, once it runs and is healthy.

    Raises:
        TimeoutError: It isn't within `timeout` seconds.
    """
    began = yield from clock()
    while True:
        formation = yield from send(look)
        if formation.status == "running" and formation.healthy:
            return formation
        if (yield from clock()) - began + poll_interval > timeout:
            raise TimeoutError(
                f"The formation {formation.id} is {formation.status} and not healthy "
                f"after {timeout} s",
                sent=True,
            )
        yield from pause(poll_interval)
