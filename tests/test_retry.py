"""Which failures are retried, and the pauses between the attempts."""

from __future__ import annotations

import math
from dataclasses import FrozenInstanceError
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muxi import (
    ConfigurationError,
    ConnectionError,
    MuxiError,
    NotFoundError,
    Retry,
    TimeoutError,
    UnavailableError,
)
from muxi.errors import error_class

BUSY = UnavailableError("Busy", code="SYSTEM_OVERLOAD", status_code=503, sent=True)


def delay(error: MuxiError, attempt: int = 1, *, repeatable: bool = True) -> float | None:
    return Retry().delay(error, attempt=attempt, repeatable=repeatable, jitter=1.0)


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_these_statuses_are_tried_again(status: int) -> None:
    error = error_class(status)("x", status_code=status, sent=True)
    assert delay(error) == 0.5
    assert delay(error, repeatable=False) is None


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 409, 410, 422, 501, 507])
def test_other_statuses_are_not(status: int) -> None:
    assert delay(error_class(status)("x", status_code=status, sent=True)) is None


def test_what_was_never_sent_is_always_tried_again() -> None:
    for error in (ConnectionError("x"), TimeoutError("x")):
        assert delay(error, repeatable=False) == 0.5
    assert delay(ConnectionError("x", sent=True), repeatable=False) is None


def test_back_off_doubles_up_to_its_limit() -> None:
    patient = Retry(max_retries=9)
    waits = [
        patient.delay(BUSY, attempt=attempt, repeatable=True, jitter=1.0) for attempt in range(1, 8)
    ]
    assert waits == [0.5, 1, 2, 4, 8, 8, 8]


def test_jitter_is_the_share_of_the_back_off_to_wait() -> None:
    for jitter in (0.0, 0.25, 1.0):
        assert Retry().delay(BUSY, attempt=2, repeatable=True, jitter=jitter) == jitter


def test_attempts_end() -> None:
    assert [delay(BUSY, attempt) is None for attempt in (1, 2, 3)] == [False, False, True]


def test_a_feature_that_is_not_configured_is_tried_once_more() -> None:
    error = UnavailableError("Off", code="SERVICE_UNAVAILABLE", status_code=503, sent=True)
    assert [delay(error, attempt) is None for attempt in (1, 2)] == [False, True]
    assert Retry(max_retries=0).delay(error, attempt=1, repeatable=True, jitter=1.0) is None


def test_the_server_says_how_long_and_jitter_is_added() -> None:
    def wait(seconds: float, jitter: float = 0.0) -> float | None:
        error = MuxiError("x", status_code=429, sent=True, retry_after=seconds)
        return Retry(max_retry_after=10).delay(error, attempt=1, repeatable=True, jitter=jitter)

    assert [wait(0), wait(3), wait(10), wait(3, 1.0)] == [0, 3, 10, 3.5]
    assert [wait(10.01), wait(math.inf), wait(math.nan)] == [None, None, None]


def test_after_thousands_of_attempts_the_wait_is_still_the_longest() -> None:
    patient = Retry(max_retries=100_000, base_delay=1e9, max_delay=5.0)
    waits = [
        patient.delay(BUSY, attempt=attempt, repeatable=True, jitter=1.0)
        for attempt in (1, 1024, 1025, 100_000)
    ]
    assert waits == [5.0] * 4


@given(st.integers(1, 200), st.floats(0, 1), st.booleans(), st.floats(0, 60) | st.none())
def test_no_wait_is_negative_or_beyond_the_limits(
    attempt: int, jitter: float, repeatable: bool, retry_after: float | None
) -> None:
    error = MuxiError("x", status_code=503, sent=True, retry_after=retry_after)
    wait = Retry(max_retries=500).delay(
        error, attempt=attempt, repeatable=repeatable, jitter=jitter
    )
    assert (wait is not None) == repeatable
    assert wait is None or (retry_after or 0) <= wait <= (retry_after or 0) + 8.0


@pytest.mark.parametrize("value", [-1, 1.5, "3", None, True])
def test_a_number_of_retries_that_can_not_be(value: Any) -> None:
    with pytest.raises(ConfigurationError, match="max_retries must be a whole number from 0 up"):
        Retry(max_retries=value)


@pytest.mark.parametrize("name", ["base_delay", "max_delay", "max_retry_after"])
@pytest.mark.parametrize("value", [-1, -0.001, 1e10, math.inf, math.nan, "3", None, True])
def test_seconds_that_can_not_be(name: str, value: Any) -> None:
    with pytest.raises(ConfigurationError, match=f"^{name} must be seconds from 0 up, not"):
        Retry(**{name: value})
    assert getattr(Retry(**{name: 0}), name) == 0


def test_it_is_a_frozen_value() -> None:
    with pytest.raises(FrozenInstanceError):
        Retry().max_retries = 3  # type: ignore[misc]
    assert delay(NotFoundError("x", status_code=404)) is None
