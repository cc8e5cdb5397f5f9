"""Looks at a formation, once or until it is healthy."""

from __future__ import annotations

from ..._core.call import Call, KeyKind, path
from ..._core.steps import Flow, clock, request, sleep
from ...errors import NotFoundError, TimeoutError
from ...models import server as m

FORMATIONS = ("rpc", "formations")


def look_at(formation_id: str) -> Call[m.Formation]:
    """The call that fetches a formation."""
    return Call("GET", path(*FORMATIONS, formation_id), m.Formation, KeyKind.HMAC)


def look_at_all() -> Call[m.FormationList]:
    """The call that lists all formations."""
    return Call("GET", path(*FORMATIONS), m.FormationList, KeyKind.HMAC)


def look_for(formation_id: str) -> Flow[m.Formation | None]:
    """The formation, if the server has it."""
    try:
        return (yield from request(look_at(formation_id)))
    except NotFoundError:
        return None


def version_of(formation: m.Formation) -> Flow[str | None]:
    """The version of the manifest that runs, if it has one.

    Some servers tell it in the list only (server-api 3.3).
    """
    if formation.version is not None and formation.version.semantic:
        return formation.version.semantic
    for each in (yield from request(look_at_all())):
        if each.id == formation.id and each.version is not None:
            return each.version.semantic
    return None


def until_healthy(
    look: Call[m.Formation], timeout: float, poll_interval: float
) -> Flow[m.Formation]:
    """The formation, once it runs and is healthy.

    Raises:
        TimeoutError: It isn't within `timeout` seconds.
    """
    began = yield from clock()
    while True:
        formation = yield from request(look)
        if formation.status == "running" and formation.healthy:
            return formation
        if (yield from clock()) - began + poll_interval > timeout:
            raise TimeoutError(
                f"The formation {formation.id} is {formation.status} and not healthy "
                f"after {timeout} s",
                sent=True,
            )
        yield from sleep(poll_interval)
