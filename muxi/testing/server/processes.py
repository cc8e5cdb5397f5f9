"""The processes of formations: applications of their own in the emulator's thread."""

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
    """What a process wrote."""

    stdout: list[str] = field(default_factory=list[str])
    stderr: list[str] = field(default_factory=list[str])


@dataclass
class Process:
    """A formation that was started.

    Args:
        app: Answers for it.
        port: Where it listens.
        close: Gives the port up.
        state: What it remembers, until it ends.
        log: What it writes.
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
    """When it died by itself, by the server's clock."""
    stop_failed: bool = False
    """The server tried to stop it after it had crashed."""

    @property
    def last_words(self) -> str:
        """Why it did not start: what it wrote to stderr."""
        if not self.log.stderr:
            return "Formation process crashed during startup"
        return "\n".join(["Formation crashed during startup:", *self.log.stderr])

    def stop(self) -> None:
        """End it; a second time does nothing."""
        if not self.died.is_set():
            self.died.set()
            self.close()
