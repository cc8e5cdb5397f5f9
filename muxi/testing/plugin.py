"""The pytest plugin: an emulator and clients as fixtures.

pytest loads this module at each start, so it imports what it needs inside the fixtures.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from muxi import AsyncFormationClient, AsyncServerClient, FormationClient, ServerClient

    from .emulator import Emulator
    from .hosting import Address


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marker."""
    text = "muxi_emulator(**arguments): arguments of muxi.testing.Emulator for the fixture"
    config.addinivalue_line("markers", text)


@pytest.fixture(scope="session")
def _muxi_address() -> Iterator[Address]:
    """The address of the emulators of all tests. Between two tests, it refuses connections."""
    from .hosting import Address, listen, port_of

    with closing(listen(0)) as found:
        port = port_of(found)
    with closing(Address(port)) as address:
        address.pause()
        yield address


@pytest.fixture
def muxi_emulator(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, _muxi_address: Address
) -> Iterator[Emulator]:
    """An emulator of MUXI. The environment names it, so `FormationClient()` finds it.

    Each test gets a new one, at the same address. It keeps users apart. The marker `muxi_emulator`
    takes other arguments of `muxi.testing.Emulator`.
    """
    from . import Emulator

    mark = request.node.get_closest_marker("muxi_emulator") or pytest.mark.muxi_emulator.mark
    arguments = {"multi_user": True, "token_pause": 0.0, **mark.kwargs}
    with Emulator(*mark.args, port=_muxi_address, **arguments) as emulator:
        for name in [*os.environ]:
            if name.startswith("MUXI_"):
                monkeypatch.delenv(name)
        for name, value in emulator.environ.items():
            monkeypatch.setenv(name, value)
        yield emulator


@pytest.fixture
def muxi_formation(muxi_emulator: Emulator) -> Iterator[FormationClient]:
    """A `FormationClient` of the emulator, with both keys and without a user."""
    from muxi import FormationClient

    with FormationClient() as client:
        yield client


@pytest.fixture
def muxi_server(muxi_emulator: Emulator) -> Iterator[ServerClient]:
    """A `ServerClient` of the emulator."""
    from muxi import ServerClient

    with ServerClient() as client:
        yield client


@pytest.fixture
def muxi_async_formation(muxi_emulator: Emulator) -> AsyncFormationClient:
    """An `AsyncFormationClient` of the emulator. It is closed when the test's event loop ends."""
    from muxi import AsyncFormationClient

    return AsyncFormationClient()


@pytest.fixture
def muxi_async_server(muxi_emulator: Emulator) -> AsyncServerClient:
    """An `AsyncServerClient` of the emulator. It is closed when the test's event loop ends."""
    from muxi import AsyncServerClient

    return AsyncServerClient()
