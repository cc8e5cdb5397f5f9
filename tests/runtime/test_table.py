"""Every operation of the contract was called on the real runtime, in both modes.

It comes last and looks back on the tests before it, so it is of use in a whole run only.
"""

from __future__ import annotations

import pytest

from ..surface.test_coverage import NO_METHOD
from .table import Calls


@pytest.mark.parametrize("mode", ["sqlite", "postgres"])
def test_every_operation_was_called(mode: str, calls: Calls) -> None:
    called = {operation for operation, where in calls.seen if where == mode}
    assert calls.operations.keys() - called - NO_METHOD.keys() == set()
