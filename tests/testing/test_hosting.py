"""The emulator's web servers end cleanly, even if they are closed right after the start."""

from __future__ import annotations

import asyncio

from starlette.responses import Response

from muxi.testing.hosting import Hosts, listen


def test_what_ends_before_it_has_begun_leaves_no_socket() -> None:
    listening = listen(0)

    async def main() -> None:
        Hosts().serve(Response(), listening)
        await asyncio.sleep(0)  # the end of the loop cancels it

    asyncio.run(main())
    assert listening.fileno() == -1
