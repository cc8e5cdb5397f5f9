"""The control plane's data: formations, their processes, files, logs and drafts."""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..hosting import listen, port_of
from .behavior import ServerBehavior
from .processes import Log, Process
from .runs import Failed, Panic

_RESTARTS = 10
"""How often the server restarts a crashed process."""

Launch = Callable[[str, Path, Log, int], Process]
"""Starts the formation in a directory. Arguments: id, directory, log, port (if it is free)."""


@dataclass(frozen=True)
class Release:
    """One version of a formation's files."""

    number: int
    """The number of this release: each update adds 1."""
    digest: str
    """SHA-256 of the bundle."""
    semantic: str
    """The version in its manifest. May be empty."""


@dataclass
class Registered:
    """A formation."""

    id: str
    name: str
    port: int
    release: Release
    status: str = "starting"
    previous: Release | None = None
    restarts: int = 0
    created: float = field(default_factory=time.time)
    started: float = 0.0
    """When its process was started. An update doesn't change it."""
    checked: float = 0.0
    """When it last answered a health check. 0: never."""
    starting_until: float | None = None
    """When its status changes from `starting` to `running`. None: health checks decide it."""
    deploying: bool = False
    staging_port: int | None = None

    @property
    def next_number(self) -> int:
        """The number of the next release."""
        return self.release.number + 1


@dataclass
class Registry:
    """All formations of a server.

    Args:
        root: The directory of their files.
        behavior: How the server behaves.
        launch: The function that starts processes.
    """

    root: Path
    behavior: ServerBehavior
    launch: Launch
    port: int
    """The server's own port."""
    formations: dict[str, Registered] = field(default_factory=dict[str, Registered])
    processes: dict[str, Process] = field(default_factory=dict[str, Process])
    """The processes, by the names that the process manager registers."""
    blocked: set[str] = field(default_factory=set[str])
    """Names under which no process can be started again."""
    logs: dict[str, Log] = field(default_factory=dict[str, Log])
    started: float = field(default_factory=time.time)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set[asyncio.Task[None]])

    def begin(self, work: Coroutine[Any, Any, None]) -> None:
        """Run a job in the background. It continues even if its caller disconnects."""
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """Cancel all jobs in progress."""
        tasks = [*self._tasks]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def get(self, formation_id: str) -> Registered:
        """Return a formation, or raise the server's `NotFound`."""
        found = self.find(formation_id)
        if found is None:
            raise Failed("NotFound", "Formation not found")
        return found

    def find(self, formation_id: str) -> Registered | None:
        """Return a formation with its current status, or None."""
        found = self.formations.get(formation_id)
        if found is not None:
            self._refresh(found)
        return found

    def _refresh(self, known: Registered) -> None:
        process, now = self.own(known.id), self.behavior.now
        if known.starting_until is not None and now >= known.starting_until:
            known.starting_until = None
            known.status = "running" if known.status == "starting" else known.status
        if process is not None and process.crashed is not None and not process.stop_failed:
            waited = (now - process.crashed) / (self.behavior.restart_pause or 1)
            if waited >= 1:
                known.status = "crashed"
                known.restarts = min(int(waited), _RESTARTS)

    def directory(self, formation_id: str, part: str = "current") -> Path:
        """Return a formation's `current`, `previous`, `staging` or `draft` directory.

        It may not exist.
        """
        return self.root / formation_id / part

    def log(self, name: str) -> Log:
        """Return the log of the processes with a name."""
        return self.logs.setdefault(name, Log())

    def free_port(self) -> int:
        """Return a free port."""
        with listen(0) as listening:
            return port_of(listening)

    def spawn(
        self, name: str, formation_id: str, directory: Path, port: int = 0, *, failure: str
    ) -> Process:
        """Start a process and register it. `failure` is the start of an error's text."""
        if name in self.processes or name in self.blocked:
            raise Failed("SpawnError", f"{failure}: process with ID {name} already exists")
        apart = name.endswith("-draft") or self.behavior.quirks.misfiled
        log = self.log(name if apart else formation_id)
        process = self.launch(formation_id, directory, log, port)
        self.processes[name] = process
        return process

    def stop(self, name: str) -> bool:
        """End a process. Return False if no process has this name or it can't be stopped."""
        process = self.processes.get(name)
        if process is None:
            return False
        if process.crashed is not None and self._noticed(process):
            if process.stop_failed:
                raise Panic
            known = self.find(name)
            process.stop_failed = True
            if known is not None:
                known.status = "stopping"
            return False
        del self.processes[name]
        process.stop()
        return True

    def _noticed(self, process: Process) -> bool:
        crashed = process.crashed
        return crashed is not None and self.behavior.now - crashed >= self.behavior.restart_pause

    def crash(self, formation_id: str) -> None:
        """End the process of a formation, as a crash does."""
        process = self.processes.get(formation_id)
        if process is None:
            return
        if self.behavior.quirks.crash_loop:
            process.crashed = self.behavior.now
            process.stop()
        else:
            self.stop(formation_id)
            self.get(formation_id).status = "crashed"

    def own(self, formation_id: str) -> Process | None:
        """Return the process that the server considers to be the formation's."""
        name = f"{formation_id}-staging"
        staged = self.processes.get(name) if self.behavior.quirks.misfiled else None
        return self.processes.get(formation_id) or staged

    def serving(self, formation_id: str) -> Process | None:
        """Return the process that serves a formation: the live one on its port."""
        names = (formation_id, f"{formation_id}-staging")
        found = self.formations.get(formation_id)
        filed = [self.processes[name] for name in names if name in self.processes]
        live = [each for each in filed if not each.died.is_set()]
        return next((each for each in live if found and each.port == found.port), None)

    def forget(self, formation_id: str) -> None:
        """Unregister a formation and remove all of its files, drafts included."""
        self.formations.pop(formation_id, None)
        self.logs.pop(formation_id, None)
        shutil.rmtree(self.root / formation_id, ignore_errors=True)

    def replace(self, old: Path, new: Path) -> None:
        """Move a directory to the place of another."""
        shutil.rmtree(new, ignore_errors=True)
        new.parent.mkdir(parents=True, exist_ok=True)
        old.rename(new)

    def url(self, formation_id: str) -> str:
        """Return a formation's URL on the proxy, as the server reports it."""
        return f"http://localhost:{self.port}/api/{formation_id}"
