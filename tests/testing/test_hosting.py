"""The emulator's web servers end cleanly, even if they are closed right after the start."""

from __future__ import annotations

import asyncio
import socket
from contextlib import closing

import httpx
import pytest
from starlette.responses import Response

from muxi.testing import Emulator
from muxi.testing.hosting import Address, Hosts, listen, port_of


def test_what_ends_before_it_has_begun_leaves_no_socket() -> None:
    listening = listen(0)

    async def main() -> None:
        Hosts().serve(Response(), listening)
        await asyncio.sleep(0)  # the end of the loop cancels it

    asyncio.run(main())
    assert listening.fileno() == -1


def test_an_address_is_open_while_an_emulator_runs() -> None:
    with closing(listen(0)) as found:
        where = ("127.0.0.1", port_of(found))
    with closing(Address(where[1])) as address:
        address.pause()
        for _ in range(10):
            with Emulator(port=address) as emulator:
                assert httpx.get(f"{emulator.server_url}/ping", verify=False).text == "pong"
            with pytest.raises(ConnectionRefusedError):
                socket.create_connection(where)
