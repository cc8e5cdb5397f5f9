from __future__ import annotations

from collections.abc import Iterator

import pytest

from muxi.testing import Emulator

from .asking import Asker
from .fake_model import scripted


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with Emulator(keepalive=0.05, token_pause=0, multi_user=True) as running:
        yield running


@pytest.fixture(scope="module")
def asker() -> Iterator[Asker]:
    with Emulator(model=scripted, multi_user=True, keepalive=0.05, token_pause=0) as running:
        yield Asker(running)
