"""Triggers: events that the formation makes a turn of (contract B15)."""

from __future__ import annotations

from typing import Literal

from .._base import Answer, JsonInput, Listing, Request, derive


class TriggerList(Listing[str]):
    """The names of all triggers."""

    items_field = "triggers"
    formation_id: str
    triggers: list[str]


class Trigger(Answer):
    """One trigger."""

    name: str
    content: str
    """Its template: Markdown, front matter included."""
    data_fields: list[str] | None = None
    """What the template takes from the data, such as `customer.name`; None for nothing."""


class TriggerRequest(Request):
    """The body of an event."""

    data: JsonInput
    session_id: str | None = None
    use_async: bool | None = None


class TriggerOutcome(Answer):
    """What became of an event, on the wire: it lacks the turn's id."""

    status: Literal["processing", "completed"] | str
    """`completed` also where the model provider failed: the content then apologises."""
    content: str | None = None
    """The reply; None where it was not waited for."""

    def of(self, request_id: str) -> TriggerRun:
        """The same, with the id of its turn."""
        return derive(
            TriggerRun,
            self.model_extra or {},
            status=self.status,
            content=self.content,
            request_id=request_id,
        )


class TriggerRun(TriggerOutcome):
    """What became of an event."""

    request_id: str
    """The turn's id, for `requests.wait`."""
