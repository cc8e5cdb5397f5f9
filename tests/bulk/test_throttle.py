"""How much may be in flight: by hand, without a clock."""

from __future__ import annotations

from math import inf

import pytest

from muxi import ConnectionError, MuxiError, RateLimitError, Retry, TimeoutError, UnavailableError
from muxi.bulk.throttle import Throttle

BUSY = RateLimitError("busy", status_code=429, sent=True)


def throttle(concurrency: int = 64, rate: float | None = None) -> Throttle:
    return Throttle(concurrency, rate, Retry(base_delay=1.0, max_delay=8.0))


def test_the_limit_doubles_each_round_trip_up_to_the_concurrency() -> None:
    one = throttle(concurrency=20)
    limits = []
    for _ in range(3):
        limits.append(int(one.limit))
        for _ in range(limits[-1]):
            one.answered()
    assert limits == [8, 16, 20]


@pytest.mark.parametrize(
    "error",
    [
        BUSY,
        UnavailableError("busy", status_code=503, sent=True),
        TimeoutError("late", sent=True),
        ConnectionError("refused", sent=False),
    ],
)
def test_the_limit_halves_and_then_grows_by_one_each_round_trip(error: MuxiError) -> None:
    one = throttle()
    one.congested(error, began=0.0, now=1.0)
    assert one.limit == 4
    for _ in range(4):
        one.answered()
    assert 4.9 < one.limit < 5.1


def test_calls_that_began_before_a_reduction_cause_no_other() -> None:
    one = throttle()
    for now in (1.0, 1.1, 1.2):
        one.congested(BUSY, began=0.5, now=now)
    assert one.limit == 4
    one.congested(BUSY, began=1.0, now=1.3)
    assert one.limit == 2


def test_one_call_is_always_allowed() -> None:
    one = throttle()
    for now in range(1, 20):
        one.congested(TimeoutError("late", sent=True), began=now, now=now)
    assert one.limit == 1
    assert one.wait(now=30.0, in_flight=0) == 0
    assert one.wait(now=30.0, in_flight=1) == inf


def test_retry_after_holds_for_all_and_is_capped() -> None:
    one = throttle()
    one.congested(RateLimitError("", status_code=429, retry_after=5.0, sent=True), 0.0, now=100.0)
    one.congested(RateLimitError("", status_code=429, retry_after=2.0, sent=True), 0.0, now=101.0)
    assert one.wait(now=102.0, in_flight=0) == 3.0
    one.congested(RateLimitError("", status_code=429, retry_after=1e9, sent=True), 0.0, now=103.0)
    assert one.wait(now=103.0, in_flight=0) == 300.0


def test_without_retry_after_each_refusal_in_a_row_pauses_longer() -> None:
    one, now, waits = throttle(), 0.0, []
    for _ in range(5):
        one.congested(BUSY, began=now, now=now)
        wait = one.wait(now, in_flight=0)
        waits.append(wait)
        now += wait
    for wait, longest in zip(waits, (2, 4, 8, 8, 8), strict=True):
        assert longest / 2 <= wait <= longest


def test_a_timeout_pauses_nothing() -> None:
    one = throttle()
    one.congested(TimeoutError("late", sent=True), began=0.0, now=1.0)
    assert one.wait(now=1.0, in_flight=0) == 0


def test_the_rate_spaces_calls_and_saves_none_up() -> None:
    one, now, begun = throttle(rate=10), 100.0, 0
    while now < 101.0:
        wait = one.wait(now, in_flight=0)
        if wait > 1e-9:
            now += wait
            continue
        one.began(now)
        begun += 1
    assert begun == pytest.approx(10, abs=1)


def test_minutes_of_nothing_but_refusals_are_hopeless() -> None:
    one = throttle()
    one.congested(BUSY, began=0.0, now=0.0)
    one.congested(BUSY, began=250.0, now=250.0)
    assert not one.hopeless(250.0)
    one.answered()
    one.congested(BUSY, began=301.0, now=301.0)
    assert not one.hopeless(302.0)
    one.congested(BUSY, began=602.0, now=602.0)
    assert one.hopeless(602.0)
