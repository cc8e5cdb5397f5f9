"""What calls don't do, because it would cost time."""

from __future__ import annotations

import asyncio
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
