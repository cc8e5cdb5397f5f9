"""The emulator behind the proxy, and what it has done."""

from __future__ import annotations

import os
from base64 import b64encode
from pathlib import Path
from typing import Any

from muxi import ServerClient
from muxi.testing import Emulator, Outcome, Reply, Turn

from ..support.emulated import server_keys
from ..support.waiting import until

WHOLE = os.environ.get("MUXI_FAULTS") == "whole"
"""Whether to try everything, and not a sample."""
FILE = bytes(range(256)) * 10
READER, UPDATED = "reader", "updated-bot"


class World:
    """An emulator, and what it has done."""

    def __init__(self, folder: Path) -> None:
        self.emulator = Emulator(model=self._reply, multi_user=True, token_pause=0, keepalive=30)
        self._folder = folder
        self._turns: list[str] = []
        self.file = ""
        """The id of a file that users can download."""

    def __enter__(self) -> World:
        self.emulator.__enter__()
        turn = Turn("", READER, "s", "r")
        self.state.artifacts.save(
            turn, [{"filename": "a.bin", "data_url": f"data:;base64,{b64encode(FILE).decode()}"}]
        )
        self.file = self.state.artifacts.latest(READER)[0].id
        with ServerClient(url=self.emulator.server_url, **server_keys(self.emulator)) as server:
            server.formations.deploy(self.bundle(UPDATED, UPDATED))
        return self

    def __exit__(self, *exc: Any) -> None:
        self.emulator.__exit__(*exc)

    def _reply(self, turn: Turn) -> Outcome:
        self._turns.append(turn.message)
        return Reply(f"You said: {turn.message}")

    @property
    def state(self) -> Any:
        """The data of the formation."""
        return self.emulator._running.state

    @property
    def registry(self) -> Any:
        """The data of the server."""
        return self.emulator._running.registry

    def url(self, service: str) -> str:
        """Return the address of a service, `formation` or `server`."""
        return self.emulator.formation_url if service == "formation" else self.emulator.server_url

    def turns(self, message: str) -> int:
        """Return how often a turn with this message has run."""
        return self._turns.count(message)

    def bundle(self, formation_id: str, content: str) -> Path:
        """Return the directory of a formation."""
        folder = self._folder / content
        (folder / "agents").mkdir(parents=True)
        (folder / "formation.afs").write_text(
            f'schema: "1.0.0"\nid: {formation_id}\ndescription: A bot\nversion: "1.0.0"\n'
            "server:\n  api_keys: {client_key: fmc_bot, admin_key: fma_bot}\nagents: [helper]\n"
        )
        (folder / "agents" / "helper.afs").write_text("id: helper\nname: H\ndescription: Helps\n")
        (folder / "content.txt").write_text(content)
        return folder

    def remove(self, formation_id: str) -> None:
        """Delete a formation if it is deployed."""
        if self.registry.formations.get(formation_id):
            with ServerClient(url=self.emulator.server_url, **server_keys(self.emulator)) as server:
                server.formations.delete(formation_id)

    def settle(self) -> None:
        """Wait until the server has finished what it began."""
        until(lambda: not self.registry._tasks)
