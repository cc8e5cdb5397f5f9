"""Every operation of the contract's table, with the public clients, and its result."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from . import drafts, formations
from .plane import Plane

ROWS = json.loads((Path(__file__).parents[2] / "contract" / "server-endpoints.json").read_text())
IDS = [str(row["id"]) for row in ROWS]


@pytest.mark.thorough("trio")
@pytest.mark.parametrize("name", IDS)
def test_operations(plane: Plane, name: str) -> None:
    ({**vars(formations), **vars(drafts)})[name](plane)
