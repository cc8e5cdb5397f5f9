"""Every operation of the contract's table, with the public clients, and its result."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from . import drafts, formations
from .plane import Plane
from .test_progress import by_one_kind

ROWS = json.loads((Path(__file__).parents[2] / "contract" / "server-endpoints.json").read_text())
IDS = [str(row["id"]) for row in ROWS]


@by_one_kind
@pytest.mark.parametrize("name", IDS)
def test_operations(plane: Plane, name: str) -> None:
    ({**vars(formations), **vars(drafts)})[name](plane)
