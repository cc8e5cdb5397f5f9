"""The status of chat turns and background jobs (contract A6.2, B12)."""

from __future__ import annotations

from ..._core.call import Call, KeyKind, UserRule, path, path_part
from ..._core.endpoint import endpoint, flow
from ..._core.resource import Resource
from ..._core.steps import Flow
from ...errors import MuxiError, ValidationError
from ...models import formation as m
from .._inputs import list_scope
from .._waits import until_terminal

_GRACE = (0.05, 0.1, 0.2, 0.4)
"""Seconds between the first status requests while the request is unknown. A trigger in the
background responds 50 to 150 ms before the runtime tracks its turn."""


class Requests(Resource):
    """Chat turns and jobs: those that run, and those that ended in the last five minutes.

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
        """List all requests that the formation tracks.

        Args:
            all_users: List the requests of all users, even if the client acts as a user. Needs the
                admin key.
            user_id: The user whose requests to list; overrides the client's user. Required with the
                client key.

        Raises:
            ValidationError: There is no user id, or there is one in addition to `all_users`.
        """
        key, user, user_id = list_scope(user_id, all_users)
        return Call("GET", path("requests"), m.RequestList, key, user=user, user_id=user_id)

    @endpoint
    def get(
        self,
        request: str | m.ChatReply | m.TriggerRun | MuxiError,
        *,
        user_id: str | None = None,
    ) -> Call[m.RequestStatus]:
        """Return the status of a request, and its result if it is completed.

        Args:
            request: The request: an id, a reply, a trigger's run, or the error of a turn, such as
                the `TimeoutError` of `chat.send`.
            user_id: The user to act as; overrides the client's user. Without either, a reply, run
                or error belongs to user `"0"`; an id needs a user unless the client has only the
                admin key.

        Raises:
            NotFoundError: There is no such request, or it ended more than 5 minutes ago.
            AuthorizationError: The request belongs to another user.
            ValidationError: The error has no `request_id`.
        """
        where, user = _where(request), _user_of(request)
        return Call("GET", where, m.RequestStatus, KeyKind.EITHER, user=user, user_id=user_id)

    @endpoint
    def cancel(
        self,
        request: str | m.ChatReply | m.TriggerRun | MuxiError,
        *,
        user_id: str | None = None,
    ) -> Call[m.Cancellation]:
        """Ask a request to stop. A `cooperative` cancellation may still end in a reply.

        Args:
            request: The request: an id, a reply, a trigger's run, or the error of a turn.
            user_id: The user to act as; overrides the client's user. Without either, a reply, run
                or error belongs to user `"0"`; an id needs a user unless the client has only the
                admin key.

        Raises:
            NotFoundError: There is no such request.
            AuthorizationError: The request belongs to another user.
            ValidationError: The request has already ended (code `OPERATION_FAILED`), or the error
                has no `request_id`.
        """
        where, user = _where(request), _user_of(request)
        return Call("DELETE", where, m.Cancellation, KeyKind.EITHER, user=user, user_id=user_id)

    @flow
    def wait(
        self,
        request: str | m.ChatReply | m.TriggerRun | MuxiError,
        *,
        timeout: float | None = None,
        poll_interval: float = 1.0,
        user_id: str | None = None,
    ) -> Flow[m.RequestStatus]:
        """Wait until a request is completed, failed or cancelled.

        A turn that asks the user a question stays `processing` until the server ends it after ten
        minutes. An unknown request is polled for 0.75 seconds: a trigger responds a moment
        before the server tracks its turn.

        Args:
            request: The request: an id, a reply, a trigger's run, or the error of a turn, such as
                the `TimeoutError` of `chat.send`.
            timeout: The most seconds to wait; None for no limit.
            poll_interval: Seconds between two status requests.
            user_id: The user to act as; overrides the client's user. Without either, a reply, run
                or error belongs to user `"0"`; an id needs a user unless the client has only the
                admin key.

        Returns:
            The final status: `status` may be `failed` or `cancelled`.

        Raises:
            TimeoutError: The request is still running. It continues.
            NotFoundError: There is no such request, or the server has forgotten it.
            ValidationError: The error has no `request_id`.
        """
        look = Requests.get.build(request, user_id=user_id)
        return until_terminal(look, str(_id_of(request)), timeout, poll_interval, grace=_GRACE)


def _id_of(request: str | m.ChatReply | m.TriggerRun | MuxiError) -> object:
    if isinstance(request, MuxiError) and request.request_id is None:
        raise ValidationError(f"request is an error without a request_id: {request}")
    found: object = getattr(request, "request_id", request)
    return found


def _where(request: str | m.ChatReply | m.TriggerRun | MuxiError) -> str:
    return f"/requests/{path_part('request', _id_of(request))}"


def _user_of(request: str | m.ChatReply | m.TriggerRun | MuxiError) -> UserRule:
    is_of_a_turn = hasattr(request, "request_id")
    return UserRule.DEFAULT_ZERO if is_of_a_turn else UserRule.REQUIRED_WITH_CLIENT_KEY
