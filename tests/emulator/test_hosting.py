"""The emulator's web servers end without a trace, however early they are told to."""

from __future__ import annotations

import asyncio

from starlette.responses import Response

from muxi.testing.hosting import Hosts, listen


def test_what_ends_before_it_has_begun_leaves_no_socket() -> None:
    async def main() -> int:
        hosts, listening = Hosts(), listen(0)
        hosts.serve(Response(), listening)
        hosts.drop()
        await hosts.close()
        return listening.fileno()

    assert asyncio.run(main()) == -1
