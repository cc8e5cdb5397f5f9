"""Events and logs as they happen (contract A4.2 to A4.4, B13)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from ..._core.call import Call, KeyKind, UserRule, path, query
from ..._core.endpoint import Resource, TransportT, streaming
from ..._core.steps import StreamCall
from ...models import formation as m

FeedT = TypeVar("FeedT")
_USER = UserRule.REQUIRED_WITH_CLIENT_KEY


class Events(Resource[TransportT]):
    """What happens on behalf of users. This runtime tells nothing; a later one may.

    The streams have no result. They raise `TimeoutError` when nothing is told for `stall_after`
    seconds, `StreamError` when the formation fails to go on and `StreamInterruptedError` when it
    hangs up before the end.
    """

    @streaming
    def stream(
        self,
        session_id: str | None = None,
        *,
        stall_after: float | None = 60.0,
        user_id: str | None = None,
    ) -> StreamCall[m.FormationEvent | m.UnknownEvent, None]:
        """Listen to what happens, until the stream is closed.

        This runtime accepts the call and never sends an event, so that it ends in `TimeoutError`.

        Args:
            session_id: Of which session; of all if None.
            stall_after: Seconds without an event after which to give up; None waits for ever.
            user_id: Whose events. Needed with the client key; a filter with the admin key alone.
        """
        where = path("events") if session_id is None else path("events", session_id)
        call = Call(
            "GET",
            where,
            object,
            KeyKind.EITHER,
            user=_USER,
            user_id=user_id,
            read_timeout=stall_after,
        )
        return _feed(call, "message", lambda data: m.FormationEvent.model_validate_json(data))

    @streaming
    def turn(
        self,
        session_id: str,
        request_id: str,
        *,
        stall_after: float | None = 60.0,
        user_id: str | None = None,
    ) -> StreamCall[m.TokenEvent, None]:
        """Listen to a turn that somebody else has begun, until it is over.

        On this runtime it always ends in a `ServerError`: `requests.wait` gives the reply.

        Args:
            session_id: The session of the turn.
            request_id: The turn.
            stall_after: Seconds without an event after which to give up; None waits for ever.
            user_id: Whose turn. Needed with the client key.

        Raises:
            StreamError: The turn doesn't run, is another user's, or failed.
        """
        where = path("events", session_id, request_id)
        call = Call(
            "GET",
            where,
            object,
            KeyKind.EITHER,
            user=_USER,
            user_id=user_id,
            read_timeout=stall_after,
        )
        return _feed(call, "message", _token)


class Logs(Resource[TransportT]):
    """The formation's log. This runtime tells nothing of it; a later one may."""

    @streaming
    def stream(
        self,
        level: m.LogLevel = "debug",
        *,
        event_type: str | None = None,
        session_id: str | None = None,
        request_id: str | None = None,
        stall_after: float | None = 60.0,
        user_id: str | None = None,
    ) -> StreamCall[m.LogRecord | m.UnknownEvent, None]:
        """Listen to the log, until the stream is closed. Needs the admin key; it has no result.

        This runtime accepts the call and never sends a record, so that it ends in `TimeoutError`.
        Its filter by agent is left out here: it compares with a key that no record has.

        Args:
            level: The least severity to tell of.
            event_type: What kind of record; `*` stands for anything, as in `chat.*`.
            session_id: Of which session.
            request_id: Of which turn.
            stall_after: Seconds without a record after which to give up; None waits for ever.
            user_id: Of which user; the client's own user is not taken here.

        Raises:
            TimeoutError: Nothing was told for `stall_after` seconds.
            StreamError: The formation failed to go on.
            StreamInterruptedError: The formation hung up.
        """
        ids = query(session_id=session_id, request_id=request_id, user_id=user_id)
        return _log({**query(level=level, event_type=event_type), **ids}, stall_after)


def _log(
    asked: dict[str, str], stall_after: float | None
) -> StreamCall[m.LogRecord | m.UnknownEvent, None]:
    call = Call("GET", path("logs"), object, KeyKind.ADMIN, query=asked, read_timeout=stall_after)
    return _feed(call, "log", lambda data: m.LogRecord.model_validate_json(data))


def _token(data: str) -> m.TokenEvent:
    from ._live_events import token_of

    return token_of(data)


def _feed(
    call: Call[object], name: str, parse: Callable[[str], FeedT]
) -> StreamCall[FeedT | m.UnknownEvent, None]:
    from ._live_events import LiveEventReader  # not above: to import a client stays cheap

    return StreamCall(call, lambda: LiveEventReader(name, parse, call.read_timeout))
