"""Starting, stopping and going back (contract server-api 4.3)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Literal

from ..._core.call import Call, KeyKind, path
from ..._core.endpoint import Resource, TransportT, endpoint, flow, streaming
from ..._core.steps import Flow, StreamCall, consume_stream
from ...models import server as m
from ._calls import FORMATIONS
from ._deployment import DONE, cancel, delete
from ._progress import progress_of


class Lifecycle(Resource[TransportT]):
    """What formations on the server go through.

    What takes time raises besides `TimeoutError` where the server was silent for too long, and
    `StreamInterruptedError` where the connection broke. In both cases the server may go on.
    """

    @flow
    def start(
        self,
        formation_id: str,
        *,
        timeout: float = 600.0,
        on_progress: Callable[[m.Progress], object] | None = None,
    ) -> Flow[m.Deployment]:
        """Start a formation that is stopped or crashed, and wait until it is healthy.

        One that an earlier attempt of this call started counts as started.

        Args:
            formation_id: Which formation.
            timeout: Seconds that the server may stay silent; it does while it downloads a runtime.
            on_progress: Is told each step that the server takes.

        Raises:
            ConflictError: It runs already.
            ServerError: It didn't start, or isn't healthy.
        """
        return consume_stream(_stream("start", formation_id, timeout), on_progress)

    @streaming
    def start_stream(
        self, formation_id: str, *, timeout: float = 600.0
    ) -> StreamCall[m.Progress, m.Deployment]:
        """Start a formation and see how it goes on. To leave the stream stops nothing.

        Args:
            formation_id: Which formation.
            timeout: Seconds that the server may stay silent; it does while it downloads a runtime.

        Raises:
            ConflictError: It runs already.
            ServerError: It didn't start, or isn't healthy.
        """
        return _stream("start", formation_id, timeout)

    @flow
    def restart(
        self,
        formation_id: str,
        *,
        timeout: float = 600.0,
        on_progress: Callable[[m.Progress], object] | None = None,
    ) -> Flow[m.Deployment]:
        """Restart a formation, or start a stopped one, and wait until it is healthy.

        Args:
            formation_id: Which formation.
            timeout: Seconds that the server may stay silent; it does while it downloads a runtime.
            on_progress: Is told each step that the server takes.

        Raises:
            ServerError: It didn't start, or isn't healthy.
        """
        return consume_stream(_stream("restart", formation_id, timeout), on_progress)

    @streaming
    def restart_stream(
        self, formation_id: str, *, timeout: float = 600.0
    ) -> StreamCall[m.Progress, m.Deployment]:
        """Restart a formation and see how it goes on. To leave the stream stops nothing.

        Args:
            formation_id: Which formation.
            timeout: Seconds that the server may stay silent; it does while it downloads a runtime.

        Raises:
            ServerError: It didn't start, or isn't healthy.
        """
        return _stream("restart", formation_id, timeout)

    @flow
    def rollback(
        self,
        formation_id: str,
        *,
        timeout: float = 600.0,
        on_progress: Callable[[m.Progress], object] | None = None,
    ) -> Flow[m.Deployment]:
        """Go back to the version before; a second rollback undoes the first.

        The formation is away for a moment.

        Args:
            formation_id: Which formation.
            timeout: Seconds that the server may stay silent; it does while it downloads a runtime.
            on_progress: Is told each step that the server takes.

        Raises:
            ValidationError: There is no version before.
            ServerError: It didn't start, or isn't healthy; the current version runs on, unless the
                two were being swapped.
        """
        return consume_stream(_stream("rollback", formation_id, timeout), on_progress)

    @streaming
    def rollback_stream(
        self, formation_id: str, *, timeout: float = 600.0
    ) -> StreamCall[m.Progress, m.Deployment]:
        """Go back and see how it goes on. To leave the stream stops nothing.

        Args:
            formation_id: Which formation.
            timeout: Seconds that the server may stay silent; it does while it downloads a runtime.

        Raises:
            ValidationError: There is no version before.
            ServerError: It didn't start, or isn't healthy; the current version runs on, unless the
                two were being swapped.
        """
        return _stream("rollback", formation_id, timeout)

    @endpoint
    def stop(self, formation_id: str) -> Call[m.StoppedFormation]:
        """Stop a formation. Its files and its memory stay.

        Args:
            formation_id: Which formation.

        Raises:
            ConflictError: It is stopped already.
            ServerError: The server can't find its process; some versions lose it with an update.
        """
        done = m.StoppedFormation(id=formation_id, status="stopped", message=DONE)
        call = Call(
            "POST", path(*FORMATIONS, formation_id, "stop"), m.StoppedFormation, KeyKind.HMAC
        )
        return replace(call, safe_to_retry=True, already_done=(409, done))

    @endpoint
    def delete(self, formation_id: str) -> Call[m.DeletedFormation]:
        """Delete a formation with all its files, its memory and its draft. Nothing brings it back.

        Args:
            formation_id: Which formation.
        """
        return delete(formation_id)

    @endpoint
    def cancel_update(self, formation_id: str) -> Call[m.CancelledUpdate]:
        """Stop an update that is under way. The call that makes the update fails; the old version
        runs on.

        Args:
            formation_id: Which formation.

        Raises:
            ValidationError: It isn't being updated.
        """
        return cancel(formation_id)


def _stream(
    action: Literal["start", "restart", "rollback"], formation_id: str, timeout: float
) -> StreamCall[m.Progress, m.Deployment]:
    where = path(*FORMATIONS, formation_id, action)
    call = Call("POST", where, m.Deployment, KeyKind.HMAC, read_timeout=timeout)
    if action == "start":
        call = replace(call, safe_to_retry=True)
    return progress_of(call, action, formation_id)
