"""Triggers: events that start a turn (contract B15)."""

from __future__ import annotations

from typing import Literal

from .._base import Answer, JsonInput, Listing, Request, derive


class TriggerList(Listing[str]):
    """The names of all triggers."""

    formation_id: str
    triggers: list[str]


class Trigger(Answer):
    """One trigger."""

    name: str
    content: str
    """The template: Markdown with its front matter."""
    data_fields: list[str] | None = None
    """The keys that the template uses, such as `customer.name`; None if it uses none."""


class TriggerRequest(Request):
    """The request body of `triggers.fire`."""

    data: JsonInput
    session_id: str | None = None
    use_async: bool | None = None


class TriggerOutcome(Answer):
    """The outcome of an event as the server sends it, without the turn's id."""

    status: Literal["processing", "completed"] | str
    """`completed` even if the model provider failed: `content` then is an apology."""
    content: str | None = None
    """The reply; None without `wait=True`."""

    def of(self, request_id: str) -> TriggerRun:
        """Return the run with the id of its turn."""
        return derive(
            TriggerRun,
            self.model_extra or {},
            status=self.status,
            content=self.content,
            request_id=request_id,
        )


class TriggerRun(TriggerOutcome):
    """The outcome of an event."""

    request_id: str
    """The turn's id, for `requests.wait`."""
