"""Sessions (contract B11)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..._core.call import Call, KeyKind, UserRule, check_range, path, query
from ..._core.endpoint import Resource, TransportT, endpoint
from ...models import formation as m
from .._inputs import validate_body

_USER = UserRule.REQUIRED


class Sessions(Resource[TransportT]):
    """The conversations that the formation holds in memory."""

    @endpoint
    def list(
        self, *, active_only: bool | None = None, limit: int = 50, user_id: str | None = None
    ) -> Call[m.SessionList]:
        """List a user's sessions, the most recent first.

        Args:
            active_only: Taken by the server, and without effect on this one.
            limit: How many, from 1 to 1000.
            user_id: Whose sessions; beats the client's own user.

        Raises:
            ValidationError: There is no user id, or the limit is out of bounds.
        """
        found = query(active_only=active_only, limit=check_range("limit", limit, 1, 1000))
        return Call(
            "GET",
            path("sessions"),
            m.SessionList,
            KeyKind.CLIENT,
            user=_USER,
            user_id=user_id,
            query=found,
        )

    @endpoint
    def get(self, session_id: str, *, user_id: str | None = None) -> Call[m.Session]:
        """Fetch one session.

        Args:
            session_id: Which session.
            user_id: Whose session; beats the client's own user.

        Raises:
            NotFoundError: The user has no such session.
        """
        return Call(
            "GET",
            path("sessions", session_id),
            m.Session,
            KeyKind.CLIENT,
            user=_USER,
            user_id=user_id,
        )

    @endpoint
    def messages(
        self, session_id: str, *, limit: int = 50, user_id: str | None = None
    ) -> Call[m.MessageList]:
        """Fetch the oldest messages of a session, the oldest first.

        The server can't page further: raise the limit. An unknown session has no messages.

        Args:
            session_id: Which session.
            limit: How many, from 1 to 1000.
            user_id: Whose session; beats the client's own user.
        """
        where = path("sessions", session_id, "messages")
        found = query(limit=check_range("limit", limit, 1, 1000))
        return Call(
            "GET", where, m.MessageList, KeyKind.CLIENT, user=_USER, user_id=user_id, query=found
        )

    @endpoint
    def restore(
        self,
        session_id: str,
        messages: Sequence[m.RestoreMessage | Mapping[str, object]],
        *,
        user_id: str | None = None,
    ) -> Call[m.RestoredSession]:
        """Replace what a session holds.

        Args:
            session_id: Which session; it is made if need be.
            messages: What was said, the oldest first. Times need an offset.
            user_id: Whose session; beats the client's own user.

        Raises:
            ValidationError: A message lacks a field, or its time an offset.
        """
        where = path("sessions", session_id, "restore")
        body = validate_body(m.RestoreRequest, {"messages": messages})
        return Call(
            "POST", where, m.RestoredSession, KeyKind.CLIENT, user=_USER, user_id=user_id, body=body
        )
