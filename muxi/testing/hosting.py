"""The emulator's thread: an event loop with one web server for each application."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Literal

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from .streams import DISCONNECT

Service = Literal["formation", "server"]
Watch = Callable[[ASGIApp, Service], ASGIApp]
"""Returns an application that passes requests to another one, if nothing else was planned."""

_BACKLOG = 2048


class Hosts:
    """The web servers of an event loop. Create it inside the loop."""

    def __init__(self) -> None:
        self._servers: dict[asyncio.Task[None], uvicorn.Server] = {}
        self._busy: set[asyncio.Task[object]] = set()

    def serve(
        self, app: ASGIApp, listening: socket.socket, *, headers: bool = True
    ) -> Callable[[], None]:
        """Serve an application. The returned function closes the socket at once.

        Args:
            app: The application.
            listening: The socket that it listens on. The web server closes it.
            headers: Add `Date` and `Server` to the responses, as uvicorn does.
        """
        server = _server(self._counted(app), headers=headers)
        task = asyncio.ensure_future(_serve(server, listening))
        self._servers[task] = server
        task.add_done_callback(self._servers.pop)

        def close() -> None:
            server.should_exit = True
            for each in server.servers if server.started else ():
                each.close()

        return close

    def drop(self) -> None:
        """Cancel the calls in progress without answering them."""
        for server in self._servers.values():
            server.should_exit = True
            for connection in [*server.server_state.connections]:
                connection.transport.abort()
        for task in self._busy:
            task.cancel()

    async def close(self) -> None:
        """End all web servers, and wait for them. Call `drop()` first."""
        for task in self._servers:
            task.cancel()  # their own way to end takes 0.2 s
        await asyncio.gather(*self._servers, return_exceptions=True)

    def _disconnect(self, scope: Scope) -> None:
        for server in self._servers.values():
            for connection in [*server.server_state.connections]:
                if isinstance(connection, H11Protocol) and connection.scope is scope:
                    connection.transport.abort()

    def _counted(self, app: ASGIApp) -> ASGIApp:
        """Wrap an application and record its running calls, so that `drop` can cancel them."""

        async def counted(scope: Scope, receive: Receive, send: Send) -> None:
            task = asyncio.current_task()
            assert task is not None
            scope[DISCONNECT] = lambda: self._disconnect(scope)
            self._busy.add(task)
            try:
                await app(scope, receive, send)
            finally:
                self._busy.discard(task)

        return counted


class LoopThread:
    """A thread with an event loop.

    Args:
        open: Called in the loop at the start. The function that it returns is called and awaited
            at the end.
    """

    def __init__(self, open: Callable[[], Awaitable[Callable[[], Awaitable[None]]]]) -> None:
        self._open = open
        self._opened = threading.Event()
        self._ended = asyncio.Event()
        self._stopping = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._problem: Exception | None = None
        self._thread = threading.Thread(target=self._run, name="muxi-emulator", daemon=True)

    def start(self) -> None:
        """Start the thread, and wait until `open` has returned."""
        self._thread.start()
        while not self._opened.wait(0.01):
            if not self._thread.is_alive():
                raise RuntimeError("the emulator could not start") from self._problem

    def call(self, function: Callable[[], object]) -> None:
        """Call a function in the loop, and wait until it returns."""
        assert self._loop is not None
        done = threading.Event()

        def calling() -> None:
            try:
                function()
            finally:
                done.set()

        self._loop.call_soon_threadsafe(calling)
        done.wait()

    def stop(self) -> None:
        """End the thread and wait for it, even if it is still starting."""
        self._stopping = True
        if self._thread.ident is None:
            return
        while self._thread.is_alive() and not self._opened.wait(0.01):
            pass
        if self._opened.is_set():
            self.call(self._ended.set)
        self._thread.join()

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except Exception as problem:
            self._problem = problem

    async def _serve(self) -> None:
        if self._stopping:
            return
        self._loop = asyncio.get_running_loop()
        close = await self._open()
        self._opened.set()
        await self._ended.wait()
        await close()


class Address:
    """The ports of a server and of its first formation, for emulators that run one after another.

    Args:
        port: The server's port. 0 takes a free one. It is taken until the address is closed.
    """

    def __init__(self, port: int = 0) -> None:
        self.listening = listen(port)
        self.server_port = port_of(self.listening)
        self.formation_port = 0
        """The port that the formation gets if it is free. 0 is any port."""

    def resume(self) -> None:
        """Accept connections. They wait until a web server serves them."""
        self.listening.listen(_BACKLOG)

    def pause(self) -> None:
        """Refuse connections until `resume`. The port must not have been 0.

        Only Linux can. Elsewhere, connections wait.
        """
        with suppress(OSError):
            self.listening.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Close the server's port."""
        self.listening.close()


def listen(port: int) -> socket.socket:
    """Return a listening socket on loopback. Port 0 takes a free one."""
    listening = socket.create_server(("127.0.0.1", port), backlog=_BACKLOG)
    # Connections inherit this option. asyncio sets it only on sockets that name their protocol.
    # Without it, every second response on a connection waits 40 ms for an acknowledgement.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening


def port_of(listening: socket.socket) -> int:
    """Return the port of a socket."""
    return int(listening.getsockname()[1])


async def _serve(server: uvicorn.Server, listening: socket.socket) -> None:
    try:
        await server.serve([listening])
    finally:
        # uvicorn leaves these open when it is cancelled.
        for each in server.servers if server.started else ():
            each.close()
        listening.close()


def _server(app: ASGIApp, *, headers: bool) -> uvicorn.Server:
    config = uvicorn.Config(
        app,
        loop="none",
        http="h11",
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="critical",
        access_log=False,
        date_header=headers,
        server_header=headers,
        timeout_graceful_shutdown=1,
    )
    return uvicorn.Server(config)
