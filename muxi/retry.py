"""Decides whether and when to retry a call."""

from __future__ import annotations

import math
from dataclasses import dataclass

from .errors import ConfigurationError, MuxiError

LONGEST_WAIT = 1e9
"""Seconds, about 31 years; larger values overflow timers of Python and operating systems."""


@dataclass(frozen=True, kw_only=True)
class Retry:
    """How often to retry failed calls, and how long to wait in between.

    Only calls that are safe to retry are retried: GET, PUT and DELETE, calls that the server
    deduplicates, and calls that never reached the server.

    Raises:
        ConfigurationError: A value isn't a number of at least 0.

    Example:
        >>> from muxi import Retry
        >>> Retry(max_retries=5, max_delay=30).max_retries
        5
    """

    max_retries: int = 2
    """Attempts after the first one."""
    base_delay: float = 0.5
    """The longest wait before the first retry, in seconds; doubled for each further retry."""
    max_delay: float = 8.0
    """The longest back-off, in seconds."""
    max_retry_after: float = 60.0
    """The longest `Retry-After` to wait for, in seconds; beyond it, the call isn't retried."""

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            is_count = name == "max_retries"
            is_number = isinstance(value, int if is_count else (int, float)) and value is not True
            if not is_number or not 0 <= value <= (math.inf if is_count else LONGEST_WAIT):
                kind = "a whole number" if is_count else "seconds"
                raise ConfigurationError(f"{name} must be {kind} from 0 up, not {value!r}.")

    def delay(
        self, error: MuxiError, *, attempt: int, repeatable: bool, jitter: float
    ) -> float | None:
        """Return the seconds to wait before the next attempt; None to give up.

        Args:
            error: The error of the last attempt.
            attempt: The number of that attempt, from 1.
            repeatable: Whether the call is safe to retry.
            jitter: A random number from 0 to 1, the share of the back-off to wait.
        """
        if not error.retryable or attempt > limit_retries(error, self.max_retries):
            return None
        if error.sent and not repeatable:
            return None
        longest = min(self.max_delay, self.base_delay * 2.0 ** min(attempt - 1, 1000))
        if error.retry_after is None:
            return longest * jitter
        if not error.retry_after <= self.max_retry_after:
            return None  # an earlier attempt would fail
        # The server sends many clients the same time: jitter spreads their retries.
        return error.retry_after + longest * jitter


def limit_retries(error: MuxiError, most: int) -> int:
    """Return how many retries make sense after an error, up to a limit."""
    # The formation says SERVICE_UNAVAILABLE for a feature that isn't configured, which rarely
    # changes within seconds (contract A2.2).
    return min(most, 1) if error.code == "SERVICE_UNAVAILABLE" else most
