"""What the jobs that take memories in have in common (contract B8, B9)."""

from __future__ import annotations

from typing import Literal

from .._base import Answer, Epoch, UtcTime


class IngestJob(Answer):
    """A job in the background. The server forgets it five minutes after its end."""

    processing_id: str
    status: Literal["queued", "processing", "completed", "failed"] | str
    created_at: Epoch
    completed_at: UtcTime | None = None
    error: str | None = None

    @property
    def is_terminal(self) -> bool:
        """Nothing more will happen to it."""
        return self.status in ("completed", "failed")
