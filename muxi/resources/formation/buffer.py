"""The message buffer (contract B7)."""

from __future__ import annotations

from ..._core.call import Call, KeyKind, UserRule, path
from ..._core.endpoint import endpoint
from ..._core.resource import Resource
from ...models import formation as m

_USER = UserRule.REQUIRED


class Buffer(Resource):
    """A user's recent messages, which the formation keeps in memory.

    All methods need a user id, with the admin key too. A formation for a single user keeps all
    messages for user `"0"`.

    Example:
        ```python
        from muxi import FormationClient

        with FormationClient().for_user("alice") as alice:
            print(alice.memory.buffer.get_status().total_messages)
        ```
    """

    @endpoint
    def get_status(self, *, user_id: str | None = None) -> Call[m.BufferStatus]:
        """Return the number of messages in a user's buffer.

        Args:
            user_id: The user whose messages to count; overrides the client's user.

        Raises:
            AuthenticationError: The key is wrong.
        """
        where = path("memory", "buffer")
        return Call("GET", where, m.BufferStatus, KeyKind.EITHER, user=_USER, user_id=user_id)

    @endpoint
    def clear(self, *, user_id: str | None = None) -> Call[m.BufferCleared]:
        """Delete all of a user's messages from the buffer. They can't be restored.

        Args:
            user_id: The user whose messages to delete; overrides the client's user.

        Raises:
            AuthenticationError: The key is wrong.
        """
        where = path("memory", "buffer")
        return Call("DELETE", where, m.BufferCleared, KeyKind.EITHER, user=_USER, user_id=user_id)

    @endpoint
    def clear_session(
        self, session_id: str, *, user_id: str | None = None
    ) -> Call[m.SessionBufferCleared]:
        """Delete a session's messages from the buffer. They can't be restored.

        An unknown session is no error: `messages_cleared` is 0.

        Args:
            session_id: The session's id, such as `ChatReply.session_id`.
            user_id: The user whose session it is; overrides the client's user.

        Raises:
            AuthenticationError: The key is wrong.
        """
        where, kind = path("memory", "buffer", session_id), m.SessionBufferCleared
        return Call("DELETE", where, kind, KeyKind.EITHER, user=_USER, user_id=user_id)
