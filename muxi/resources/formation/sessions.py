"""Sessions (contract B11)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..._core.call import Call, KeyKind, UserRule, path, query
from ..._core.checks import check_int
from ..._core.endpoint import endpoint
from ..._core.resource import Resource
from ...models import formation as m
from .._inputs import validate_body

_USER = UserRule.REQUIRED


class Sessions(Resource):
    """The conversations that the formation holds in memory. Needs the client key and a user.

    Example:
        ```python
        from muxi import FormationClient

        with FormationClient() as formation:
            alice = formation.for_user("alice")
            for session in alice.sessions.list():
                for message in alice.sessions.list_messages(session.session_id):
                    print(message.role, message.text)
        ```
    """

    @endpoint
    def list(
        self, *, active_only: bool | None = None, limit: int = 50, user_id: str | None = None
    ) -> Call[m.SessionList]:
        """List the user's sessions, the most recent first.

        Args:
            active_only: List only active sessions. This version of the runtime ignores it.
            limit: The most sessions to return, from 1 to 1000.
            user_id: The user to act as; overrides the client's user.

        Raises:
            ValidationError: There is no user id, or the limit is out of range.
        """
        found = query(active_only=active_only, limit=check_int("limit", limit, 1, 1000))
        where, kind = path("sessions"), m.SessionList
        return Call("GET", where, kind, KeyKind.CLIENT, user=_USER, user_id=user_id, query=found)

    @endpoint
    def get(self, session_id: str, *, user_id: str | None = None) -> Call[m.Session]:
        """Return a session.

        Args:
            session_id: The session's id, such as `ChatReply.session_id`.
            user_id: The user to act as; overrides the client's user.

        Raises:
            NotFoundError: The user has no such session.
            ValidationError: There is no user id.
        """
        where = path("sessions", session_id)
        return Call("GET", where, m.Session, KeyKind.CLIENT, user=_USER, user_id=user_id)

    @endpoint
    def list_messages(
        self, session_id: str, *, limit: int = 50, user_id: str | None = None
    ) -> Call[m.MessageList]:
        """List the oldest messages of a session, the oldest first.

        The server can't page: messages after the thousandth can't be listed. An unknown session
        has no messages.

        Args:
            session_id: The session's id, such as `ChatReply.session_id`.
            limit: The most messages to return, from 1 to 1000.
            user_id: The user to act as; overrides the client's user.

        Raises:
            ValidationError: There is no user id, or the limit is out of range.
        """
        where, kind = path("sessions", session_id, "messages"), m.MessageList
        found = query(limit=check_int("limit", limit, 1, 1000))
        return Call("GET", where, kind, KeyKind.CLIENT, user=_USER, user_id=user_id, query=found)

    @endpoint
    def restore(
        self,
        session_id: str,
        messages: Sequence[m.RestoreMessage | Mapping[str, object]],
        *,
        user_id: str | None = None,
    ) -> Call[m.RestoredSession]:
        """Replace the messages of a session. Creates the session if it doesn't exist.

        Args:
            session_id: The id of the session, which may be new.
            messages: The messages, oldest first. Times need a UTC offset.
            user_id: The user to act as; overrides the client's user.

        Raises:
            ValidationError: There is no user id, a message lacks a field, or a time has no UTC
                offset.
        """
        where = path("sessions", session_id, "restore")
        body = validate_body(m.RestoreRequest, {"messages": messages})
        return Call(
            "POST", where, m.RestoredSession, KeyKind.CLIENT, user=_USER, user_id=user_id, body=body
        )
