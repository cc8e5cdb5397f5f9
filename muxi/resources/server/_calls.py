"""The control-plane calls that several namespaces and flows share."""

from __future__ import annotations

from typing import Literal

from ..._core.call import AlreadyDone, BodyFormat, Call, KeyKind, path, query
from ..._core.checks import check_int
from ..._core.steps import Flow
from ...errors import NotFoundError
from ...models import server as m
from .._waits import NO_DEADLINE, Deadline
from ._errors import explain

FORMATIONS = ("rpc", "formations")
MOST_LINES = 10_000
"""The most log lines that the server returns."""
_DONE = "An earlier attempt of this call did it, but its response was lost."


_HMAC = KeyKind.HMAC


def get_call(formation_id: str) -> Call[m.Formation]:
    """Return the call that fetches a formation."""
    where = path(*FORMATIONS, formation_id)
    return Call("GET", where, m.Formation, _HMAC, explain=explain("other"))


def list_call() -> Call[m.FormationList]:
    """Return the call that lists all formations."""
    return Call("GET", path(*FORMATIONS), m.FormationList, _HMAC, explain=explain("other"))


def stop_call(formation_id: str) -> Call[m.StoppedFormation]:
    """Return the call that stops a formation."""
    done = m.StoppedFormation(id=formation_id, status="stopped", message=_DONE)
    return Call(
        "POST",
        path(*FORMATIONS, formation_id, "stop"),
        m.StoppedFormation,
        _HMAC,
        safe_to_retry=True,
        already_done=AlreadyDone(409, done, says="already stopped"),
        explain=explain("stop"),
    )


def delete_call(formation_id: str) -> Call[m.DeletedFormation]:
    """Return the call that deletes a formation."""
    done = m.DeletedFormation(id=formation_id, message=_DONE)
    return Call(
        "DELETE",
        path(*FORMATIONS, formation_id),
        m.DeletedFormation,
        _HMAC,
        already_done=AlreadyDone(404, done, says="Formation not found"),
        explain=explain("delete"),
    )


def cancel_call(formation_id: str) -> Call[m.CancelledUpdate]:
    """Return the call that cancels an update."""
    return Call(
        "POST",
        path(*FORMATIONS, formation_id, "cancel-update"),
        m.CancelledUpdate,
        _HMAC,
        shape=BodyFormat.BARE,
        explain=explain("other"),
    )


def check_lines(lines: int | None) -> int | None:
    """Check a number of log lines; None for the server's default.

    Raises:
        ValidationError: The number is out of range: the server would return its default.
    """
    return None if lines is None else check_int("lines", lines, 1, MOST_LINES)


def logs_call(
    formation_id: str, lines: int | None, stream: Literal["stdout", "stderr", "all"] | None
) -> Call[m.FormationLogs]:
    """Return the call that fetches the last lines of a formation's log."""
    return _logs_call(formation_id, query(lines=lines, stream=stream))


def follow_call(formation_id: str, stream: Literal["stdout", "stderr"]) -> Call[m.FormationLogs]:
    """Return the call that streams a formation's log."""
    return _logs_call(formation_id, query(follow=True, stream=stream))


def _logs_call(formation_id: str, wanted: dict[str, str]) -> Call[m.FormationLogs]:
    where = path(*FORMATIONS, formation_id, "logs")
    return Call("GET", where, m.FormationLogs, _HMAC, query=wanted, explain=explain("other"))


def find(formation_id: str, until: Deadline = NO_DEADLINE) -> Flow[m.Formation | None]:
    """Fetch a formation. Return None if the server doesn't have it."""
    try:
        return (yield from until.request(get_call(formation_id)))
    except NotFoundError:
        return None


def manifest_version(formation: m.Formation, until: Deadline) -> Flow[str | None]:
    """Return the version in the manifest of a deployed formation; None if it has none.

    Some servers report it only in the list (server-api 3.3).
    """
    if formation.version.semantic:
        return formation.version.semantic
    for each in (yield from until.request(list_call())):
        if each.id == formation.id:
            return each.version.semantic
    return None
