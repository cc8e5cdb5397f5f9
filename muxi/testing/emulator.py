"""The emulator: a control plane and a formation on loopback sockets, in a thread."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Mapping
from types import TracebackType

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from .control import ControlPlane, Deployed
from .formation import formation_app
from .manifest import DEFAULT, Manifest
from .model import Model, echo
from .state import Config, State

CLIENT_KEY = "fmc_emulator_client_not_a_secret"
ADMIN_KEY = "fma_emulator_admin_not_a_secret"
KEY_ID = "MUXI_0000000000000000"
SECRET_KEY = "sk_" + "0" * 64


class Emulator:
    """A MUXI Server with one formation, in memory, for tests and first steps.

        with Emulator() as muxi:
            os.environ.update(muxi.environ)
            print(FormationClient().chat.send("Hello").text)

    Args:
        formation_id: The id of the formation.
        client_key: Its client key.
        admin_key: Its admin key.
        key_id: The id of the control plane's key.
        secret_key: The secret of that key.
        model: Decides the replies, in a thread of its own: it may block, but must return.
        multi_user: Tell users apart; without it the formation knows only user `"0"`.
        keepalive: Seconds of silence after which a stream sends a comment.
        token_pause: Seconds between the words of a stream.
        manifest: What the formation is made of: the contents of its `formation.afs`, with its
            agents and MCP servers written out; `sops` and `triggers` map names to Markdown.
        port: The control plane's port; 0 takes a free one.
    """

    def __init__(
        self,
        formation_id: str = "hello",
        *,
        client_key: str = CLIENT_KEY,
        admin_key: str = ADMIN_KEY,
        key_id: str = KEY_ID,
        secret_key: str = SECRET_KEY,
        model: Model = echo,
        multi_user: bool = False,
        keepalive: float = 1.0,
        token_pause: float = 0.02,
        manifest: Manifest = DEFAULT,
        port: int = 0,
    ) -> None:
        self._config = Config(
            formation_id,
            client_key,
            admin_key,
            model,
            multi_user,
            keepalive,
            token_pause,
            manifest,
        )
        self._keys = (key_id, secret_key)
        self._port = port
        self._running: _Running | None = None
        self._urls = ("", "")

    def __enter__(self) -> Emulator:
        sockets = (_listen(self._port), _listen(0))
        ports = [int(each.getsockname()[1]) for each in sockets]
        self._urls = (f"http://127.0.0.1:{ports[0]}", f"http://127.0.0.1:{ports[1]}")
        state = State(self._config)
        app = formation_app(state)
        deployed = Deployed(self._config.formation_id, ports[1], app)
        control = ControlPlane(*self._keys, deployed)
        self._running = _Running(((control, sockets[0]), (app, sockets[1])), deployed, state)
        self._running.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._running is not None:
            self._running.stop()
            self._running = None

    @property
    def server_url(self) -> str:
        """The control plane, which also proxies to the formation."""
        return self._urls[0]

    @property
    def formation_url(self) -> str:
        """The formation's own port, without `/v1`."""
        return self._urls[1]

    @property
    def environ(self) -> dict[str, str]:
        """The environment in which the SDK's clients find the emulator."""
        key_id, secret_key = self._keys
        return {
            "MUXI_SERVER_URL": self.server_url,
            "MUXI_FORMATION_ID": self._config.formation_id,
            "MUXI_KEY_ID": key_id,
            "MUXI_SECRET_KEY": secret_key,
            "MUXI_CLIENT_KEY": self._config.client_key,
            "MUXI_ADMIN_KEY": self._config.admin_key,
        }

    @property
    def status(self) -> str:
        """The formation's state in the control plane; the proxy serves only `"running"`."""
        return self._running.deployed.status if self._running else "stopped"

    @status.setter
    def status(self, status: str) -> None:
        self._require().deployed.status = status

    def add_credential(
        self, service: str, credential: Mapping[str, object], *, user_id: str, name: str = "default"
    ) -> str:
        """Store a credential, as users do when they are asked for it: no call of the API can.

        Args:
            service: What it is for, such as `"github"`.
            credential: What would be sent to the service.
            user_id: Whose it is.
            name: Tells credentials for one service apart.

        Returns:
            Its id.

        Raises:
            RuntimeError: The emulator does not run.
        """
        return self._require().state.credentials.add(user_id, service, name, credential)

    def _require(self) -> _Running:
        if self._running is None:
            raise RuntimeError("the emulator does not run")
        return self._running


class _Running:
    """The thread, its event loop and the two servers on it."""

    def __init__(
        self,
        served: tuple[tuple[ASGIApp, socket.socket], ...],
        deployed: Deployed,
        state: State,
    ) -> None:
        self.deployed = deployed
        self.state = state
        self._busy: set[asyncio.Task[object]] = set()
        self._servers = [(_server(self._counted(app)), each) for app, each in served]
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = threading.Thread(
            target=lambda: asyncio.run(self._serve()), name="muxi-emulator", daemon=True
        )

    def start(self) -> None:
        self._thread.start()
        while not all(server.started for server, _ in self._servers):
            if not self._thread.is_alive():
                raise RuntimeError("the emulator could not start")
            time.sleep(0.001)

    def stop(self) -> None:
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._end)
        self._thread.join()

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        await asyncio.gather(*(server.serve([each]) for server, each in self._servers))

    def _end(self) -> None:
        for server, _ in self._servers:
            server.should_exit = True
        for task in self._busy:
            task.cancel()

    def _counted(self, app: ASGIApp) -> ASGIApp:
        """Remembers running calls, so that the end need not wait for endless streams."""

        async def counted(scope: Scope, receive: Receive, send: Send) -> None:
            task = asyncio.current_task()
            assert task is not None
            self._busy.add(task)
            try:
                await app(scope, receive, send)
            finally:
                self._busy.discard(task)

        return counted


def _server(app: ASGIApp) -> uvicorn.Server:
    config = uvicorn.Config(
        app,
        loop="none",
        http="h11",
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="critical",
        access_log=False,
        timeout_graceful_shutdown=1,
    )
    return uvicorn.Server(config)


def _listen(port: int) -> socket.socket:
    return socket.create_server(("127.0.0.1", port), backlog=2048)
