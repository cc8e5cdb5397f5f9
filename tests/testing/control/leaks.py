"""What a client may leave behind: connections, threads, temporary files, tasks."""

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

from ...support.clients import http_client
from ..raw_http import until


def connections(port: int) -> int:
    """How many connections this process has made to a port."""
    found = 0
    for name in os.listdir("/dev/fd"):
        try:
            if not stat.S_ISSOCK(os.fstat(int(name)).st_mode):
                continue
            with socket.socket(fileno=os.dup(int(name))) as one:
                peer = one.getpeername()
        except OSError:
            continue  # closed by now, or connected to nothing
        found += isinstance(peer, tuple) and peer[1] == port
    return found


def _threads() -> set[threading.Thread]:
    # Trio keeps its threads for whoever needs one next, for ten seconds. The emulator's loop keeps
    # those that are named after asyncio; the clients' are anyio's.
    kept = ("Trio thread", "asyncio_")
    return {one for one in threading.enumerate() if not one.name.startswith(kept)}


@contextmanager
def no_leaks(url: str, folder: Path) -> Iterator[None]:
    """Checks that whoever used a server within left nothing behind."""
    folder.mkdir(exist_ok=True)
    before, temporary = _threads(), tempfile.tempdir
    tempfile.tempdir = str(folder)
    try:
        yield
    finally:
        tempfile.tempdir = temporary
    gc.collect()  # a file that stayed open warns, and a warning is an error
    assert list(folder.iterdir()) == []
    assert connections(int(url.rpartition(":")[2])) == 0
    until(lambda: _threads() <= before)


def busy(client: Any) -> list[Any]:
    """The connections of a client that are still in use."""
    pool = http_client(client)._transport._pool
    return [one for one in pool.connections if not one.is_idle()]


def tasks() -> int:
    """How many tasks the event loop has."""
    try:
        return len(asyncio.all_tasks())
    except RuntimeError:
        return trio.lowlevel.current_statistics().tasks_living
