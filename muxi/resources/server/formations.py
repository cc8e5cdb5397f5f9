"""Formations on a server (contract server-api 3.2, 3.3, 4, 7, 8.6)."""

from __future__ import annotations

from typing import Literal

from ..._call import Auth, Call, Shape, Steps, path, query
from ..._endpoint import Resource, TransportT, endpoint, flow
from ...models import server as m
from ._health import until_healthy

_FORMATIONS = ("rpc", "formations")


class Formations(Resource[TransportT]):
    """The formations that the server runs."""

    @endpoint
    def list(self) -> Call[m.FormationList]:
        """List all formations, in no order.

        The server asks each running formation for its health, one after another and for up to 2 s.
        """
        return Call("GET", path(*_FORMATIONS), m.FormationList, Auth.HMAC)

    @endpoint
    def get(self, formation_id: str) -> Call[m.Formation]:
        """Fetch one formation.

        Args:
            formation_id: Which formation.

        Raises:
            NotFoundError: The server has no such formation.
        """
        return Call("GET", path(*_FORMATIONS, formation_id), m.Formation, Auth.HMAC)

    @endpoint
    def stop(self, formation_id: str) -> Call[m.StoppedFormation]:
        """Stop a formation. Its files and its memory stay.

        Args:
            formation_id: Which formation.

        Raises:
            NotFoundError: The server has no such formation.
            ConflictError: It is stopped already.
            ServerError: The server can't find its process; some versions lose it with an update.
        """
        where = path(*_FORMATIONS, formation_id, "stop")
        done = m.StoppedFormation(id=formation_id, status="stopped", message=_DONE)
        return Call(
            "POST", where, m.StoppedFormation, Auth.HMAC, repeatable=True, already=(409, done)
        )

    @endpoint
    def delete(self, formation_id: str) -> Call[m.DeletedFormation]:
        """Delete a formation with all its files, its memory and its draft. Nothing brings it back.

        Args:
            formation_id: Which formation.

        Raises:
            NotFoundError: The server has no such formation.
        """
        where = path(*_FORMATIONS, formation_id)
        done = m.DeletedFormation(id=formation_id, message=_DONE)
        return Call("DELETE", where, m.DeletedFormation, Auth.HMAC, already=(404, done))

    @endpoint
    def cancel_update(self, formation_id: str) -> Call[m.CancelledUpdate]:
        """Stop an update that is under way. The call that makes the update fails; the old version
        runs on.

        Args:
            formation_id: Which formation.

        Raises:
            NotFoundError: The server has no such formation.
            ValidationError: It isn't being updated.
        """
        where = path(*_FORMATIONS, formation_id, "cancel-update")
        return Call("POST", where, m.CancelledUpdate, Auth.HMAC, shape=Shape.BARE)

    @endpoint
    def logs(
        self,
        formation_id: str,
        *,
        lines: int | None = None,
        stream: Literal["stdout", "stderr", "all"] | None = None,
    ) -> Call[m.FormationLogs]:
        """Fetch the end of what a formation's process wrote.

        Its own events are another thing: `logs.stream` and `events.stream` of its client.

        Args:
            formation_id: Which formation.
            lines: How many of each stream; 100 if None, and 10,000 at most.
            stream: Which; both if None.

        Raises:
            NotFoundError: The server has no such formation.
        """
        where = path(*_FORMATIONS, formation_id, "logs")
        wanted = query(lines=lines, stream=stream)
        return Call("GET", where, m.FormationLogs, Auth.HMAC, query=wanted)

    @flow
    def wait_until_healthy(
        self, formation_id: str, *, timeout: float = 300.0, poll_interval: float = 1.0
    ) -> Steps[m.Formation]:
        """Wait until a formation runs and is healthy.

        All calls that start one wait for that themselves. This is for those that others made.

        Args:
            formation_id: Which formation.
            timeout: Seconds to wait at most.
            poll_interval: Seconds between two looks.

        Raises:
            TimeoutError: It isn't healthy yet.
            NotFoundError: The server has no such formation.
        """
        return until_healthy(Formations.get.build(formation_id), timeout, poll_interval)


_DONE = "An attempt before, whose answer was lost, has done it."
