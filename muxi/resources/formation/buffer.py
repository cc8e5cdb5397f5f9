"""The buffer of messages (contract B7)."""

from __future__ import annotations

from ..._core.call import Call, KeyKind, UserRule, path
from ..._core.endpoint import Resource, TransportT, endpoint
from ...models import formation as m

_USER = UserRule.REQUIRED


class Buffer(Resource[TransportT]):
    """The messages of a user that the formation holds in memory.

    A formation for a single user keeps them for user "0", whoever has spoken. Clearing needs a
    user with the admin key too: the server would take nobody's call and clear nothing.
    """

    @endpoint
    def get_status(self, *, user_id: str | None = None) -> Call[m.BufferStatus]:
        """Count what is held.

        Args:
            user_id: Whose messages; beats the client's own user.
        """
        return Call(
            "GET",
            path("memory", "buffer"),
            m.BufferStatus,
            KeyKind.EITHER,
            user=_USER,
            user_id=user_id,
        )

    @endpoint
    def clear(self, *, user_id: str | None = None) -> Call[m.BufferCleared]:
        """Forget a user's messages.

        Args:
            user_id: Whose messages; beats the client's own user.
        """
        where = path("memory", "buffer")
        return Call("DELETE", where, m.BufferCleared, KeyKind.EITHER, user=_USER, user_id=user_id)

    @endpoint
    def clear_session(
        self, session_id: str, *, user_id: str | None = None
    ) -> Call[m.SessionBufferCleared]:
        """Forget the messages of a session; there are none in one that isn't known.

        Args:
            session_id: Which session.
            user_id: Whose session; beats the client's own user.
        """
        where = path("memory", "buffer", session_id)
        return Call(
            "DELETE", where, m.SessionBufferCleared, KeyKind.EITHER, user=_USER, user_id=user_id
        )
