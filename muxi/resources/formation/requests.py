"""Requests: turns and jobs, tracked (contract A6.2, B12)."""

from __future__ import annotations

from ..._core.call import Call, KeyKind, UserRule, path
from ..._core.endpoint import Resource, TransportT, endpoint, flow
from ..._core.steps import Flow
from ...models import formation as m
from .._inputs import list_scope
from .._waits import until_terminal

_USER = UserRule.REQUIRED_WITH_CLIENT_KEY
_GRACE = (0.05, 0.1, 0.2, 0.4)
"""Seconds between looks at what isn't known: a trigger that isn't waited for answers 50 to 150 ms
before the runtime knows its turn."""


class Requests(Resource[TransportT]):
    """The turns and jobs that run, and those that ended within the last five minutes."""

    @endpoint
    def list(self, *, all_users: bool = False, user_id: str | None = None) -> Call[m.RequestList]:
        """List tracked requests; the server doesn't page them.

        Args:
            all_users: Everybody's, whomever the client speaks for. Needs the admin key.
            user_id: Whose requests. Needed with the client key; a filter with the admin key alone.
        """
        auth, rule, user_id = list_scope(user_id, all_users)
        return Call("GET", path("requests"), m.RequestList, auth, user=rule, user_id=user_id)

    @endpoint
    def get(self, request_id: str, *, user_id: str | None = None) -> Call[m.RequestStatus]:
        """Fetch the state of a request, and its result once it is completed.

        Args:
            request_id: Which request.
            user_id: Whose request. Not needed with the admin key alone.

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
            request_id: Which request.
            user_id: Whose request. Not needed with the admin key alone.

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
        request_id: str,
        *,
        timeout: float | None = None,
        poll_interval: float = 1.0,
        user_id: str | None = None,
    ) -> Flow[m.RequestStatus]:
        """Wait until a request is completed, failed or cancelled.

        A turn that asks the user something stays `processing` until the server gives it up after
        ten minutes (contract A6.2). One that isn't known is looked for during 0.75 s: a
        trigger answers a moment before its turn is tracked.

        Args:
            request_id: Which request.
            timeout: Seconds to wait at most; None for as long as it takes.
            poll_interval: Seconds between two looks.
            user_id: Whose request. Not needed with the admin key alone.

        Raises:
            TimeoutError: It still runs.
            NotFoundError: It isn't tracked, or no longer.
        """
        look = Requests.get.build(request_id, user_id=user_id)
        return until_terminal(look, request_id, timeout, poll_interval, grace=_GRACE)
