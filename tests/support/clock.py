"""A clock for flows: their pauses take no time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from muxi import MuxiError
from muxi._core.call import Call, Response
from muxi._core.steps import Flow, Sleep


class Clock:
    """The clock of the drivers. It moves only when a step takes time.

    Attributes:
        now: The time in seconds.
        pauses: The pauses of the flows so far, in seconds.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1_000.0
        self.pauses: list[float] = []
        monkeypatch.setattr("muxi._core.steps.monotonic", lambda: self.now)

    def sleep(self, seconds: float) -> None:
        """Pause."""
        self.pauses.append(seconds)
        self.now += seconds

    def run(self, flow: Flow[Any], answer: Callable[[Call[Any]], Any], *, took: float = 0.0) -> Any:
        """Run a flow.

        Args:
            flow: The flow, which may only make calls and pause.
            answer: Returns the data for a call, or an error to raise.
            took: The seconds that each call takes.
        """
        outcome: Any = None
        try:
            while True:
                failed = isinstance(outcome, MuxiError)
                step = flow.throw(outcome) if failed else flow.send(outcome)
                if isinstance(step, Sleep):
                    self.sleep(step.seconds)
                    outcome = None
                    continue
                assert isinstance(step, Call)
                found = answer(step)
                self.now += took
                outcome = found if isinstance(found, MuxiError) else _response(found)
        except StopIteration as stop:
            return stop.value


def _response(data: object) -> Response[Any]:
    return Response(data, 200, {}, request_id=None, attempts=1, elapsed=timedelta())
