"""A MUXI Server with its formations, on an event loop."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

from starlette.responses import Response

from ..formation.app import formation_app
from ..formation.manifest import Manifest, block_of, list_of
from ..formation.state import Config, State
from ..hosting import Address, Hosts, Watch, listen, port_of
from .behavior import ServerBehavior
from .control import ControlPlane
from .manifests import BadManifest, read_manifest, write_manifest
from .processes import Log, Process
from .registry import Registered, Registry, Release


class Server:
    """A server that has one formation from the start.

    Args:
        config: The settings of this formation. Deployed ones have them too, but their own id,
            keys and manifest.
        keys: The id and the secret of the server's key.
        behavior: How the server behaves.
        address: Where it and its first formation listen.
        files: The directory of its files.
        watch: Returns an application that handles the requests of another one first.
    """

    def __init__(
        self,
        *,
        config: Config,
        keys: tuple[str, str],
        behavior: ServerBehavior,
        address: Address,
        files: str,
        watch: Watch,
    ) -> None:
        self._config = config
        self._keys = keys
        self._address = address
        self._watch = watch
        self._hosts: Hosts | None = None
        self.registry = Registry(Path(files), behavior, self._launch, address.server_port)

    @property
    def formation(self) -> Registered | None:
        """The first formation. None after its deletion."""
        return self.registry.formations.get(self._config.formation_id)

    @property
    def port(self) -> int:
        """The port of the first formation. 0 after its deletion."""
        return self.formation.port if self.formation else 0

    @property
    def config(self) -> Config:
        """The settings of the first formation. While it runs, those of its process."""
        process = self.registry.serving(self._config.formation_id)
        state = process.state if process else None
        return state.config if state else self._config

    @property
    def state(self) -> State:
        """The data of the first formation."""
        process = self.registry.serving(self._config.formation_id)
        if process is None or process.state is None:
            raise RuntimeError("the formation does not run")
        return process.state

    async def open(self) -> Callable[[], Awaitable[None]]:
        """Start to serve. Return a function that ends it."""
        self._hosts = Hosts()
        self._install()
        control = self._watch(ControlPlane(self.registry, self._keys), "server")
        self._hosts.serve(control, self._address.listening.dup(), headers=False)
        return self._close

    async def _close(self) -> None:
        assert self._hosts is not None
        self._hosts.drop()
        await self.registry.close()
        await self._hosts.close()

    def _install(self) -> None:
        """Deploy the first formation without the server's checks."""
        name = self._config.formation_id
        given: dict[str, object] = {
            "id": name,
            "name": name,
            "description": "An emulated formation",
            **self._config.manifest,
        }
        text = json.dumps(given)
        write_manifest(self.registry.directory(name), json.loads(text))
        config = with_keys(self._config, name, self._config.manifest)
        process = self._start(config, self.registry.log(name), self._address.formation_port)
        self._address.formation_port = process.port
        self.registry.processes[name] = process
        digest = hashlib.sha256(text.encode()).hexdigest()
        release = Release(1, digest, str(given.get("version", "")))
        known = Registered(name, str(given["name"]), process.port, release, "running")
        known.checked = known.started = self.registry.behavior.now
        self.registry.formations[name] = known

    def _launch(self, formation_id: str, directory: Path, log: Log, port: int) -> Process:
        try:
            manifest = read_manifest(directory)
        except BadManifest as problem:
            log.stderr.append(str(problem))
            where = port or self.registry.free_port()
            crashed = Process(Response(status_code=502), where, lambda: None, log=log)
            crashed.stop()
            return crashed
        return self._start(with_keys(self._config, formation_id, manifest), log, port)

    def _start(self, config: Config, log: Log, port: int) -> Process:
        try:
            listening = listen(port)
        except OSError:
            listening = listen(0)
        assert self._hosts is not None
        state = State(config)
        app, where = self._watch(formation_app(state), "formation"), port_of(listening)
        agents = len(list_of(config.manifest, "agents"))
        log.stdout.append(f"Formation '{config.formation_id}' with {agents} agents on port {where}")
        return Process(app, where, self._hosts.serve(app, listening), state, log=log)


def with_keys(config: Config, formation_id: str, manifest: Manifest) -> Config:
    """Return the settings of a formation, with the keys from its manifest if it has any."""
    found = block_of(block_of(manifest, "server"), "api_keys")
    # The emulator doesn't know the values of secrets.
    keys = {name: key for name, key in found.items() if isinstance(key, str) and "${{" not in key}
    return replace(
        config,
        formation_id=formation_id,
        manifest=manifest,
        client_key=keys.get("client_key", config.client_key),
        admin_key=keys.get("admin_key", config.admin_key),
    )
