"""Serve one formation until stdin closes:  serve.py FORMATION_DIR PORT

Runs in the runtime's environment, as a child of launch.py, which holds the other
end of stdin: however that process ends, this one ends too.
"""

import asyncio
import contextlib
import importlib
import os
import signal
import sqlite3
import sys
import threading
import time
from typing import Any

if not hasattr(sqlite3.Connection, "enable_load_extension"):
    # The runtime's vector tables are an extension, which this build of Python cannot load.
    for name in ("sqlite3", "sqlite3.dbapi2"):
        sys.modules[name] = importlib.import_module(f"py{name}")

from muxi.runtime import Formation  # type: ignore[import-not-found]

STOP_LIMIT = 20.0


def stop_when_stdin_closes() -> None:
    """Interrupt the server at the end of stdin; leave without it when that takes too long."""
    while os.read(0, 1024):
        pass
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(STOP_LIMIT)
    os._exit(1)


async def make_memory_table(formation: Any) -> None:
    """Make the table of memories before the first request, where the stub model embeds.

    The runtime makes it at the first search. On SQLite that fails while anybody else writes
    ("database is locked"), and then it is never made ("no such table: memories_1536").
    """
    memory = formation._long_term_memory
    if memory._embedding_model_name.startswith("openai/"):
        await memory._ensure_dim()


async def serve(directory: str, port: int) -> None:
    """Load the formation and answer requests until interrupted."""
    formation = Formation()
    await formation.load(directory)
    await make_memory_table(formation)
    try:
        await formation.start_server(host="127.0.0.1", port=port, block=True)
    finally:
        await formation.ashutdown()


if __name__ == "__main__":
    # Background jobs of a shell start with SIGINT ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    threading.Thread(target=stop_when_stdin_closes, daemon=True).start()
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(sys.argv[1], int(sys.argv[2])))
