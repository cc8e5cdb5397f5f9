"""Decides how many calls may run, and when. No I/O and no clock."""

from __future__ import annotations

import random
from math import inf
from typing import TYPE_CHECKING

from .jobs import is_refusal

if TYPE_CHECKING:
    from ..errors import MuxiError
    from ..retry import Retry

_START = 8
_PATIENCE = 300.0
"""Seconds of nothing but refusals after which to end the run."""


class Throttle:
    """Raises the number of calls while they succeed, and halves it when the server is overloaded.

    Args:
        concurrency: The most calls at the same time.
        rate: The most calls started per second; None for no limit.
        retry: The pauses to use if the server sends none.
    """

    def __init__(self, concurrency: int, rate: float | None, retry: Retry) -> None:
        self.limit = float(min(_START, concurrency))
        self.concurrency = concurrency
        self._interval = 1 / rate if rate else 0.0
        self._retry = retry
        self._next = self._paused_until = -inf
        self._reduced_at: float | None = None
        self._refusals = 0
        self._refused_since: float | None = None

    def wait(self, now: float, in_flight: int) -> float:
        """Return the seconds until another call may start; infinity if a call must end first."""
        if in_flight >= int(self.limit):
            return inf
        return max(0.0, self._paused_until - now, self._next - now)

    def began(self, now: float) -> None:
        """Record the start of a call."""
        self._next = max(self._next, now) + self._interval

    def answered(self) -> None:
        """Record a response to a call, even if it is an error."""
        self._refusals, self._refused_since = 0, None
        grown = 1.0 if self._reduced_at is None else 1.0 / self.limit
        self.limit = min(self.limit + grown, float(self.concurrency))

    def congested(self, error: MuxiError, began: float, now: float) -> None:
        """Record a refused call or a timeout.

        Args:
            error: The error of the call.
            began: When the call started. Calls that started before the last reduction are ignored.
            now: The current time.
        """
        new = self._reduced_at is None or began >= self._reduced_at
        if new:
            self.limit = max(1.0, self.limit / 2)
            self._reduced_at = now
        if not is_refusal(error):
            return
        if self._refused_since is None:
            self._refused_since = now
        self._refusals += new
        self._paused_until = max(self._paused_until, now + self._pause(error.retry_after))

    def _pause(self, asked: float | None) -> float:
        if asked is not None:
            return min(asked, _PATIENCE)
        longest = self._retry.base_delay * 2.0 ** min(self._refusals, 32)
        return min(self._retry.max_delay, longest) * random.uniform(0.5, 1)

    def hopeless(self, now: float) -> bool:
        """Return whether the server has refused every call for several minutes."""
        return self._refused_since is not None and now - self._refused_since > _PATIENCE
