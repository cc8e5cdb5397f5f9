"""Events and logs, as they happen (contract A4.2 to A4.4, B13)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from ..._core.call import Call, KeyKind, UserRule, path, query
from ..._core.checks import check_seconds
from ..._core.endpoint import Resource, TransportT, streaming
from ..._core.steps import StreamCall
from ...models import formation as m

FeedT = TypeVar("FeedT")
_USER = UserRule.REQUIRED_WITH_CLIENT_KEY


class Events(Resource[TransportT]):
    """What the formation does for users, as it happens. This runtime sends no events.

    The streams have no result.

    Example:
        ```python
        from muxi import FormationClient, TimeoutError

        with FormationClient() as formation:
            try:
                for event in formation.for_user("alice").events.stream(silence_timeout=60):
                    print(event)
            except TimeoutError:
                print("Nothing happened for a minute")
        ```
    """

    @streaming
    def stream(
        self,
        session_id: str | None = None,
        *,
        silence_timeout: float | None = 60.0,
        user_id: str | None = None,
    ) -> StreamCall[m.FormationEvent | m.UnknownEvent, None]:
        """Stream the events of a user, until the stream is closed.

        This runtime accepts the call and never sends an event, so it ends in `TimeoutError`.

        Args:
            session_id: Only the events of this session; those of all sessions by default.
            silence_timeout: Seconds without an event after which to give up; None for no limit.
            user_id: The user to act as. Needed with the client key; a filter with the admin key
                alone.

        Raises:
            TimeoutError: There was no event for `silence_timeout` seconds.
            StreamError: The formation can't go on.
            StreamInterruptedError: The formation closed the connection.
        """
        where = path("events") if session_id is None else path("events", session_id)
        call = Call(
            "GET",
            where,
            object,
            KeyKind.EITHER,
            user=_USER,
            user_id=user_id,
            read_timeout=silence_timeout,
        )
        return _feed(call, "message", lambda data: m.FormationEvent.model_validate_json(data))

    @streaming
    def stream_turn(
        self,
        session_id: str,
        request_id: str,
        *,
        silence_timeout: float | None = 60.0,
        user_id: str | None = None,
    ) -> StreamCall[m.TokenEvent, None]:
        """Stream the events of a turn that was started elsewhere, until it ends.

        This runtime always answers with a `ServerError`; `requests.wait` returns the reply.

        Args:
            session_id: The session of the turn.
            request_id: The turn's id, as in `ChatReply.request_id`.
            silence_timeout: Seconds without an event after which to give up; None for no limit.
            user_id: The user to act as. Needed with the client key.

        Raises:
            ServerError: This runtime can't do it.
            TimeoutError: There was no event for `silence_timeout` seconds.
            StreamError: The turn isn't in progress, is another user's, or failed.
            StreamInterruptedError: The formation closed the connection.
        """
        where = path("events", session_id, request_id)
        call = Call(
            "GET",
            where,
            object,
            KeyKind.EITHER,
            user=_USER,
            user_id=user_id,
            read_timeout=silence_timeout,
        )
        return _feed(call, "message", _token)


class Logs(Resource[TransportT]):
    """The formation's log, as it is written. This runtime sends no records.

    Example:
        ```python
        from muxi import FormationClient, TimeoutError

        with FormationClient() as formation:
            try:
                for record in formation.logs.stream(level="warning", silence_timeout=60):
                    print(record)
            except TimeoutError:
                print("Nothing was logged for a minute")
        ```
    """

    @streaming
    def stream(
        self,
        *,
        level: m.LogLevel = "debug",
        event_type: str | None = None,
        session_id: str | None = None,
        request_id: str | None = None,
        silence_timeout: float | None = 60.0,
        user_id: str | None = None,
    ) -> StreamCall[m.LogRecord | m.UnknownEvent, None]:
        """Stream the log, until the stream is closed. Needs the admin key; it has no result.

        This runtime accepts the call and never sends a record, so it ends in `TimeoutError`. Its
        filter by agent is left out here: it compares with a key that no record has.

        Args:
            level: The lowest severity to send.
            event_type: Only records of this type; `*` stands for anything, as in `chat.*`.
            session_id: Only records of this session.
            request_id: Only records of this turn.
            silence_timeout: Seconds without a record after which to give up; None for no limit.
            user_id: Only records of this user. The client's own user is not used here.

        Raises:
            TimeoutError: There was no record for `silence_timeout` seconds.
            AuthenticationError: The admin key is wrong.
            StreamError: The formation can't go on.
            StreamInterruptedError: The formation closed the connection.
        """
        ids = query(session_id=session_id, request_id=request_id, user_id=user_id)
        call = Call(
            "GET",
            path("logs"),
            object,
            KeyKind.ADMIN,
            query={**query(level=level, event_type=event_type), **ids},
            read_timeout=silence_timeout,
        )
        return _feed(call, "log", lambda data: m.LogRecord.model_validate_json(data))


def _token(data: str) -> m.TokenEvent:
    from ._live_events import token_of

    return token_of(data)


def _feed(
    call: Call[object], name: str, parse: Callable[[str], FeedT]
) -> StreamCall[FeedT | m.UnknownEvent, None]:
    from ._live_events import LiveEventReader  # not above: to import a client stays cheap

    if call.read_timeout is not None:
        check_seconds("silence_timeout", call.read_timeout)

    return StreamCall(call, lambda _: LiveEventReader(name, parse, call.read_timeout))
