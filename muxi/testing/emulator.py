"""The emulator: a control plane and its formations on loopback sockets, in a thread."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack, closing
from types import TracebackType
from typing import Literal

from .formation.manifest import DEFAULT, Manifest
from .formation.state import Config
from .hosting import LoopThread, listen, port_of
from .model import Model, echo
from .server.behavior import ServerBehavior
from .server.server import Server

CLIENT_KEY = "fmc_emulator_client_not_a_secret"
ADMIN_KEY = "fma_emulator_admin_not_a_secret"
KEY_ID = "MUXI_0000000000000000"
SECRET_KEY = "sk_" + "0" * 64


class Emulator:
    """A MUXI Server with one formation, for tests and first steps; more can be deployed.

        with Emulator() as muxi:
            os.environ.update(muxi.environ)
            print(FormationClient().chat.send("Hello").text)

    Args:
        formation_id: The id of the formation.
        client_key: Its client key, and that of deployed ones. Keys that a manifest writes out win.
        admin_key: Their admin key.
        key_id: The id of the control plane's key.
        secret_key: The secret of that key.
        model: Decides the replies, in a thread of its own: it may block, but must return.
        multi_user: Tell users apart; without it the formation knows only user `"0"`.
        keepalive: Seconds of silence after which a stream sends a comment.
        token_pause: Seconds between the words of a stream.
        clock: Tells how old a request is, in seconds since 1970: finished requests are forgotten
            after five to six minutes, unfinished ones fail after ten.
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
        clock: Callable[[], float] = time.time,
        manifest: Manifest = DEFAULT,
        port: int = 0,
    ) -> None:
        self._config = Config(
            formation_id=formation_id,
            client_key=client_key,
            admin_key=admin_key,
            model=model,
            multi_user=multi_user,
            keepalive=keepalive,
            token_pause=token_pause,
            manifest=manifest,
            clock=clock,
        )
        self._keys = (key_id, secret_key)
        self._port = port
        self._behavior = ServerBehavior()
        self._server: Server | None = None
        self._thread: LoopThread | None = None
        self._closing = ExitStack()
        self._urls = ("", "")

    def __enter__(self) -> Emulator:
        with ExitStack() as stack:
            listening = stack.enter_context(closing(listen(self._port)))
            prefix = "muxi-emulator-"
            files = stack.enter_context(tempfile.TemporaryDirectory(prefix=prefix))
            server = Server(
                config=self._config,
                keys=self._keys,
                behavior=self._behavior,
                listening=listening,
                files=files,
            )
            thread = LoopThread(server.open)
            stack.callback(thread.stop)
            thread.start()
            ports = (port_of(listening), server.port)
            self._urls = (f"http://127.0.0.1:{ports[0]}", f"http://127.0.0.1:{ports[1]}")
            self._server, self._thread = server, thread
            self._closing = stack.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._closing.close()
        self._server = self._thread = None

    @property
    def server_url(self) -> str:
        """The control plane, which also proxies to the formation."""
        return self._urls[0]

    @property
    def formation_url(self) -> str:
        """The formation's own port, without `/v1`; an update moves it to another one."""
        port = self._server.port if self._server else 0
        return f"http://127.0.0.1:{port}" if port else self._urls[1]

    @property
    def environ(self) -> dict[str, str]:
        """The environment in which the SDK's clients find the emulator."""
        key_id, secret_key = self._keys
        config = self._server.config if self._server else self._config
        return {
            "MUXI_SERVER_URL": self.server_url,
            "MUXI_FORMATION_ID": self._config.formation_id,
            "MUXI_KEY_ID": key_id,
            "MUXI_SECRET_KEY": secret_key,
            "MUXI_CLIENT_KEY": config.client_key,
            "MUXI_ADMIN_KEY": config.admin_key,
        }

    @property
    def server(self) -> ServerBehavior:
        """How the control plane behaves: its pace, its quirks, what goes wrong."""
        return self._behavior

    @property
    def status(self) -> str:
        """The formation's state in the control plane; the proxy serves only `"running"`."""
        known = self._server.formation if self._server else None
        return known.status if known else "stopped"

    @status.setter
    def status(self, status: str) -> None:
        known = self._running.formation
        if known is None:
            raise RuntimeError("the formation was deleted")
        known.status = status

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
            RuntimeError: The emulator, or its formation, does not run.
        """
        return self._running.state.credentials.add(user_id, service, name, credential)

    def log(
        self,
        line: str,
        formation_id: str | None = None,
        stream: Literal["stdout", "stderr"] = "stdout",
    ) -> None:
        """Write a line into the log of a formation's process.

        Args:
            line: What to write, without its end.
            formation_id: Which formation; the emulator's own by default.
            stream: Where to.
        """
        log = self._running.registry.log(formation_id or self._config.formation_id)
        (log.stdout if stream == "stdout" else log.stderr).append(line)

    def crash(self, formation_id: str | None = None) -> None:
        """End a formation's process unasked. The server notes it, but starts no other.

        Args:
            formation_id: Which formation; the emulator's own by default.
        """
        server, name = self._running, formation_id or self._config.formation_id
        assert self._thread is not None
        self._thread.call(lambda: server.registry.crash(name))

    @property
    def _running(self) -> Server:
        if self._server is None:
            raise RuntimeError("the emulator does not run")
        return self._server
