"""Reads a chat stream as typed events, despite the runtime's quirks (contract A4.1). No I/O."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from io import StringIO
from typing import Annotated

import pydantic
from pydantic import Field, TypeAdapter
from typing_extensions import TypedDict

from ..._core.loose_json import Json, validate_loosely
from ..._core.steps import EventReader, Flow, request
from ...errors import MuxiError, NotFoundError, StreamError, StreamInterruptedError
from ...models import formation as m
from ...models._base import SCHEMA_LOCK
from ...models.formation.events import completed_of, reply_of
from .._event_data import json_of
from ._live_events import error_in
from ._turn import Turn, TurnIds
from ._turn_end import find_end


class _Frame(TypedDict):
    token: Annotated[m.TokenEvent | str, Field(union_mode="left_to_right")]


@cache
def _validate_frame() -> Callable[[Json], _Frame]:
    with SCHEMA_LOCK:
        return TypeAdapter(_Frame).validator.validate_json


class ChatReader(EventReader[m.ChatEvent, m.ChatReply]):
    """Reads one chat stream and keeps its state."""

    def __init__(self, turn: Turn, stall_after: float | None) -> None:
        self.stall_after = stall_after
        self._turn = turn
        self._session_id = turn.ids.session_id
        self._request_id = turn.ids.request_id
        self._reply: m.ChatReply | None = None
        self._text = StringIO()
        self._widgets: list[m.Widget] = []
        self._end: m.Completed | m.Failed | m.Cancelled | None = None
        self._recovered: m.Completed | None = None
        self._send_again = False

    @property
    def partial(self) -> str:
        """The text received so far."""
        return self._end.content if self._end is not None else self._text.getvalue()

    def read(self, name: str, data: str) -> m.ChatEvent | None:
        """Return the chat event in a server-sent event; None if it has none.

        Raises:
            StreamError: The event is an error frame.
            InvalidResponseError: The event is not JSON.
        """
        if name == "message":
            return self._record(_token(data))
        if name == "done":
            self.ended = True
            return None
        if name == "error":
            self._error_frame(data)
            return None
        body = json_of(data)
        if name == "ui" and (widgets := _widgets(body)) is not None:
            self._widgets.extend(widgets.ui)
            return widgets
        return m.UnknownEvent(type=name, data=body)

    def on_json(self, answer: object) -> m.ChatEvent:
        """Return the final event for a reply that came as JSON instead of a stream."""
        assert isinstance(answer, m.ChatReply)
        self._reply = answer
        return self._recover(completed_of(answer))

    def text_delta(self, event: m.ChatEvent) -> str:
        """Return the text that an event adds; the final event adds it all if none came before."""
        if isinstance(event, m.TextDelta) and self._end is None:
            return event.content
        return event.content if isinstance(event, m.Completed) and not self._text.tell() else ""

    def on_silence(self) -> Flow[None]:
        """Check whether the turn has ended, and recover its reply if it has."""
        yield from self._check_request()

    def on_end(self) -> Flow[m.ChatEvent | None]:
        """Return the final event if the stream ended without it; None if it had it.

        Raises:
            StreamInterruptedError: The stream ended early, and the turn may still run.
        """
        if self._send_again:
            return self.on_json((yield from request(self._turn.call(stream=False))))
        if self.ended and self._end is None:  # after ten minutes, `done` comes alone
            yield from self._check_request()
        if self._end is None or not self.ended:
            raise self._interrupted("The stream ended before the turn did")
        return self._recovered

    def result(self) -> m.ChatReply:
        """Return the whole reply, with the final text instead of the joined chunks.

        Raises:
            StreamError: The turn failed or was cancelled.
        """
        if self._reply is not None:
            return self._reply
        if isinstance(self._end, m.Completed):
            return reply_of(
                self._end,
                self._widgets,
                session_id=self._session_id,
                request_id=self._request_id or "",
            )
        if self._end is not None:
            what = self._end.content or f"The turn was {self._end.type}"
            raise self._failure(StreamError, what, code=self._end.type.upper())
        raise self._interrupted("The stream ended before the turn did")

    def _record(self, event: m.ChatEvent) -> m.ChatEvent:
        if isinstance(event, m.TextDelta):
            self._text.write(event.content)
        elif isinstance(event, (m.Completed, m.Failed, m.Cancelled)):
            self._end = event
        elif isinstance(event, (m.Widgets, m.UnknownEvent)):
            return event
        self._request_id = self._request_id or event.request_id
        self._session_id = event.session_id or self._session_id
        return event

    def _error_frame(self, data: str) -> None:
        said = error_in(data)
        text = said.message or "The turn failed"
        if said.code == "AttributeError" and "__aiter__" in text:
            if not self._turn.was_refused:
                raise self._failure(
                    StreamError,
                    "This reply can't be streamed, and the formation may have acted already: "
                    "send such messages with `send`",
                    code="AttributeError",
                )
            self._send_again = self.ended = True
            return
        error = self._failure(StreamError, text, code=said.code)
        error.details = said.details
        raise error

    def _failure(self, kind: type[StreamError], message: str, *, code: str | None) -> StreamError:
        error = kind(message, code=code, request_id=self._request_id, sent=True)
        error.partial = self.partial
        return error

    def _interrupted(self, message: str) -> StreamError:
        return self._failure(StreamInterruptedError, message, code=None)

    def _recover(self, end: m.Completed) -> m.Completed:
        self._end = self._recovered = end
        self.ended = True
        return end

    def _check_request(self) -> Flow[None]:
        ids = TurnIds(self._turn.ids.user_id, self._session_id, self._request_id)
        try:
            end = yield from find_end(ids)
        except NotFoundError:
            raise self._interrupted("The formation no longer knows the turn") from None
        except MuxiError:
            return  # the check failed; the turn may be fine
        if end is None:
            return
        if end.error is not None:
            raise self._failure(StreamError, end.text, code=end.error.code)
        asks = end.state == "asks"
        self._recover(
            m.Completed(
                content=end.text,
                status="awaiting_clarification" if asks else None,
                requires_user_response=True if asks else None,
                request_id=self._request_id or "",
                session_id=self._session_id,
                recovered=True,
            )
        )


def _token(data: str) -> m.ChatEvent:
    try:
        token = validate_loosely(_validate_frame(), data)["token"]
    except pydantic.ValidationError:
        return m.UnknownEvent(type="message", data=json_of(data))
    return m.TextDelta(content=token) if isinstance(token, str) else token


def _widgets(body: object) -> m.Widgets | None:
    try:
        return m.Widgets.model_validate(body)
    except pydantic.ValidationError:
        return None
