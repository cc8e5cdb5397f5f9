"""The emulator: a MUXI Server and its formations, on loopback sockets in a thread."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack, closing
from types import TracebackType
from typing import Literal, overload

import httpx

from ..models.formation import WebhookEvent
from .delivery import Poster, ResponseT, completion, encode, headers_of
from .formation.manifest import DEFAULT, Manifest
from .formation.state import Config
from .hosting import Address, LoopThread
from .interception import Interception
from .model import Model, echo
from .script import Script
from .server.behavior import ServerBehavior
from .server.server import Server

CLIENT_KEY = "fmc_emulator_client_not_a_secret"
ADMIN_KEY = "fma_emulator_admin_not_a_secret"
KEY_ID = "MUXI_0000000000000000"
SECRET_KEY = "sk_" + "0" * 64


class Emulator(Script, Interception):
    """A MUXI Server with one formation, for tests and first steps. You can deploy more.

        with Emulator() as muxi:
            os.environ.update(muxi.environ)
            print(FormationClient().chat.send("Hello").text)

    Args:
        formation_id: The id of the formation.
        client_key: The client key of all formations. A key in a manifest's `server.api_keys`
            replaces it for that formation.
        admin_key: The admin key of all formations. A manifest can replace it too.
        key_id: The id of the server's key.
        secret_key: The secret of the server's key.
        model: Returns the outcome of each turn. It runs in a thread, so it may block.
        multi_user: Keep users apart. If False, every caller is user `"0"`.
        keepalive: Seconds without an event before a stream sends a comment.
        token_pause: Seconds between two words of a stream.
        clock: Returns the time in seconds since 1970. It decides the age of tracked requests: a
            finished one expires after five to six minutes, an unfinished one fails after ten to
            eleven.
        manifest: The content of the formation's `formation.afs`, with agents and MCP servers
            inside. `sops` and `triggers` map names to Markdown.
        port: The server's port; 0 takes a free one. An `Address` stays open when the emulator
            stops, for the next one.
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
        port: int | Address = 0,
    ) -> None:
        Script.__init__(self)
        Interception.__init__(self)
        self._model = model
        self._config = Config(
            formation_id=formation_id,
            client_key=client_key,
            admin_key=admin_key,
            model=self._decide,
            multi_user=multi_user,
            keepalive=keepalive,
            token_pause=token_pause,
            manifest=manifest,
            clock=clock,
        )
        self._keys = (key_id, secret_key)
        self._port = port
        self._server: Server | None = None
        self._thread: LoopThread | None = None
        self._address: Address | None = None
        self._closing, self._stopping = ExitStack(), ExitStack()
        self._begin()

    def __enter__(self) -> Emulator:
        with ExitStack() as stack:
            if isinstance(self._port, int):
                self._address = stack.enter_context(closing(Address(self._port)))
            else:
                self._address = self._port
            self._start()
            self._closing = stack.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop()
        self._where.pause()
        self._closing.close()

    def reset(self) -> None:
        """Start again as at first, at the same addresses: without data, calls, replies and plans.

        The `model` and `server` are those of the start, too. Calls in progress are broken off.

        Raises:
            RuntimeError: The emulator isn't running.
        """
        if self._server is None:
            raise RuntimeError("the emulator does not run")
        self._stop()
        self._begin()
        self._start()

    def _begin(self) -> None:
        self._forget()
        self._rewrite(self._model)
        self._behavior = ServerBehavior()

    def _start(self) -> None:
        self._where.resume()
        with ExitStack() as stack:
            files = stack.enter_context(tempfile.TemporaryDirectory(prefix="muxi-emulator-"))
            server = Server(
                config=self._config,
                keys=self._keys,
                behavior=self._behavior,
                address=self._where,
                files=files,
                watch=self._watch,
            )
            thread = LoopThread(server.open)
            stack.callback(thread.stop)
            thread.start()
            self._server, self._thread = server, thread
            self._stopping = stack.pop_all()

    def _stop(self) -> None:
        self._stopping.close()
        self._server = self._thread = None

    @property
    def server_url(self) -> str:
        """The URL of the MUXI Server, which also proxies to the formation."""
        return f"http://127.0.0.1:{self._where.server_port}"

    @property
    def formation_url(self) -> str:
        """The formation's own URL, without `/v1`. An update changes its port."""
        port = self._server.port if self._server else 0
        return f"http://127.0.0.1:{port or self._where.formation_port}"

    @property
    def environ(self) -> dict[str, str]:
        """The environment variables with which the SDK's clients find the emulator."""
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
        """How the server behaves: its pace, its quirks and the faults to cause."""
        return self._behavior

    @property
    def status(self) -> str:
        """The formation's status on the server. The proxy serves only `"running"`."""
        known = self._server.formation if self._server else None
        return known.status if known else "stopped"

    @status.setter
    def status(self, status: str) -> None:
        known = self._running.formation
        if known is None:
            raise RuntimeError("the formation was deleted")
        known.status = status

    @overload
    def deliver_webhook(
        self,
        url: str,
        event: str | WebhookEvent,
        *,
        request_id: str | None = None,
        user_id: str | None = None,
        client: None = None,
    ) -> httpx.Response: ...
    @overload
    def deliver_webhook(
        self,
        url: str,
        event: str | WebhookEvent,
        *,
        request_id: str | None = None,
        user_id: str | None = None,
        client: Poster[ResponseT],
    ) -> ResponseT: ...
    def deliver_webhook(
        self,
        url: str,
        event: str | WebhookEvent,
        *,
        request_id: str | None = None,
        user_id: str | None = None,
        client: Poster[ResponseT] | None = None,
    ) -> ResponseT | httpx.Response:
        """Send a webhook to a receiver once, encoded and signed as the runtime does.

        Args:
            url: The receiver's URL, or its path if the client has a base URL.
            event: The event. A text stands for a turn that ended with this reply.
            request_id: The id of the turn that has the text. Default: a new one.
            user_id: The user of the turn that has the text.
            client: The client to send with, such as FastAPI's `TestClient` or an
                `httpx.AsyncClient`. Default: a new `httpx.Client`.

        Returns:
            What the client's method `post` returns: the receiver's response, whatever its status
            is. An async client returns an awaitable of it.

        Raises:
            httpx.TransportError: The receiver can't be reached.
        """
        if isinstance(event, str):
            names = {"formation_id": self._config.formation_id, "url": url}
            event = completion(event, **names, request_id=request_id, user_id=user_id)
        keys = self.environ
        body = encode(event)
        headers = headers_of(
            event, body, admin_key=keys["MUXI_ADMIN_KEY"], client_key=keys["MUXI_CLIENT_KEY"]
        )
        if client is not None:
            return client.post(url, content=body, headers=headers)
        with httpx.Client(trust_env=False) as own:
            return own.post(url, content=body, headers=headers)

    def add_credential(
        self, service: str, credential: Mapping[str, object], *, user_id: str, name: str = "default"
    ) -> str:
        """Store a user's credential. `credentials.create` always fails, as on the real runtime.

        Args:
            service: The service that the credential is for, such as `"github"`.
            credential: The secret values, such as a token.
            user_id: The user who owns the credential.
            name: The credential's name. A user can have several for one service.

        Returns:
            The id of the credential.

        Raises:
            RuntimeError: The emulator or its formation isn't running.
        """
        return self._running.state.credentials.add(user_id, service, name, credential)

    def log(
        self,
        line: str,
        formation_id: str | None = None,
        stream: Literal["stdout", "stderr"] = "stdout",
    ) -> None:
        """Write a line to the log of a formation's process.

        Args:
            line: The text of the line, without a newline.
            formation_id: The formation. Default: the emulator's own.
            stream: The stream of the process, `"stdout"` or `"stderr"`.
        """
        log = self._running.registry.log(formation_id or self._config.formation_id)
        (log.stdout if stream == "stdout" else log.stderr).append(line)

    def crash(self, formation_id: str | None = None) -> None:
        """End a formation's process, as a crash does. The server doesn't start it again.

        Args:
            formation_id: The formation. Default: the emulator's own.
        """
        server, name = self._running, formation_id or self._config.formation_id
        assert self._thread is not None
        self._thread.call(lambda: server.registry.crash(name))

    @property
    def _where(self) -> Address:
        if self._address is None:
            raise RuntimeError("the emulator was not started")
        return self._address

    @property
    def _running(self) -> Server:
        if self._server is None:
            raise RuntimeError("the emulator does not run")
        return self._server
