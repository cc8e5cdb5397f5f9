"""What the control plane knows: formations, their processes, files, logs and drafts."""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .behavior import ServerBehavior
from .processes import Log, Process
from .runs import Failed

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
    deploying: bool = False
    staging_port: int | None = None

    @property
    def next_number(self) -> int:
        """The number of the next release."""
        return self.release.number + 1


@dataclass(frozen=True)
class Draft:
    """What is known of a draft besides its files."""

    base_version: str | None = None
    created: float = field(default_factory=time.time)


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
    logs: dict[str, Log] = field(default_factory=dict[str, Log])
    drafts: dict[str, Draft] = field(default_factory=dict[str, Draft])
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
        found = self.formations.get(formation_id)
        if found is None:
            raise Failed("NotFound", "Formation not found")
        return found

    def directory(self, formation_id: str, part: str = "current") -> Path:
        """Files of a formation: `current`, `previous`, `staging`, `draft`; may be absent."""
        return self.root / formation_id / part

    def log(self, name: str) -> Log:
        """What the processes of a name wrote."""
        return self.logs.setdefault(name, Log())

    def spawn(self, name: str, formation_id: str, directory: Path, port: int = 0) -> Process:
        """Start a process and file it."""
        if name in self.processes:
            raise Failed("SpawnError", f"process with ID {name} already exists")
        apart = name.endswith("-draft") or self.behavior.quirks.misfiled
        log = self.log(name if apart else formation_id)
        process = self.launch(formation_id, directory, log, port)
        self.processes[name] = process
        return process

    def stop(self, name: str) -> bool:
        """End a process; False when none of this name is filed."""
        process = self.processes.pop(name, None)
        if process is not None:
            process.stop()
        return process is not None

    def crash(self, formation_id: str) -> None:
        """The process of a formation ends by itself."""
        if self.stop(formation_id):
            self.get(formation_id).status = "crashed"

    def serving(self, formation_id: str) -> Process | None:
        """The process that answers for a formation."""
        names = (formation_id, f"{formation_id}-staging")
        found = self.formations.get(formation_id)
        filed = [self.processes[name] for name in names if name in self.processes]
        return next((each for each in filed if found and each.port == found.port), None)

    def forget(self, formation_id: str) -> None:
        """Unregister a formation and remove all of its files, drafts included."""
        self.formations.pop(formation_id, None)
        for name in (formation_id, f"{formation_id}-staging"):
            self.stop(name)
        self.logs.pop(formation_id, None)
        self.drafts.pop(formation_id, None)
        shutil.rmtree(self.root / formation_id, ignore_errors=True)

    def replace(self, old: Path, new: Path) -> None:
        """Move a directory over another one."""
        shutil.rmtree(new, ignore_errors=True)
        new.parent.mkdir(parents=True, exist_ok=True)
        old.rename(new)

    def url(self, formation_id: str) -> str:
        """Where the server believes its proxy to be."""
        return f"http://localhost:{self.port}/api/{formation_id}"
