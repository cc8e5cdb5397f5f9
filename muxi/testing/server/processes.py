"""The processes of formations: each is an application in the emulator's thread."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from starlette.types import ASGIApp

from ..formation.state import State

_PIDS = itertools.count(4711)


@dataclass
class Log:
    """The output of a process."""

    stdout: list[str] = field(default_factory=list[str])
    stderr: list[str] = field(default_factory=list[str])


@dataclass
class Process:
    """A formation that was started.

    Args:
        app: The application that answers its calls.
        port: The port that it listens on.
        close: Closes the port.
        state: Its data, which is lost when it ends.
        log: Its output.
    """

    app: ASGIApp
    port: int
    close: Callable[[], None]
    state: State | None = None
    pid: int = field(default_factory=lambda: next(_PIDS))
    started: float = field(default_factory=time.time)
    died: asyncio.Event = field(default_factory=asyncio.Event)
    log: Log = field(default_factory=Log)
    crashed: float | None = None
    """When the process crashed, by the server's clock."""
    stop_failed: bool = False
    """Whether the server tried to stop the process after it had crashed."""

    @property
    def last_words(self) -> str:
        """The reason why it didn't start, from its stderr."""
        if not self.log.stderr:
            return "Formation process crashed during startup"
        return "\n".join(["Formation crashed during startup:", *self.log.stderr])

    def stop(self) -> None:
        """End the process. A second call does nothing."""
        if not self.died.is_set():
            self.died.set()
            self.close()
