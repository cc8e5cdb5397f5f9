"""The base of background jobs that ingest memories (contract B8, B9)."""

from __future__ import annotations

from typing import Literal

from .._base import Answer, Epoch, UtcTime


class IngestJob(Answer):
    """A background job that ingests memories. The server forgets it 5 minutes after its end."""

    processing_id: str
    status: Literal["queued", "processing", "completed", "failed"] | str
    created_at: Epoch
    completed_at: UtcTime | None = None
    """None while the job is running."""
    error: str | None = None
    """Why the job failed."""

    @property
    def is_terminal(self) -> bool:
        """Whether the job has ended, with success or without."""
        return self.status in ("completed", "failed")
