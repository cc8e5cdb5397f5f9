"""Find what a client leaves behind: connections, threads, temporary files, tasks."""

from __future__ import annotations

import asyncio
import gc
import os
import socket
import stat
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import trio

from ...support.clients import http_transport
from ...support.waiting import until


def connections(port: int) -> int:
    """Return the number of connections from this process to a port."""
    found = 0
    for name in os.listdir("/dev/fd"):
        try:
            if not stat.S_ISSOCK(os.fstat(int(name)).st_mode):
                continue
            with socket.socket(fileno=os.dup(int(name))) as one:
                peer = one.getpeername()
        except OSError:
            continue  # closed meanwhile, or not connected
        found += isinstance(peer, tuple) and peer[1] == port
    return found


def _threads() -> set[threading.Thread]:
    # Trio keeps idle threads for ten seconds. Threads named after asyncio belong to the emulator's
    # loop, those of the clients are named after anyio.
    kept = ("Trio thread", "asyncio_")
    return {one for one in threading.enumerate() if not one.name.startswith(kept)}


@contextmanager
def no_leaks(url: str, folder: Path) -> Iterator[None]:
    """Check that the code inside leaves nothing behind."""
    folder.mkdir(exist_ok=True)
    before, temporary = _threads(), tempfile.tempdir
    tempfile.tempdir = str(folder)
    try:
        yield
    finally:
        tempfile.tempdir = temporary
    gc.collect()  # an open file causes a warning, and warnings are errors
    gc.freeze()  # the next time, only what is new is looked at
    assert list(folder.iterdir()) == []
    assert connections(int(url.rpartition(":")[2])) == 0
    until(lambda: _threads() <= before)


def busy(client: Any) -> list[Any]:
    """Return the connections of a client that are still in use."""
    transport = http_transport(client)
    if hasattr(transport, "_session"):  # aiohttp
        return list(transport._session.connector._acquired)
    return [one for one in transport._pool.connections if not one.is_idle()]


def tasks() -> int:
    """Return the number of tasks on the event loop."""
    try:
        return len(asyncio.all_tasks())
    except RuntimeError:
        return trio.lowlevel.current_statistics().tasks_living
