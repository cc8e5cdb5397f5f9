from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from muxi.testing import Emulator

from ...support.clients import ClientKind
from .plane import Plane, copied, tidied


@pytest.fixture
def plane(serving: Emulator, client_kind: ClientKind, tmp_path: Path) -> Iterator[Plane]:
    """A server without the example."""
    with tidied(Plane(client_kind, serving, copied(tmp_path))) as found:
        yield found


@pytest.fixture
def deployed(plane: Plane) -> Plane:
    """A server on which the example is deployed."""
    plane.deploy()
    return plane
