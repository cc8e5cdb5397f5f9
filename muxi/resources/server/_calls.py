"""The calls that several namespaces and flows of the control plane make."""

from __future__ import annotations

from typing import Literal

from ..._core.call import AlreadyDone, BodyFormat, Call, KeyKind, path, query
from ..._core.steps import Flow, request
from ...errors import NotFoundError
from ...models import server as m

FORMATIONS = ("rpc", "formations")
_DONE = "An earlier attempt of this call, whose answer was lost, did it."


def get_call(formation_id: str) -> Call[m.Formation]:
    """The call that fetches a formation."""
    return Call("GET", path(*FORMATIONS, formation_id), m.Formation, KeyKind.HMAC)


def list_call() -> Call[m.FormationList]:
    """The call that lists all formations."""
    return Call("GET", path(*FORMATIONS), m.FormationList, KeyKind.HMAC)


def stop_call(formation_id: str) -> Call[m.StoppedFormation]:
    """The call that stops a formation."""
    done = m.StoppedFormation(id=formation_id, status="stopped", message=_DONE)
    where = path(*FORMATIONS, formation_id, "stop")
    return Call(
        "POST",
        where,
        m.StoppedFormation,
        KeyKind.HMAC,
        safe_to_retry=True,
        already_done=AlreadyDone(409, done, says="already stopped"),
    )


def delete_call(formation_id: str) -> Call[m.DeletedFormation]:
    """The call that deletes a formation."""
    done = m.DeletedFormation(id=formation_id, message=_DONE)
    where = path(*FORMATIONS, formation_id)
    gone = AlreadyDone(404, done)
    return Call("DELETE", where, m.DeletedFormation, KeyKind.HMAC, already_done=gone)


def cancel_call(formation_id: str) -> Call[m.CancelledUpdate]:
    """The call that stops an update."""
    where = path(*FORMATIONS, formation_id, "cancel-update")
    return Call("POST", where, m.CancelledUpdate, KeyKind.HMAC, shape=BodyFormat.BARE)


def logs_call(
    formation_id: str, lines: int | None, stream: Literal["stdout", "stderr", "all"] | None
) -> Call[m.FormationLogs]:
    """The call that fetches the last lines of a formation's process."""
    where = path(*FORMATIONS, formation_id, "logs")
    wanted = query(lines=lines, stream=stream)
    return Call("GET", where, m.FormationLogs, KeyKind.HMAC, query=wanted)


def follow_call(formation_id: str, stream: Literal["stdout", "stderr"]) -> Call[m.FormationLogs]:
    """The call that follows what a formation's process writes."""
    where = path(*FORMATIONS, formation_id, "logs")
    wanted = query(follow=True, stream=stream)
    return Call("GET", where, m.FormationLogs, KeyKind.HMAC, query=wanted)


def find(formation_id: str) -> Flow[m.Formation | None]:
    """Fetch a formation, or None if the server doesn't have it."""
    try:
        return (yield from request(get_call(formation_id)))
    except NotFoundError:
        return None


def manifest_version(formation: m.Formation) -> Flow[str | None]:
    """The manifest's version of a deployed formation; None if it has none.

    Some servers report it only in the list (server-api 3.3).
    """
    if formation.version.semantic:
        return formation.version.semantic
    for each in (yield from request(list_call())):
        if each.id == formation.id:
            return each.version.semantic
    return None
