"""The types of failure, and the HTTP status of each without a stream."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from muxi.testing import ServerBehavior
from muxi.testing.server.behavior import ERRORS
from muxi.testing.server.runs import Failed, Run

from .recorded import FOLDER, load

TABLE: dict[str, dict[Any, int]] = json.loads(
    (Path(__file__).parents[2] / "contract" / "server-errors.json").read_text()
)


def test_each_failure_has_the_status_of_the_table() -> None:
    found = {
        kind: {
            operation: Run(operation, ServerBehavior()).status_of(Failed(kind, ""))
            for operation in statuses
        }
        for kind, statuses in TABLE.items()
    }
    assert found == TABLE


def test_a_fault_may_be_any_failure_of_the_table() -> None:
    assert {*TABLE} == ERRORS - {"ReadError"}


def test_the_table_has_every_failure_that_was_recorded() -> None:
    recorded = {
        data["error"]
        for folder in FOLDER.iterdir()
        for one in load(folder)
        for name, data in one.events
        if name == "error"
    }
    assert len(recorded) > 10
    assert recorded <= {*TABLE}
