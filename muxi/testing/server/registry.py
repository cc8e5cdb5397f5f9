"""What the control plane knows: formations, their processes, files, logs and drafts."""

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
"""How often the server restarts a process that died."""

Launch = Callable[[str, Path, Log, int], Process]
"""Starts what is in a directory, on a port if that is free: id, directory, log, port."""


@dataclass(frozen=True)
class Release:
    """One version of a formation's files."""

    number: int
    """Counts the updates."""
    digest: str
    """SHA-256 of the bundle."""
    semantic: str
    """What its manifest says; may be empty."""


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
    """When its process was started; an update doesn't change it."""
    checked: float = 0.0
    """When it last answered a health check; 0 for never."""
    starting_until: float | None = None
    """When it will have started; None where its health checks decide that."""
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
        launch: Starts processes.
    """

    root: Path
    behavior: ServerBehavior
    launch: Launch
    port: int
    """The server's own."""
    formations: dict[str, Registered] = field(default_factory=dict[str, Registered])
    processes: dict[str, Process] = field(default_factory=dict[str, Process])
    """By the name that the process manager files them under."""
    blocked: set[str] = field(default_factory=set[str])
    """Names under which nothing can be started any more."""
    logs: dict[str, Log] = field(default_factory=dict[str, Log])
    started: float = field(default_factory=time.time)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set[asyncio.Task[None]])

    def begin(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something whether or not anybody waits for it."""
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """Give up whatever is being done."""
        tasks = [*self._tasks]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def get(self, formation_id: str) -> Registered:
        """A formation that is known."""
        found = self.find(formation_id)
        if found is None:
            raise Failed("NotFound", "Formation not found")
        return found

    def find(self, formation_id: str) -> Registered | None:
        """A formation, with the status that it has by now."""
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
        """Files of a formation: `current`, `previous`, `staging`, `draft`; may be absent."""
        return self.root / formation_id / part

    def log(self, name: str) -> Log:
        """What the processes of a name wrote."""
        return self.logs.setdefault(name, Log())

    def free_port(self) -> int:
        """A port that nobody listens on."""
        with listen(0) as listening:
            return port_of(listening)

    def spawn(
        self, name: str, formation_id: str, directory: Path, port: int = 0, *, failure: str
    ) -> Process:
        """Start a process and file it; `failure` begins the text of an error."""
        if name in self.processes or name in self.blocked:
            raise Failed("SpawnError", f"{failure}: process with ID {name} already exists")
        apart = name.endswith("-draft") or self.behavior.quirks.misfiled
        log = self.log(name if apart else formation_id)
        process = self.launch(formation_id, directory, log, port)
        self.processes[name] = process
        return process

    def stop(self, name: str) -> bool:
        """End a process; False when none of this name is filed, or it can't be stopped."""
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
        """The process of a formation ends by itself."""
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
        """The process that the server takes for a formation's."""
        name = f"{formation_id}-staging"
        staged = self.processes.get(name) if self.behavior.quirks.misfiled else None
        return self.processes.get(formation_id) or staged

    def serving(self, formation_id: str) -> Process | None:
        """The process that answers for a formation: the live one on its port."""
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
        """Move a directory over another one."""
        shutil.rmtree(new, ignore_errors=True)
        new.parent.mkdir(parents=True, exist_ok=True)
        old.rename(new)

    def url(self, formation_id: str) -> str:
        """Where the server believes its proxy to be."""
        return f"http://localhost:{self.port}/api/{formation_id}"
