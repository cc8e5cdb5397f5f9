"""Requests: the turns and jobs that a formation tracks (contract A6.2, B12)."""

from __future__ import annotations

from typing import Literal

from .._base import Answer, Epoch, JsonObject, Listing, Model

RequestState = (
    Literal[
        "pending",
        "processing",
        "running",
        "completed",
        "failed",
        "cancelled",
        "awaiting_clarification",
    ]
    | str
)


class RequestSummary(Model):
    """A tracked request, as lists show it."""

    request_id: str
    user_id: str | None = None
    status: RequestState
    progress: str | None = None
    created_at: Epoch
    completed_at: Epoch | None = None
    error: str | None = None

    @property
    def is_terminal(self) -> bool:
        """Whether the request has ended, with success or without."""
        return self.status in ("completed", "failed", "cancelled")


class RequestList(Listing[RequestSummary]):
    """All tracked requests that the caller may see."""

    requests: list[RequestSummary]


class RequestStatus(RequestSummary, Answer):
    """One tracked request. The server forgets it 5 minutes after its end."""

    result: str | JsonObject | None = None
    """The text of the reply of a completed request. A job of `memory` has an object instead."""
    escalated: bool | None = None
    """Whether the server retries the request in the background, with the same id."""
    report: str | JsonObject | None = None
    """Why an escalated request failed."""


class Cancellation(Answer):
    """The result of a cancellation."""

    request_id: str
    status: RequestState
    cancellation: Literal["immediate", "cooperative"] | str
    """`cooperative` means that the request stops at its next checkpoint and may still complete."""
    message: str
