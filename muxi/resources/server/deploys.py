"""Deploying formations from directories (contract server-api 4.1, 4.2)."""

from __future__ import annotations

import os
from collections.abc import Callable

from ..._core.endpoint import Resource, TransportT, flow, streaming
from ..._core.steps import Flow, StreamCall
from ...models import server as m
from ._deployment import BundleDeployment


class Deploys(Resource[TransportT]):
    """Bundles, brought to the server.

    All of these raise besides:

    - `BundleError`: the formation can't be deployed as it is; nothing was sent.
    - `ValidationError`: the server refused the bundle, or the formation isn't healthy with it
      (`HealthCheckFailed`, which the server files under 400).
    - `TimeoutError`, `StreamInterruptedError`: the server was silent for too long, or the
      connection broke; it may go on.

    What the server will ignore or drop of a bundle is logged as a warning, to the logger `muxi`.
    """

    @flow
    def deploy(
        self,
        source: str | os.PathLike[str],
        *,
        include_db: bool = False,
        timeout: float = 600.0,
        on_progress: Callable[[m.Progress], object] | None = None,
    ) -> Flow[m.Deployment]:
        """Deploy a new formation, and wait until it is healthy. What fails is undone by the server.

        Args:
            source: A formation's directory (takes the extra `deploy`), or a `.tar.gz` of one.
            include_db: Send `memory.db` too; it replaces the memory of what is deployed.
            timeout: Seconds that the server may stay silent; it does while it downloads a runtime.
            on_progress: Is told each step: bytes of the upload, then what the server does.

        Raises:
            ConflictError: The server has a formation of this id.
        """
        rollout = BundleDeployment(source, include_db, timeout, on_progress)
        return rollout.follow(rollout.deploy)

    @streaming
    def deploy_stream(
        self,
        source: str | os.PathLike[str],
        *,
        include_db: bool = False,
        timeout: float = 600.0,
    ) -> StreamCall[m.Progress, m.Deployment]:
        """Deploy a new formation and see how it goes on. The stream opens once the upload is over.

        To leave the stream doesn't stop the deployment; `delete` does.

        Args:
            source: A formation's directory (takes the extra `deploy`), or a `.tar.gz` of one.
            include_db: Send `memory.db` too; it replaces the memory of what is deployed.
            timeout: Seconds that the server may stay silent; it does while it downloads a runtime.

        Raises:
            ConflictError: The server has a formation of this id.
        """
        rollout = BundleDeployment(source, include_db, timeout)
        return rollout.stream(rollout.deploy)

    @flow
    def update(
        self,
        source: str | os.PathLike[str],
        *,
        include_db: bool = False,
        timeout: float = 600.0,
        on_progress: Callable[[m.Progress], object] | None = None,
    ) -> Flow[m.Deployment]:
        """Put a new version in place of the one that runs, which runs on until the new one is
        healthy. `memory.db`, `MUXI.md` and `PENDING-MUXI.md` of what runs are kept.

        Args:
            source: A formation's directory (takes the extra `deploy`), or a `.tar.gz` of one.
            include_db: Send `memory.db` too; it replaces the memory of what is deployed.
            timeout: Seconds that the server may stay silent; it does while it downloads a runtime.
            on_progress: Is told each step: bytes of the upload, then what the server does.

        Raises:
            ConflictError: It is being updated already, or runs the very same bundle (`NoChange`).
        """
        rollout = BundleDeployment(source, include_db, timeout, on_progress)
        return rollout.follow(rollout.update)

    @streaming
    def update_stream(
        self,
        source: str | os.PathLike[str],
        *,
        include_db: bool = False,
        timeout: float = 600.0,
    ) -> StreamCall[m.Progress, m.Deployment]:
        """Update a formation and see how it goes on. The stream opens once the upload is over.

        To leave the stream doesn't stop the update; `cancel_update` does.

        Args:
            source: A formation's directory (takes the extra `deploy`), or a `.tar.gz` of one.
            include_db: Send `memory.db` too; it replaces the memory of what is deployed.
            timeout: Seconds that the server may stay silent; it does while it downloads a runtime.

        Raises:
            ConflictError: It is being updated already, or runs the very same bundle (`NoChange`).
        """
        rollout = BundleDeployment(source, include_db, timeout)
        return rollout.stream(rollout.update)

    @flow
    def apply(
        self,
        source: str | os.PathLike[str],
        *,
        include_db: bool = False,
        allow_downgrade: bool = False,
        cleanup: bool = True,
        timeout: float = 600.0,
        on_progress: Callable[[m.Progress], object] | None = None,
    ) -> Flow[m.Deployment]:
        """Deploy a formation, or update the one that runs. Where the server has the very same
        bundle already nothing is done: `changed` of the answer is False, and its `status` says
        whether it runs.

        Args:
            source: A formation's directory (takes the extra `deploy`), or a `.tar.gz` of one.
            include_db: Send `memory.db` too; it replaces the memory of what is deployed.
            allow_downgrade: Update to a version that is older than what runs.
            cleanup: On Ctrl-C, or when the task is cancelled, stop the update or delete the new
                deployment before going on.
            timeout: Seconds that the server may stay silent; it does while it downloads a runtime.
            on_progress: Is told each step: bytes of the upload, then what the server does.

        Raises:
            ConflictError: A newer version runs, or it is being updated already.
        """
        rollout = BundleDeployment(source, include_db, timeout, on_progress, allow_downgrade)
        return rollout.apply_or_undo(cleanup=cleanup)

    @streaming
    def apply_stream(
        self,
        source: str | os.PathLike[str],
        *,
        include_db: bool = False,
        allow_downgrade: bool = False,
        timeout: float = 600.0,
    ) -> StreamCall[m.Progress, m.Deployment]:
        """Deploy or update, as `apply` does, and see how it goes on. The stream opens once the
        upload is over, and to leave it stops nothing.

        Args:
            source: A formation's directory (takes the extra `deploy`), or a `.tar.gz` of one.
            include_db: Send `memory.db` too; it replaces the memory of what is deployed.
            allow_downgrade: Update to a version that is older than what runs.
            timeout: Seconds that the server may stay silent; it does while it downloads a runtime.

        Raises:
            ConflictError: A newer version runs, or it is being updated already.
        """
        rollout = BundleDeployment(source, include_db, timeout, allow_downgrade=allow_downgrade)
        return rollout.stream(rollout.apply)
