"""The public clients on the emulator's control plane, and a formation to deploy."""

from __future__ import annotations

import inspect
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

import muxi
from muxi.models import server as m
from muxi.testing import Emulator, Fault, ServerBehavior

from ...support.clients import ClientKind, Streamed
from ...support.control_answers import HELLO, ID
from ...support.emulated import server_keys
from ...support.plain_http import NO_TLS
from ..server.raw_control import FORMATIONS, Control

CLIENT_KEY = "fmc_hello_formation_client"
Use = Callable[[Any], Any]
Change = Callable[[httpx.Request], None]


def without_events(request: httpx.Request) -> None:
    """Change a request to ask for a plain response. This SDK asks for events."""
    request.headers["accept"] = "application/json"


@dataclass(frozen=True)
class Plane:
    """One kind of client on one emulator."""

    client_kind: ClientKind
    emulator: Emulator
    folder: Path
    """A formation directory that tests may change."""

    @property
    def control(self) -> Control:
        """A client without the SDK."""
        return Control(self.emulator)

    @property
    def keys(self) -> dict[str, str]:
        """The id and the secret of the server's key."""
        return server_keys(self.emulator)

    @property
    def url(self) -> str:
        return self.emulator.server_url

    def ask(self, use: Use, change: Change | None = None, **settings: Any) -> Any:
        """Call `use` with a server client, and return its result. `change` alters the requests."""
        settings = {**self.keys, **settings}
        if change is None:
            return self.client_kind.server(self.url, use, **settings)
        if self.client_kind.name == "sync":
            with httpx.Client(verify=NO_TLS, event_hooks={"request": [change]}) as http:
                return self.client_kind.server(self.url, use, http_client=http, **settings)
        return self._ask_async(use, change, settings)

    def _ask_async(self, use: Use, change: Change, settings: dict[str, Any]) -> Any:
        async def changing(request: httpx.Request) -> None:
            change(request)

        http = httpx.AsyncClient(verify=NO_TLS, event_hooks={"request": [changing]})

        async def used(client: Any) -> Any:
            async with http:
                return await use(client)

        return self.client_kind.server(self.url, used, http_client=http, **settings)

    def stream(self, use: Use) -> Streamed:
        """Read the server client's stream from `use` to the end."""
        return self.client_kind.server_stream(self.url, use, **self.keys)

    def play(self, start: Use, react: Callable[[Any, Any], Any]) -> muxi.MuxiError | None:
        """Read a stream until `react` returns True for an event. Return the stream's error."""

        def read(server: Any) -> None:
            with start(server) as stream:
                for event in stream:
                    if react(server, event):
                        return
                stream.result()

        async def aread(server: Any) -> None:
            async with start(server) as stream:
                async for event in stream:
                    done = react(server, event)
                    if (await done) if inspect.isawaitable(done) else done:
                        return
                await stream.result()

        try:
            self.ask(read if self.client_kind.name == "sync" else aread)
        except muxi.MuxiError as error:
            return error
        return None

    def during(self, start: Use, stage: str, then: Use) -> tuple[Any, muxi.MuxiError | None]:
        """Make a call at a stage of a stream. Return the call's result and the stream's error."""
        found: list[Any] = []

        def react(server: Any, event: Any) -> Any:
            if event.stage != stage or found:
                return False
            made = then(server)
            found.append(made)
            return areact(made) if inspect.isawaitable(made) else False

        async def areact(made: Any) -> bool:
            found[:] = [await made]
            return False

        failed = self.play(start, react)
        return found[0], failed

    def chat(self, mode: str = "live", formation_id: str = ID, **settings: Any) -> Any:
        """Send a turn through the proxy, and return the reply."""

        def use(server: Any) -> Any:
            keys = {"client_key": CLIENT_KEY, "user_id": "alice", "mode": mode}
            return server.formation_client(formation_id, **keys).chat.send("Hi")

        return self.ask(use, **settings)

    def deploy(self) -> m.Deployment:
        found: m.Deployment = self.ask(lambda s: s.formations.deploy(self.folder))
        return found

    def update(self) -> m.Deployment:
        """Update the formation to changed files."""
        self.changed()
        found: m.Deployment = self.ask(lambda s: s.formations.update(self.folder))
        return found

    def changed(self) -> None:
        """Change the formation's files."""
        with (self.folder / "README.md").open("a", encoding="utf-8") as file:
            file.write("More.\n")

    def fail(self, stage: str, error: str | None = None, **more: Any) -> None:
        """Let the next visit to a stage fail."""
        self.emulator.server.faults.append(Fault(stage, error, **more))

    def look(self) -> Any:
        """Return the formation as the server has it, or None."""
        return self.control.ask("GET", f"{FORMATIONS}/{ID}").json().get("data")

    def end_orphans(self) -> None:
        """End processes of a deleted formation, which the server leaves running."""
        registry, thread = self.emulator._running.registry, self.emulator._thread
        assert thread is not None
        for name in [f"{ID}-staging", ID]:
            thread.call(lambda name=name: registry.stop(name))

    @property
    def left(self) -> set[str]:
        """Return the processes and files of the server, without its first formation."""
        registry = self.emulator._running.registry
        names = {*registry.processes, *registry.formations, *(f.name for f in _inside(registry))}
        return names - {"hello"}


def _inside(registry: Any) -> Iterable[Path]:
    return [*registry.root.iterdir(), *registry.root.glob(f"{ID}/staging")]


def copied(folder: Path) -> Path:
    """Copy the example, so that a test can change it."""
    return Path(shutil.copytree(HELLO, folder / ID))


@contextmanager
def tidied(plane: Plane) -> Iterator[Plane]:
    """Reset the emulator at the end, and check that all faults happened."""
    yield plane
    unmet = [*plane.emulator.server.faults]
    vars(plane.emulator.server).update(vars(ServerBehavior(starting_pause=0)))
    control = plane.control
    if plane.left:
        control.ask("POST", "/rpc/dev/stop", json={"formation_id": ID})
        control.ask("POST", f"{FORMATIONS}/{ID}/draft/files", json={"action": "discard"})
        control.ask("DELETE", f"{FORMATIONS}/{ID}")
        plane.end_orphans()
    assert unmet == []
