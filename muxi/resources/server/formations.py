"""Formations on a server (contract server-api 3.2, 3.3, 4, 7, 8.6)."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import Literal

from ..._core.call import Call
from ..._core.endpoint import TransportT, endpoint, flow, streaming
from ..._core.steps import Flow, StreamCall
from ..._files.download import OnProgress
from ...models import server as m
from ._calls import look_at, look_at_all, until_healthy
from ._download import download, downloaded, extracted
from ._log_stream import following, last_lines
from .deploys import Deploys
from .lifecycle import Lifecycle


class Formations(Deploys[TransportT], Lifecycle[TransportT]):
    """The formations that the server runs.

    One that the server doesn't have raises `NotFoundError`, whatever is asked of it.
    """

    @endpoint
    def list(self) -> Call[m.FormationList]:
        """List all formations, in no order.

        The server asks each running formation for its health, one after another and for up to 2 s.
        """
        return look_at_all()

    @endpoint
    def get(self, formation_id: str) -> Call[m.Formation]:
        """Fetch one formation.

        Args:
            formation_id: Which formation.
        """
        return look_at(formation_id)

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
        """
        return last_lines(formation_id, lines, stream)

    @streaming
    def logs_stream(
        self,
        formation_id: str,
        *,
        stream: Literal["stdout", "stderr"] = "stdout",
        lines: int = 0,
    ) -> StreamCall[m.LogLine, None]:
        """Follow what a formation's process writes, until the stream is left.

        It goes on when the connection is lost, with the lines that were missed. The server sends
        nothing when the formation is stopped or deleted, and a line now and then is missed right
        after the stream has opened.

        Args:
            formation_id: Which formation.
            stream: Which; the server follows one at a time.
            lines: How many of the lines there are to begin with, 10,000 at most.

        Raises:
            ConnectionError: The server can't be reached again.
        """
        return following(formation_id, stream, lines)

    @flow
    def download(
        self,
        formation_id: str,
        to: str | os.PathLike[str],
        *,
        include_db: bool = False,
        extract: bool = False,
        timeout: float = 600.0,
        on_progress: OnProgress | None = None,
    ) -> Flow[m.DownloadedFormation]:
        """Save what a formation runs with, as a zip or unpacked, whole or not at all.

        It holds no `.key`, so that what has secrets can't be deployed from it.

        Args:
            formation_id: Which formation.
            to: A directory, where the zip gets the server's name for it and replaces nothing; or
                the path of a file, which is replaced.
            include_db: With `memory.db`.
            extract: Unpack it to `to`, a directory that doesn't exist yet or is empty.
            timeout: Seconds that the server may stay silent.
            on_progress: Told how many bytes have arrived, and how many there are: None, for this
                server doesn't say.

        Raises:
            InvalidResponseError: The zip isn't whole.
            BundleError: The zip holds what leads out of the directory, or the directory is taken.
            OSError: It can't be written.
        """
        get = partial(
            download,
            formation_id,
            include_db=include_db,
            timeout=timeout,
            on_progress=on_progress,
        )
        return extracted(get, Path(to)) if extract else downloaded(get, to)

    @flow
    def wait_until_healthy(
        self, formation_id: str, *, timeout: float = 300.0, poll_interval: float = 1.0
    ) -> Flow[m.Formation]:
        """Wait until a formation runs and is healthy.

        All calls that start one wait for that themselves. This is for those that others made.

        Args:
            formation_id: Which formation.
            timeout: Seconds to wait at most.
            poll_interval: Seconds between two looks.

        Raises:
            TimeoutError: It isn't healthy yet.
        """
        return until_healthy(look_at(formation_id), timeout, poll_interval)
