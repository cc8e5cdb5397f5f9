"""When a call is tried again, and after how long."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from .errors import MuxiError


class Retry(BaseModel):
    """How often and how patiently failed calls are repeated.

    Only calls that may be repeated are: GET, PUT and DELETE, calls that the server deduplicates,
    and any call that never reached the server.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    max_retries: int = Field(default=2, ge=0)
    """Attempts after the first one."""
    base_delay: float = Field(default=0.5, ge=0)
    """Seconds; the longest first wait, doubled for each further one."""
    max_delay: float = Field(default=8.0, ge=0)
    """Seconds; no back-off is longer."""
    max_retry_after: float = Field(default=60.0, ge=0)
    """Seconds; a longer `Retry-After` is cut to this."""

    def delay(
        self, error: MuxiError, *, attempt: int, repeatable: bool, jitter: float
    ) -> float | None:
        """How long to wait before the next attempt, in seconds; None to give up.

        Args:
            error: What the last attempt ended with.
            attempt: Its number, from 1.
            repeatable: The call may run twice without harm.
            jitter: A random number from 0 to 1, the share of the back-off to wait.
        """
        if not error.retryable or attempt > self._limit(error):
            return None
        if error.sent and not repeatable:
            return None
        if error.retry_after is not None:
            return min(error.retry_after, self.max_retry_after)
        return min(self.max_delay, self.base_delay * 2.0 ** (attempt - 1)) * jitter

    def _limit(self, error: MuxiError) -> int:
        # The formation says SERVICE_UNAVAILABLE for a feature that isn't configured, which
        # rarely changes within seconds (contract A2.2).
        permanent = error.code == "SERVICE_UNAVAILABLE"
        return min(self.max_retries, 1) if permanent else self.max_retries
