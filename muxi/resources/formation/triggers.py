"""Triggers (contract B15)."""

from __future__ import annotations

from collections.abc import Mapping

from ..._core.call import Call, KeyKind, Response, UserRule, path
from ..._core.endpoint import endpoint
from ..._core.resource import Resource
from ...errors import InvalidResponseError
from ...models import formation as m
from .._inputs import drop_none, validate_body


class Triggers(Resource):
    """Events that start a turn from a template. Needs the client key.

    Example:
        ```python
        from muxi import FormationClient

        with FormationClient() as formation:
            alice = formation.for_user("alice")
            run = alice.triggers.fire("new-ticket", {"subject": "Help"}, wait=True)
            print(run.content)
        ```
    """

    @endpoint
    def list(self) -> Call[m.TriggerList]:
        """List the names of all triggers."""
        return Call("GET", path("triggers"), m.TriggerList, KeyKind.CLIENT)

    @endpoint
    def get(self, name: str) -> Call[m.Trigger]:
        """Return a trigger with its template.

        Args:
            name: The trigger's name: letters, digits, `-` and `_`.

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
        timeout: float | None = 600.0,
        user_id: str | None = None,
    ) -> Call[m.TriggerRun]:
        """Send an event, which starts a turn.

        If the response is lost, the event is sent again with the same idempotency key, and the
        formation returns the turn already in progress.

        `requests.wait(run)` waits for a turn that runs in the background. It raises `NotFoundError`
        if the turn could not start. In formations that stream replies
        (`overlord.response.streaming`), this version of the runtime leaves such a turn
        `processing` unless the trigger has a webhook: use `wait=True` there.

        Args:
            name: The trigger's name.
            data: The JSON data of the event, with the keys that the trigger's template uses.
            wait: Wait for the reply, which can take minutes. After a timeout the turn can't be
                found again, because its id comes with the response.
            session_id: The conversation that it belongs to; None for a new one.
            timeout: The most seconds that the call may take; None for no limit.
            user_id: The user to act as; overrides the client's user. Without either, user `"0"`.

        Raises:
            TimeoutError: The response did not come in time.
            NotFoundError: There is no such trigger.
            ValidationError: The data lacks a key that the template uses, or isn't JSON.
            AuthorizationError: The formation's rules forbid the event.
            UnavailableError: The formation is overloaded.
        """
        body = validate_body(
            m.TriggerRequest, drop_none(data=data, session_id=session_id, use_async=not wait)
        )
        call = Call(
            "POST",
            path("triggers", name),
            m.TriggerOutcome,
            KeyKind.CLIENT,
            user=UserRule.OPTIONAL,
            user_id=user_id,
            body=body,
            idempotent=True,
            timeout=timeout,
        ).map_response(_run)
        return call.within(timeout) if wait else call


def _run(response: Response[m.TriggerOutcome]) -> m.TriggerRun:
    """Add the turn's id, which is only in the response's metadata."""
    if response.request_id is None:
        raise InvalidResponseError("The response has no request_id.", sent=True)
    return response.data.of(response.request_id)
