"""What calls don't do, because it would cost time."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Awaitable, Generator
from typing import Any

from muxi import AsyncFormationClient

from ..support.fake_server import REPLY, FakeServer


class Pauses(Awaitable[None]):
    """Awaits work, and counts the pauses in which other tasks may run. A wait for I/O is none."""

    def __init__(self, work: Awaitable[object]) -> None:
        self._work = work
        self.count = 0

    def __await__(self) -> Generator[Any, Any, None]:
        for waits_for in self._work.__await__():
            self.count += waits_for is None
            yield waits_for


def test_a_call_on_an_open_connection_lets_the_event_loop_pass_only_to_wait() -> None:
    async def main() -> int:
        async with AsyncFormationClient(url=server.url, client_key="c") as client:
            await client.chat.send("hi")
            again = Pauses(client.chat.send("hi"))
            await again
            return again.count

    with FakeServer(REPLY) as server:
        assert asyncio.run(main()) == 0


def test_a_sync_client_imports_only_what_it_uses() -> None:
    code = """
import sys
import muxi
try:
    client = muxi.FormationClient(url="http://127.0.0.1:9", client_key="c", max_retries=0)
    client.sessions.list(user_id="u")
except muxi.ConnectionError:
    print(*{name.partition(".")[0] for name in sys.modules}, sep="\\n")
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = {*done.stdout.split()}
    assert "httpx" in loaded
    assert not loaded & {"asyncio", "opentelemetry", "pydantic_settings"}


def test_a_formation_client_is_imported_without_the_other_service() -> None:
    code = "import sys; from muxi import FormationClient; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = {*done.stdout.split()}
    assert "muxi.resources.formation.chat" in loaded
    assert [name for name in loaded if "server" in name] == []
    assert not loaded & {"httpx", "pydantic", "tempfile"}
