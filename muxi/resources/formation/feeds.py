"""Streams of live events and log records (contract A4.2 to A4.4, B13)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from ..._core.call import Call, KeyKind, UserRule, path, query
from ..._core.checks import check_seconds
from ..._core.endpoint import streaming
from ..._core.resource import Resource
from ..._core.steps import StreamCall
from ...models import formation as m

if TYPE_CHECKING:
    from ..._core.loose_json import Json

FeedT = TypeVar("FeedT")
_USER = UserRule.REQUIRED_WITH_CLIENT_KEY


class Events(Resource):
    """Live events of users' turns. This version of the runtime sends no events.

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
        """Stream the events of a user until you close the stream.

        This version of the runtime accepts the call but never sends an event, so the stream ends
        with a `TimeoutError`.

        Args:
            session_id: The only session whose events to stream; None for all sessions.
            silence_timeout: Seconds without an event after which to give up; None for no limit.
            user_id: The user whose events to stream; overrides the client's user. Required with the
                client key; an optional filter with the admin key alone.

        Raises:
            TimeoutError: There was no event for `silence_timeout` seconds.
            StreamError: The formation reported an error.
            StreamInterruptedError: The formation closed the connection.
        """
        where = path("events") if session_id is None else path("events", session_id)
        call = Call("GET", where, object, KeyKind.EITHER, user=_USER, user_id=user_id)
        return _feed(call, silence_timeout, "message", m.FormationEvent.model_validate_json)

    @streaming
    def stream_turn(
        self,
        session_id: str,
        request_id: str,
        *,
        silence_timeout: float | None = 60.0,
        user_id: str | None = None,
    ) -> StreamCall[m.TokenEvent, None]:
        """Stream the events of a turn that another call started, until the turn ends.

        With this version of the runtime it always raises `ServerError`. Use `requests.wait` for the
        reply.

        Args:
            session_id: The id of the turn's session.
            request_id: The turn's id, such as `ChatReply.request_id`.
            silence_timeout: Seconds without an event after which to give up; None for no limit.
            user_id: The user to act as; overrides the client's user. Required with the client key.

        Raises:
            ServerError: Always, with this version of the runtime.
            TimeoutError: There was no event for `silence_timeout` seconds.
            StreamError: The turn isn't in progress, belongs to another user, or failed.
            StreamInterruptedError: The formation closed the connection.
        """
        from ._live_events import token_of  # imported late: clients import fast

        where = path("events", session_id, request_id)
        call = Call("GET", where, object, KeyKind.EITHER, user=_USER, user_id=user_id)
        return _feed(call, silence_timeout, "message", token_of)


class Logs(Resource):
    """The formation's log as a live stream. This version of the runtime sends no records.

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
        """Stream the log until you close the stream, which has no result. Needs the admin key.

        This version of the runtime accepts the call but never sends a record, so the stream ends
        with a `TimeoutError`. Its filter by agent is not offered here, because it matches no
        record.

        Args:
            level: The lowest severity to send.
            event_type: The only type of record to send; `*` matches anything, as in `chat.*`.
            session_id: The only session whose records to send.
            request_id: The only turn whose records to send.
            silence_timeout: Seconds without a record after which to give up; None for no limit.
            user_id: The only user whose records to send. The client's own user is not used here.

        Raises:
            TimeoutError: There was no record for `silence_timeout` seconds.
            AuthenticationError: The admin key is wrong.
            StreamError: The formation reported an error.
            StreamInterruptedError: The formation closed the connection.
        """
        ids = query(session_id=session_id, request_id=request_id, user_id=user_id)
        wanted = {**query(level=level, event_type=event_type), **ids}
        call = Call("GET", path("logs"), object, KeyKind.ADMIN, query=wanted)
        return _feed(call, silence_timeout, "log", m.LogRecord.model_validate_json)


def _feed(
    call: Call[object], silence_timeout: float | None, name: str, parse: Callable[[Json], FeedT]
) -> StreamCall[FeedT | m.UnknownEvent, None]:
    from ._live_events import LiveEventReader  # imported late: clients import fast

    if silence_timeout is not None:
        check_seconds("silence_timeout", silence_timeout)
    call = replace(call, read_timeout=silence_timeout)
    return StreamCall(call, lambda _: LiveEventReader(name, parse, silence_timeout))
