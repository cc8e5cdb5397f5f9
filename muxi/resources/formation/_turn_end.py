"""Finds out how a turn ended when its response or stream was lost.

The request status and the session's messages show it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

from pydantic_core import to_json

from ..._core.call import Call, Response, T, UserRule
from ..._core.error_bodies import dict_or_empty, str_or_none
from ..._core.steps import Flow
from ...errors import ConnectionError, MuxiError, NotFoundError, ServerError, TimeoutError
from ...models import formation as m
from ...models._base import carry_meta
from .._waits import deadline_in, poll
from ._turn import TurnIds
from .requests import Requests
from .sessions import Sessions

_POLL_INTERVAL = 1.0
"""Seconds."""
_LOST = (408, 502, 504)
"""Status codes of proxies that got no response from the server."""


@dataclass(frozen=True)
class TurnEnd:
    """The outcome of a turn."""

    state: Literal["completed", "asks", "failed", "cancelled"] | str
    text: str
    """The reply, the question or the error message."""
    found: Response[m.RequestStatus]

    @property
    def error(self) -> MuxiError | None:
        """The error to raise if the turn has no reply; None if it has one."""
        if self.state in ("completed", "asks"):
            return None
        kind = ServerError if self.state == "failed" else MuxiError
        return kind(
            self.text, code=self.state.upper(), request_id=self.found.data.request_id, sent=True
        )


def find_end(ids: TurnIds, timeout: float | None = None) -> Flow[TurnEnd | None]:
    """Return how a turn ended; None if it still runs or its request id is unknown.

    Args:
        ids: The ids of the turn.
        timeout: The most seconds that each request may take; None for no limit.

    Raises:
        NotFoundError: The formation doesn't track the turn, or no longer tracks it.
    """
    if ids.request_id is None:
        return None
    look = _as_chat_user(Requests.get.build(ids.request_id, user_id=ids.user_id), timeout)
    found: Response[m.RequestStatus] = yield look
    question = None
    if found.data.status == "processing":
        question = yield from _question(ids, timeout)
        if question is not None:
            # Fetch the status again: this may be the reply of a turn that has just ended.
            found = yield look
    state = found.data
    if state.status == "completed":
        return TurnEnd("completed", _text(state.result), found)
    if state.is_terminal:
        return TurnEnd(state.status, state.error or f"The turn was {state.status}", found)
    return None if question is None else TurnEnd("asks", question, found)


def pick_up(
    ids: TurnIds,
    in_background: bool,
    outcome: Response[m.ChatReply] | MuxiError,
    timeout: float | None,
) -> Flow[Response[m.ChatReply]]:
    """Wait for the reply if the response was lost or the turn runs in the background.

    Args:
        ids: The ids of the turn.
        in_background: The caller asked for a background turn, so don't wait for it.
        outcome: The response to the call that ran the turn, or its error.
        timeout: The most seconds to wait; None for no limit.

    Raises:
        MuxiError: The call or the turn failed.
        TimeoutError: The turn is still running.
    """
    if isinstance(outcome, Response):
        if in_background or not outcome.data.is_background:
            return outcome
        ids = replace(ids, request_id=outcome.data.request_id)
    elif ids.request_id is None or not _is_lost(outcome):
        raise outcome
    deadline = deadline_in(timeout)

    def look() -> Flow[TurnEnd | None]:
        try:
            return (yield from find_end(ids, deadline.for_look()))
        except NotFoundError as exc:
            raise (outcome if isinstance(outcome, MuxiError) else exc) from None
        except MuxiError as exc:
            if exc.retryable:
                return None
            exc.request_id, exc.sent = ids.request_id, True
            raise

    def too_late(_: TurnEnd | None) -> TimeoutError:
        return TimeoutError(
            "The reply did not come in time, and the turn is still running. "
            "requests.wait(error) waits for it, requests.cancel(error) cancels it",
            request_id=ids.request_id,
            sent=True,
        )

    end = yield from poll(look, lambda end: end is not None, deadline, _POLL_INTERVAL, too_late)
    assert end is not None
    if end.error is not None:
        raise end.error
    reply = m.ChatReply(
        content=end.text,
        metadata=m.ReplyMetadata(requires_user_response=True if end.state == "asks" else None),
        recovered=True,
        user_id=end.found.data.user_id or "",
        session_id=ids.session_id,
        request_id=end.found.data.request_id,
    )
    facts: dict[str, Any] = {**vars(end.found), "data": carry_meta(end.found.data, reply)}
    return Response(**facts)


def _is_lost(error: MuxiError) -> bool:
    """Return whether the turn may run or have run although its response did not arrive."""
    kinds = (ConnectionError, TimeoutError)
    return error.sent and (isinstance(error, kinds) or error.status_code in _LOST)


def _question(ids: TurnIds, timeout: float | None) -> Flow[str | None]:
    """Return the question that the turn asks the user; None if it asks none.

    The runtime doesn't stream every question, and a turn that asks stays `processing`. But the
    question is in the session, after the user's message. The server returns the oldest 1000
    messages only, so a question after those is not found.
    """
    asked = Sessions.list_messages.build(ids.session_id, limit=1000, user_id=ids.user_id)
    response: Response[m.MessageList] = yield _as_chat_user(asked, timeout)
    ours = [one for one in response.data if one.metadata.request_id == ids.request_id]
    return ours[-1].text if ours and ours[-1].role == "assistant" else None


def _as_chat_user(call: Call[T], timeout: float | None) -> Call[T]:
    """Return the call with chat's rule for the user: without one, user "0"."""
    return replace(call, user=UserRule.DEFAULT_ZERO, timeout=timeout)


def _text(result: object) -> str:
    text = str_or_none(result) or str_or_none(dict_or_empty(result).get("content"))
    return to_json(result).decode() if text is None else text
