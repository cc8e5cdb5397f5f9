from __future__ import annotations

from collections.abc import Iterator

import pytest

from muxi.testing import Emulator

from .fake_model import scripted
from .raw_http import RawHttp


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with Emulator(keepalive=0.05, token_pause=0, multi_user=True) as running:
        yield running


@pytest.fixture(scope="module")
def raw() -> Iterator[RawHttp]:
    with Emulator(model=scripted, multi_user=True, keepalive=0.05, token_pause=0) as running:
        yield RawHttp(running)


@pytest.fixture(scope="module")
def serving() -> Iterator[Emulator]:
    """One for deployments."""
    with Emulator(keepalive=0.05, token_pause=0) as running:
        running.server.starting_pause = 0
        yield running
