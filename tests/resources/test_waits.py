"""Waiting for work: when to look again, and when to give up."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import muxi
from muxi import MuxiError, NotFoundError
from muxi._core.call import Call
from muxi.models.formation import RequestStatus
from muxi.resources.formation.requests import Requests

from ..support.clock import Clock

UNKNOWN = NotFoundError("No such request.", code="REQUEST_NOT_FOUND", status_code=404, sent=True)


def status(name: str) -> RequestStatus:
    return RequestStatus(request_id="r", status=name, created_at=1.0)


class Looks:
    """Answers each look with the next of some states, and then with the last again."""

    def __init__(self, clock: Clock, *states: RequestStatus | MuxiError) -> None:
        self.at: list[float] = []
        self.timeouts: list[float | None] = []
        self._clock = clock
        self._states = list(states)

    def __call__(self, call: Call[Any]) -> RequestStatus | MuxiError:
        assert call.path == "/requests/r"
        self.at.append(round(self._clock.now - 1_000.0, 6))
        self.timeouts.append(call.timeout)
        return self._states.pop(0) if len(self._states) > 1 else self._states[0]


def wait(looks: Looks, clock: Clock, took: float = 0.0, **options: Any) -> Any:
    flow = iter(Requests.wait.build("r", user_id="u", **options))
    return clock.run(flow, looks, took=took)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def test_it_looks_once_in_each_interval_until_the_work_has_ended(clock: Clock) -> None:
    looks = Looks(clock, *[status("processing")] * 3, status("completed"))
    assert wait(looks, clock, poll_interval=2.0).status == "completed"
    assert looks.at == [0, 2, 4, 6]
    assert looks.timeouts == [None] * 4


def test_the_last_look_is_at_the_deadline(clock: Clock) -> None:
    looks = Looks(clock, status("processing"))
    with pytest.raises(muxi.TimeoutError, match=r"r is still processing after 2\.5 s") as caught:
        wait(looks, clock, timeout=2.5)
    assert looks.at == [0, 1, 2, 2.5]
    assert looks.timeouts == [2.5, 1.5, 0.5, 0.5]
    assert (caught.value.request_id, caught.value.sent) == ("r", True)


def test_without_time_it_looks_once(clock: Clock) -> None:
    for state, error in ((status("processing"), muxi.TimeoutError), (UNKNOWN, NotFoundError)):
        looks = Looks(clock, state)
        with pytest.raises(error):
            wait(looks, clock, timeout=0)
        assert len(looks.at) == 1
    assert clock.pauses == []


@given(
    timeout=st.floats(0.001, 100),
    interval=st.floats(0.1, 200),
    took=st.floats(0, 3),
)
def test_it_ends_in_time(timeout: float, interval: float, took: float) -> None:
    """At the deadline, or as soon as the look that runs then has ended."""
    with pytest.MonkeyPatch.context() as patch:
        clock = Clock(patch)
        looks = Looks(clock, status("processing"))
        with pytest.raises(muxi.TimeoutError):
            wait(looks, clock, took, timeout=timeout, poll_interval=interval)
        passed = clock.now - 1_000.0
    assert timeout - 1e-6 <= passed <= timeout + took + 1e-6
    for at, limit in zip(looks.at, looks.timeouts, strict=True):
        assert limit == pytest.approx(max(timeout - at, 0.5), abs=1e-5)


def test_work_that_is_not_known_yet_has_a_grace_period(clock: Clock) -> None:
    looks = Looks(clock, UNKNOWN, UNKNOWN, status("processing"), status("completed"))
    assert wait(looks, clock).status == "completed"
    assert looks.at == [0, 0.05, 0.15, 1.15]
    looks = Looks(clock, UNKNOWN)
    with pytest.raises(NotFoundError):
        wait(looks, clock)
    assert clock.pauses[-4:] == [0.05, 0.1, 0.2, 0.4]
    looks = Looks(clock, UNKNOWN)
    with pytest.raises(NotFoundError):
        wait(looks, clock, timeout=0.1)
    assert clock.pauses[-2:] == pytest.approx([0.05, 0.05])


def test_work_that_was_known_and_is_gone_has_none(clock: Clock) -> None:
    with pytest.raises(NotFoundError):
        wait(Looks(clock, status("processing"), UNKNOWN), clock)
    assert clock.pauses == [1.0]


def test_a_look_that_gets_no_answer_ends_the_wait_at_its_deadline_only(clock: Clock) -> None:
    silent = muxi.TimeoutError("no response", sent=True)
    with pytest.raises(muxi.TimeoutError, match="still processing after 1 s") as caught:
        wait(Looks(clock, status("processing"), silent), clock, timeout=1, poll_interval=5)
    assert caught.value.__cause__ is silent
    with pytest.raises(muxi.TimeoutError, match="no response"):
        wait(Looks(clock, status("processing"), silent), clock, timeout=9)


@pytest.mark.parametrize("option", ["timeout", "poll_interval"])
def test_no_wait_takes_what_is_no_time(clock: Clock, option: str) -> None:
    for wrong in (-1, float("nan"), 1e10, "5", True):
        with pytest.raises(muxi.ValidationError, match=option):
            wait(Looks(clock, status("completed")), clock, **{option: wrong})
