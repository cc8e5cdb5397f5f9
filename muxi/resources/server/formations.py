"""Formations on a server (contract server-api 3.2, 3.3, 4, 7, 8.6)."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Literal

from ..._core.call import Call
from ..._core.checks import check_int
from ..._core.endpoint import endpoint, flow, streaming
from ..._core.resource import Resource
from ..._core.steps import Flow, StreamCall, consume_stream
from ..._files.download import OnProgress
from ...models import server as m
from ._calls import (
    MOST_LINES,
    cancel_call,
    check_lines,
    delete_call,
    get_call,
    list_call,
    logs_call,
    stop_call,
)
from ._deployment import BundleDeployment
from ._docs import documented_as
from ._download import download
from ._health import wait_until_healthy
from ._log_stream import follow_logs
from ._progress import TimeLimits, action_stream


class Formations(Resource):
    """The formations on a server: deploy, update, start, stop, roll back, delete, read logs.

    A formation that the server doesn't have raises `NotFoundError` in every method.

    Long-running methods have a twin whose name ends in `_stream`. It accepts the same arguments
    except `on_progress`, yields each `Progress` step, and returns the `Deployment` from its
    `result()`. Closing the stream doesn't stop the work on the server.

    Methods that deploy a bundle read a formation's directory (this needs the extra `deploy`) or a
    `.tar.gz` of one. They log a warning, to the logger `muxi`, for each file or field that the
    server will ignore. In addition to the errors that each method lists, they raise:

    - `BundleError`: the formation can't be deployed as it is. Nothing was sent.
    - `ValidationError`: the server refused the bundle, or the new version isn't healthy
      (code `HealthCheckFailed`, which the server sends with status 400).
    - `TimeoutError`: the call took too long. The server may continue.
    - `StreamInterruptedError`: the connection broke. The server may continue.

    Methods that start or replace a formation return when it responds through the server's proxy.
    They raise `DeploymentError` if the server reported success but the formation is down, or if a
    version other than the deployed one responds.

    Example:
        ```python
        from muxi import ServerClient

        with ServerClient() as server:
            deployment = server.formations.apply("./my-bot")
            print(deployment.url, deployment.status)
        ```
    """

    @endpoint
    def list(self) -> Call[m.FormationList]:
        """List all formations, in no particular order.

        The server checks the health of each running formation, one after another, for up to 2
        seconds each. After a restart of the server, a formation is listed as `starting` until it
        receives a request or is fetched with `get`.

        Raises:
            AuthenticationError: The key or its secret is wrong.
        """
        return list_call()

    @endpoint
    def get(self, formation_id: str) -> Call[m.Formation]:
        """Return one formation.

        Args:
            formation_id: The formation's id, `id` in its manifest.

        Raises:
            NotFoundError: The server has no formation with this id.
        """
        return get_call(formation_id)

    @flow
    def deploy(
        self,
        source: str | os.PathLike[str],
        *,
        include_db: bool = False,
        timeout: float | None = None,
        silence_timeout: float | None = 600.0,
        on_progress: Callable[[m.Progress], object] | None = None,
    ) -> Flow[m.Deployment]:
        """Deploy a new formation and wait until it is healthy. Failed deployments are undone.

        Args:
            source: A formation's directory, or a `.tar.gz` of one.
            include_db: Send `memory.db` too. It becomes the formation's memory.
            timeout: The most seconds that the whole call may take, from packing until the new
                version responds; None for no limit.
            silence_timeout: The most seconds without data from the server, which sends nothing
                while it downloads a runtime; None for no limit.
            on_progress: Called with each step: first of the upload, then of the server.

        Raises:
            ConflictError: The server already has a formation with this id.
        """
        limits = TimeLimits(timeout, silence_timeout)
        deployment = BundleDeployment(
            source, limits, include_db=include_db, on_progress=on_progress
        )
        return deployment.follow(deployment.deploy)

    @streaming
    @documented_as(deploy)
    def deploy_stream(
        self,
        source: str | os.PathLike[str],
        *,
        include_db: bool = False,
        timeout: float | None = None,
        silence_timeout: float | None = 600.0,
    ) -> StreamCall[m.Progress, m.Deployment]:
        """Deploy a new formation, as `deploy` does, and yield each step.

        The stream opens when the upload has finished. To stop the deployment, call `delete`.
        """
        limits = TimeLimits(timeout, silence_timeout)
        deployment = BundleDeployment(source, limits, include_db=include_db)
        return deployment.stream(deployment.deploy)

    @flow
    def update(
        self,
        source: str | os.PathLike[str],
        *,
        include_db: bool = False,
        timeout: float | None = None,
        silence_timeout: float | None = 600.0,
        on_progress: Callable[[m.Progress], object] | None = None,
    ) -> Flow[m.Deployment]:
        """Replace the running version. The old one runs until the new one is healthy.

        The deployed `memory.db`, `MUXI.md` and `PENDING-MUXI.md` are kept.

        Args:
            source: A formation's directory, or a `.tar.gz` of one.
            include_db: Send `memory.db` too. It replaces the formation's memory.
            timeout: The most seconds that the whole call may take, from packing until the new
                version responds; None for no limit.
            silence_timeout: The most seconds without data from the server, which sends nothing
                while it downloads a runtime; None for no limit.
            on_progress: Called with each step: first of the upload, then of the server.

        Raises:
            NotFoundError: The server has no formation with this id.
            ConflictError: An update is already in progress, or this bundle is already deployed
                (code `NoChange`).
        """
        limits = TimeLimits(timeout, silence_timeout)
        deployment = BundleDeployment(
            source, limits, include_db=include_db, on_progress=on_progress
        )
        return deployment.follow(deployment.update)

    @streaming
    @documented_as(update)
    def update_stream(
        self,
        source: str | os.PathLike[str],
        *,
        include_db: bool = False,
        timeout: float | None = None,
        silence_timeout: float | None = 600.0,
    ) -> StreamCall[m.Progress, m.Deployment]:
        """Replace the running version, as `update` does, and yield each step.

        The stream opens when the upload has finished. To stop the update, call `cancel_update`.
        """
        limits = TimeLimits(timeout, silence_timeout)
        deployment = BundleDeployment(source, limits, include_db=include_db)
        return deployment.stream(deployment.update)

    @flow
    def apply(
        self,
        source: str | os.PathLike[str],
        *,
        include_db: bool = False,
        allow_downgrade: bool = False,
        cleanup: bool = True,
        timeout: float | None = None,
        silence_timeout: float | None = 600.0,
        on_progress: Callable[[m.Progress], object] | None = None,
    ) -> Flow[m.Deployment]:
        """Deploy a new formation, or update the one that exists.

        If the server already has this bundle, nothing is sent: `changed` of the result is False,
        and its `status` shows whether the formation is running.

        Args:
            source: A formation's directory, or a `.tar.gz` of one.
            include_db: Send `memory.db` too. It replaces the formation's memory.
            allow_downgrade: Update even if the deployed version is newer.
            cleanup: On Ctrl-C, or if the task is cancelled, cancel the update or delete the new
                deployment before the call ends.
            timeout: The most seconds that the whole call may take, from packing until the new
                version responds; None for no limit.
            silence_timeout: The most seconds without data from the server, which sends nothing
                while it downloads a runtime; None for no limit.
            on_progress: Called with each step: first of the upload, then of the server.

        Raises:
            ConflictError: A newer version is deployed, or an update is already in progress.
        """
        limits = TimeLimits(timeout, silence_timeout)
        deployment = BundleDeployment(
            source,
            limits,
            include_db=include_db,
            on_progress=on_progress,
            allow_downgrade=allow_downgrade,
        )
        return deployment.apply_or_undo(cleanup=cleanup)

    @streaming
    @documented_as(apply)
    def apply_stream(
        self,
        source: str | os.PathLike[str],
        *,
        include_db: bool = False,
        allow_downgrade: bool = False,
        timeout: float | None = None,
        silence_timeout: float | None = 600.0,
    ) -> StreamCall[m.Progress, m.Deployment]:
        """Deploy or update, as `apply` does, and yield each step. There is no clean-up.

        The stream opens when the upload has finished.
        """
        limits = TimeLimits(timeout, silence_timeout)
        deployment = BundleDeployment(
            source, limits, include_db=include_db, allow_downgrade=allow_downgrade
        )
        return deployment.stream(deployment.apply)

    @flow
    def start(
        self,
        formation_id: str,
        *,
        timeout: float | None = None,
        silence_timeout: float | None = 600.0,
        on_progress: Callable[[m.Progress], object] | None = None,
    ) -> Flow[m.Deployment]:
        """Start a formation that is stopped or crashed, and wait until it is healthy.

        Args:
            formation_id: The formation's id.
            timeout: The most seconds that the whole call may take; None for no limit.
            silence_timeout: The most seconds without data from the server, which sends nothing
                while it downloads a runtime; None for no limit.
            on_progress: Called with each step of the server.

        Raises:
            NotFoundError: The server has no formation with this id.
            ConflictError: The formation is already running.
            ServerError: The formation didn't start, or isn't healthy.
        """
        limits = TimeLimits(timeout, silence_timeout)
        return consume_stream(action_stream("start", formation_id, limits), on_progress)

    @streaming
    @documented_as(start)
    def start_stream(
        self,
        formation_id: str,
        *,
        timeout: float | None = None,
        silence_timeout: float | None = 600.0,
    ) -> StreamCall[m.Progress, m.Deployment]:
        """Start a formation, as `start` does, and yield each step."""
        return action_stream("start", formation_id, TimeLimits(timeout, silence_timeout))

    @flow
    def restart(
        self,
        formation_id: str,
        *,
        timeout: float | None = None,
        silence_timeout: float | None = 600.0,
        on_progress: Callable[[m.Progress], object] | None = None,
    ) -> Flow[m.Deployment]:
        """Restart a formation, or start a stopped one, and wait until it is healthy.

        Args:
            formation_id: The formation's id.
            timeout: The most seconds that the whole call may take; None for no limit.
            silence_timeout: The most seconds without data from the server, which sends nothing
                while it downloads a runtime; None for no limit.
            on_progress: Called with each step of the server.

        Raises:
            NotFoundError: The server has no formation with this id.
            ServerError: The formation didn't start, or isn't healthy.
        """
        limits = TimeLimits(timeout, silence_timeout)
        return consume_stream(action_stream("restart", formation_id, limits), on_progress)

    @streaming
    @documented_as(restart)
    def restart_stream(
        self,
        formation_id: str,
        *,
        timeout: float | None = None,
        silence_timeout: float | None = 600.0,
    ) -> StreamCall[m.Progress, m.Deployment]:
        """Restart a formation, as `restart` does, and yield each step."""
        return action_stream("restart", formation_id, TimeLimits(timeout, silence_timeout))

    @flow
    def rollback(
        self,
        formation_id: str,
        *,
        timeout: float | None = None,
        silence_timeout: float | None = 600.0,
        on_progress: Callable[[m.Progress], object] | None = None,
    ) -> Flow[m.Deployment]:
        """Go back to the previous version. A second rollback undoes the first.

        The formation is unavailable for some seconds.

        Args:
            formation_id: The formation's id.
            timeout: The most seconds that the whole call may take; None for no limit.
            silence_timeout: The most seconds without data from the server, which sends nothing
                while it downloads a runtime; None for no limit.
            on_progress: Called with each step of the server.

        Raises:
            NotFoundError: The server has no formation with this id.
            ValidationError: There is no previous version.
            ServerError: The previous version didn't start, or isn't healthy. The current version
                keeps running, unless the failure came while they were swapped.
        """
        limits = TimeLimits(timeout, silence_timeout)
        return consume_stream(action_stream("rollback", formation_id, limits), on_progress)

    @streaming
    @documented_as(rollback)
    def rollback_stream(
        self,
        formation_id: str,
        *,
        timeout: float | None = None,
        silence_timeout: float | None = 600.0,
    ) -> StreamCall[m.Progress, m.Deployment]:
        """Go back to the previous version, as `rollback` does, and yield each step."""
        return action_stream("rollback", formation_id, TimeLimits(timeout, silence_timeout))

    @endpoint
    def stop(self, formation_id: str) -> Call[m.StoppedFormation]:
        """Stop a formation. Its files and its memory are kept.

        Args:
            formation_id: The formation's id.

        Raises:
            NotFoundError: The server has no formation with this id.
            ConflictError: The formation is already stopped.
            ServerError: The server lost track of the process. Some versions do so after an update.
            ConnectionError: The server closed the connection. Some versions do so if the
                formation has crashed.
        """
        return stop_call(formation_id)

    @endpoint
    def delete(self, formation_id: str) -> Call[m.DeletedFormation]:
        """Delete a formation with all its files, its memory and its draft. This can't be undone.

        Args:
            formation_id: The formation's id.

        Raises:
            NotFoundError: The server has no formation with this id.
        """
        return delete_call(formation_id)

    @endpoint
    def cancel_update(self, formation_id: str) -> Call[m.CancelledUpdate]:
        """Cancel an update that is in progress.

        The call that started the update fails, and the old version keeps running.

        Warning:
            After an update failed with `SpawnError`, some servers report success here and stop the
            running version. Only cancel an update that you know is in progress.

        Args:
            formation_id: The formation's id.

        Raises:
            NotFoundError: The server has no formation with this id.
            ValidationError: No update is in progress.
        """
        return cancel_call(formation_id)

    @endpoint
    def logs(
        self,
        formation_id: str,
        *,
        lines: int | None = None,
        stream: Literal["stdout", "stderr", "all"] | None = None,
    ) -> Call[m.FormationLogs]:
        """Return the last lines that a formation's process wrote to stdout and stderr.

        They are not the formation's own log and events: for those, see `logs.stream` and
        `events.stream` of a formation client.

        Args:
            formation_id: The formation's id.
            lines: How many lines of each stream to return, up to 10,000; the server's default is
                100.
            stream: The stream to read; None for both.

        Raises:
            NotFoundError: The server has no formation with this id.
            ValidationError: The number of lines is out of range.
        """
        return logs_call(formation_id, check_lines(lines), stream)

    @streaming
    def logs_stream(
        self,
        formation_id: str,
        *,
        stream: Literal["stdout", "stderr"] = "stdout",
        lines: int = 0,
    ) -> StreamCall[m.LogLine, None]:
        """Stream the lines that a formation's process writes, until you close the stream.

        The stream reconnects after a lost connection and fetches the missed lines. If the formation
        stops or is deleted, the server sends nothing more and leaves the stream open.

        Args:
            formation_id: The formation's id.
            stream: The stream to follow; the server follows one at a time.
            lines: How many of the last lines to return first, up to 10,000.

        Raises:
            NotFoundError: The server has no formation with this id.
            ConnectionError: The stream can't reconnect.
            StreamInterruptedError: The stream broke again before its first event, as often as the
                client's `Retry` allows.
            ValidationError: The number of lines is out of range.
        """
        lines = check_int("lines", lines, 0, MOST_LINES)
        return follow_logs(formation_id, stream, lines)

    @flow
    def download(
        self,
        formation_id: str,
        to: str | os.PathLike[str],
        *,
        include_db: bool = False,
        extract: bool = False,
        timeout: float | None = None,
        silence_timeout: float | None = 600.0,
        on_progress: OnProgress | None = None,
    ) -> Flow[m.DownloadedFormation]:
        """Download a formation's files, as a zip or extracted. A failed download leaves no files.

        The server never sends `.key`, so a formation with secrets can't be deployed from the
        download.

        Args:
            formation_id: The formation's id.
            to: A directory or the path of a file. In a directory, the zip gets the name that the
                server sends, and existing files are not replaced. An existing file at a path is
                replaced.
            include_db: Include `memory.db`.
            extract: Extract the zip to `to`, a directory that doesn't exist yet or is empty.
            timeout: The most seconds that the whole call may take; None for no limit.
            silence_timeout: The most seconds without data from the server; None for no limit.
            on_progress: Called with the bytes received and the total bytes (None if unknown).

        Raises:
            NotFoundError: The server has no formation with this id.
            InvalidResponseError: The zip is incomplete.
            BundleError: The zip contains paths outside of the directory, or the directory isn't
                empty.
            OSError: The file can't be written.
        """
        return download(
            formation_id,
            to,
            include_db=include_db,
            extract=extract,
            limits=TimeLimits(timeout, silence_timeout),
            on_progress=on_progress,
        )

    @flow
    def wait_until_healthy(
        self, formation_id: str, *, timeout: float | None = 300.0, poll_interval: float = 1.0
    ) -> Flow[m.Formation]:
        """Wait until a formation is running and healthy.

        Methods of this client that start a formation already wait. Use this for a formation that
        was started in another way.

        Args:
            formation_id: The formation's id.
            timeout: The most seconds to wait; None for no limit.
            poll_interval: Seconds between two status requests.

        Raises:
            NotFoundError: The server has no formation with this id.
            DeploymentError: The formation has crashed or is stopped.
            TimeoutError: The formation isn't healthy in time.
        """
        return wait_until_healthy(formation_id, timeout, poll_interval)
