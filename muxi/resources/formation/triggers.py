"""Triggers (contract B15)."""

from __future__ import annotations

from collections.abc import Mapping

from ..._core.call import Call, KeyKind, Response, UserRule, path
from ..._core.endpoint import Resource, TransportT, endpoint
from ...errors import InvalidResponseError
from ...models import formation as m
from .._inputs import drop_none, validate_body


class Triggers(Resource[TransportT]):
    """Events that the formation makes a turn of, by a template."""

    @endpoint
    def list(self) -> Call[m.TriggerList]:
        """List the names of all triggers. Needs the client key."""
        return Call("GET", path("triggers"), m.TriggerList, KeyKind.CLIENT)

    @endpoint
    def get(self, name: str) -> Call[m.Trigger]:
        """Fetch one trigger with its template. Needs the client key.

        Args:
            name: Which trigger: letters, digits, `-` and `_`.

        Raises:
            NotFoundError: There is no such trigger.
            ValidationError: The name has other characters.
        """
        return Call("GET", path("triggers", name), m.Trigger, KeyKind.CLIENT)

    @endpoint
    def fire(
        self,
        name: str,
        data: Mapping[str, object],
        *,
        wait: bool = False,
        session_id: str | None = None,
        user_id: str | None = None,
    ) -> Call[m.TriggerRun]:
        """Send an event, of which the formation makes a turn. Needs the client key.

        Sent again after a failure on the way, it joins the turn that runs.

        A turn that isn't waited for is followed by `requests.wait(run.request_id)`, which raises
        `NotFoundError` if it could not begin. Where replies stream (`overlord.response.streaming`)
        this runtime leaves it `processing`, unless the trigger names a webhook: there, `wait`.

        Args:
            name: Which trigger.
            data: What happened, as JSON: whatever the trigger's template takes.
            wait: Wait for the reply. It can take minutes, and after a timeout the turn can't be
                found again: only the answer tells its id.
            session_id: The conversation that it belongs to; a new one if None.
            user_id: Who speaks; beats the client's own user. Nobody named is user "0".

        Raises:
            NotFoundError: There is no such trigger.
            ValidationError: The data lacks what the template takes, or is no JSON.
            AuthorizationError: The formation's rules forbid it.
            UnavailableError: The formation has too much to do.
        """
        return _turn(path("triggers", name), _event(data, session_id, wait), user_id)


def _event(data: Mapping[str, object], session_id: str | None, wait: bool) -> m.TriggerRequest:
    fields = drop_none(data=data, session_id=session_id, use_async=not wait)
    return validate_body(m.TriggerRequest, fields)


def _turn(where: str, body: m.TriggerRequest, user_id: str | None) -> Call[m.TriggerRun]:
    return Call(
        "POST",
        where,
        m.TriggerOutcome,
        KeyKind.CLIENT,
        user=UserRule.OPTIONAL,
        user_id=user_id,
        body=body,
        idempotent=True,
    ).map_response(_run)


def _run(response: Response[m.TriggerOutcome]) -> m.TriggerRun:
    """The outcome with its turn's id, which only the envelope tells."""
    if response.request_id is None:
        raise InvalidResponseError("The answer does not tell the turn's id.", sent=True)
    return response.data.of(response.request_id)
