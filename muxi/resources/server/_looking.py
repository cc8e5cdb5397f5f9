"""Looks at a formation, once or until it is healthy."""

from __future__ import annotations

from ..._call import Auth, Call, Steps, clock, path, pause, send
from ...errors import TimeoutError
from ...models import server as m

FORMATIONS = ("rpc", "formations")


def look_at(formation_id: str) -> Call[m.Formation]:
    """The call that fetches a formation."""
    return Call("GET", path(*FORMATIONS, formation_id), m.Formation, Auth.HMAC)


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
