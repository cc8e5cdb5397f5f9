"""Requests: turns and jobs, tracked (contract A6.2, B12)."""

from __future__ import annotations

from dataclasses import replace

from ..._core.call import Call, KeyKind, UserRule, path
from ..._core.endpoint import Resource, TransportT, endpoint, flow
from ..._core.steps import Flow
from ...models import formation as m
from .._inputs import list_scope
from .._waits import until_terminal

_USER = UserRule.REQUIRED_WITH_CLIENT_KEY
_GRACE = (0.05, 0.1, 0.2, 0.4)
"""Seconds between looks for what isn't known: a trigger that isn't waited for answers 50 to 150 ms
before the runtime knows its turn."""


class Requests(Resource[TransportT]):
    """The turns and jobs that run, and those that ended within the last five minutes.

    Example:
        ```python
        from muxi import FormationClient

        with FormationClient() as formation:
            alice = formation.for_user("alice")
            run = alice.triggers.fire("new-ticket", {"subject": "Help"})
            status = alice.requests.wait(run, timeout=300)
            print(status.status, status.result)
        ```
    """

    @endpoint
    def list(self, *, all_users: bool = False, user_id: str | None = None) -> Call[m.RequestList]:
        """List the requests that the formation tracks; the server can't page.

        Args:
            all_users: Those of all users, whichever user the client acts as. Needs the admin key.
            user_id: The user to act as. Needed with the client key; a filter with the admin key
                alone.

        Raises:
            ValidationError: The user id is missing, or given with `all_users`.
        """
        key, user, user_id = list_scope(user_id, all_users)
        return Call("GET", path("requests"), m.RequestList, key, user=user, user_id=user_id)

    @endpoint
    def get(self, request_id: str, *, user_id: str | None = None) -> Call[m.RequestStatus]:
        """Return the state of a request, and its result once it is completed.

        Args:
            request_id: The request, as in `ChatReply.request_id`.
            user_id: The user to act as. Not needed with the admin key alone.

        Raises:
            NotFoundError: It was never tracked, or ended over five minutes ago.
            AuthorizationError: It is another user's.
        """
        where = path("requests", request_id)
        return Call("GET", where, m.RequestStatus, KeyKind.EITHER, user=_USER, user_id=user_id)

    @endpoint
    def cancel(self, request_id: str, *, user_id: str | None = None) -> Call[m.Cancellation]:
        """Ask a request to stop. A `cooperative` cancellation may still end in a reply.

        Args:
            request_id: The request, as in `ChatReply.request_id`.
            user_id: The user to act as. Not needed with the admin key alone.

        Raises:
            NotFoundError: It isn't tracked.
            AuthorizationError: It is another user's.
            ValidationError: It has ended already (`OPERATION_FAILED`).
        """
        where = path("requests", request_id)
        return Call("DELETE", where, m.Cancellation, KeyKind.EITHER, user=_USER, user_id=user_id)

    @flow
    def wait(
        self,
        request: str | m.ChatReply | m.TriggerRun,
        *,
        timeout: float | None = None,
        poll_interval: float = 1.0,
        user_id: str | None = None,
    ) -> Flow[m.RequestStatus]:
        """Wait until a request is completed, failed or cancelled.

        A turn that asks the user something stays `processing` until the server gives it up after
        ten minutes. A request that isn't known is looked for during 0.75 s: a trigger answers a
        moment before its turn is tracked.

        Args:
            request: A reply or a trigger's run, or a request id.
            timeout: The most seconds to wait; None for no limit.
            poll_interval: Seconds between two looks.
            user_id: The user to act as. Without any, the request of a reply or a run is user
                "0"'s, and an id needs one unless the admin key is used alone.

        Returns:
            How the request ended: `status` may be `failed` or `cancelled`.

        Raises:
            TimeoutError: It isn't over in time.
            NotFoundError: It isn't tracked, or no longer.
        """
        request_id = request if isinstance(request, str) else request.request_id
        look = Requests.get.build(request_id, user_id=user_id)
        if not isinstance(request, str):
            look = replace(look, user=UserRule.DEFAULT_ZERO)
        return until_terminal(look, request_id, timeout, poll_interval, grace=_GRACE)
