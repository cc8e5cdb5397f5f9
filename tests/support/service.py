"""Runs an application with uvicorn, on a real socket."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp

from muxi.testing.hosting import listen, port_of


class _Server(uvicorn.Server):
    def __init__(self, app: ASGIApp) -> None:
        super().__init__(uvicorn.Config(app, log_config=None, timeout_graceful_shutdown=1))
        self.up = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.up.set()


@contextmanager
def serving(app: ASGIApp) -> Iterator[str]:
    """Serve an application, and return its URL."""
    with listen(0) as listening:
        server = _Server(app)
        thread = threading.Thread(target=server.run, args=([listening],))
        thread.start()
        try:
            assert server.up.wait(10)
            yield f"http://127.0.0.1:{port_of(listening)}"
        finally:
            server.should_exit = True
            thread.join()
