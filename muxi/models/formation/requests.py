"""Requests: the turns and jobs that a formation tracks (contract A6.2, B12)."""

from __future__ import annotations

from typing import Any, Literal

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
    """A tracked request as a list shows it."""

    request_id: str
    user_id: str | None = None
    status: RequestState
    progress: str | None = None
    created_at: Epoch
    completed_at: Epoch | None = None
    error: str | None = None

    @property
    def is_terminal(self) -> bool:
        """Nothing more will happen to it."""
        return self.status in ("completed", "failed", "cancelled")


class RequestList(Listing[RequestSummary]):
    """All tracked requests that the caller may see; the server doesn't page them."""

    items_field = "requests"
    requests: list[RequestSummary]


class RequestStatus(RequestSummary, Answer):
    """One tracked request. The server forgets it five minutes after its end."""

    result: str | JsonObject | list[Any] | None = None
    """The reply, once completed: its text, or an object where it has no text."""
    escalated: bool | None = None
    """A chain of background retries works on it under the same id."""
    report: str | JsonObject | None = None
    """Why an escalated request failed."""


class Cancellation(Answer):
    """The answer to a cancellation."""

    request_id: str
    status: RequestState
    cancellation: Literal["immediate", "cooperative"] | str
    """`cooperative`: asked to stop at its next checkpoint, and may still complete."""
    message: str
