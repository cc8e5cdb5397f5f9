"""Reads a chat stream: typed events, and the traps of the runtime (contract A4.1). No I/O."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pydantic
from pydantic import TypeAdapter
from pydantic_core import to_json
from typing_extensions import TypedDict

from ..._core.call import Call, T, UserRule
from ..._core.error_bodies import dict_or_empty, str_or_none
from ..._core.steps import Flow, request
from ...errors import MuxiError, NotFoundError, StreamError, StreamInterruptedError
from ...models import formation as m
from ...models._base import SCHEMA_LOCK
from ...models.formation.events import reply_of
from ._live_events import json_of
from ._turn import Turn
from .requests import Requests
from .sessions import Sessions


class _Frame(TypedDict):
    token: m.TokenEvent | str


@cache
def _frames() -> TypeAdapter[_Frame]:
    with SCHEMA_LOCK:
        return TypeAdapter(_Frame)


class ChatReader:
    """The state of one chat stream."""

    def __init__(self, turn: Turn, stall_after: float | None) -> None:
        self.stall_after = stall_after
        self.ended = False
        self._turn = turn
        self._request_id = turn.request_id
        self._session_id = turn.request.session_id
        self._pieces: list[str] = []
        self._widgets: list[m.Widget] = []
        self._end: m.Completed | m.Failed | m.Cancelled | None = None
        self._recovered: m.Completed | None = None
        self._send_again = False

    @property
    def partial(self) -> str:
        """The text so far."""
        return self._end.content if self._end is not None else "".join(self._pieces)

    def read(self, name: str, data: str) -> m.ChatEvent | None:
        """The event in a server-sent one.

        Raises:
            StreamError: It is an error frame.
            InvalidResponseError: It is no JSON.
        """
        if name == "message":
            return self._noted(_token(data))
        body = json_of(data)
        if name == "done":
            self.ended = True
            return None
        if name == "error":
            self._error_frame(dict_or_empty(body))
            return None
        if name == "ui" and (widgets := _widgets(body)) is not None:
            self._widgets.extend(widgets.ui)
            return widgets
        return m.UnknownEvent(type=name, data=body)

    def answered(self, answer: object) -> m.ChatEvent:
        """The end of the turn, made of a reply that came whole."""
        if isinstance(answer, m.ChatAccepted):
            self._request_id = answer.request_id
            return self._recover(content=answer.text, status=answer.status)
        reply = m.ChatReply.model_validate(answer)
        self._widgets = reply.widgets
        self._request_id = reply.request_id or self._request_id
        self._session_id = reply.session_id or self._session_id
        said = reply.metadata.model_dump(exclude_none=True)
        return self._recover(**{**said, "content": reply.text, "artifacts": reply.artifacts})

    def text_of(self, event: m.ChatEvent) -> str:
        """The text that an event adds. The whole one at the end, where nothing came before."""
        if isinstance(event, m.TextDelta) and self._end is None:
            return event.content
        return event.content if isinstance(event, m.Completed) and not self._pieces else ""

    def stalled(self) -> Flow[None]:
        """Look whether the turn has ended elsewhere, and recover its reply if so."""
        yield from self._look()

    def finish(self) -> Flow[m.ChatEvent | None]:
        """The event that is missing at the end of the body.

        Raises:
            StreamInterruptedError: The turn's end is not known.
        """
        if self._send_again:
            return self.answered((yield from request(self._turn.call(stream=False))))
        if self.ended and self._end is None:  # `done` comes alone after ten minutes
            yield from self._look()
        if self._end is None or not self.ended:
            raise self._failure(
                StreamInterruptedError, "The stream ended before the turn did", code=None
            )
        return self._recovered

    def result(self) -> m.ChatReply:
        """The whole reply: the authoritative text, not the pieces.

        Raises:
            StreamError: The turn failed or was cancelled.
        """
        if isinstance(self._end, m.Completed):
            return reply_of(self._end, self._widgets)
        if self._end is not None:
            what = self._end.content or f"The turn was {self._end.type}"
            raise self._failure(StreamError, what, code=self._end.type.upper())
        raise self._failure(
            StreamInterruptedError, "The stream ended before the turn did", code=None
        )

    def _noted(self, event: m.ChatEvent) -> m.ChatEvent:
        if isinstance(event, (m.Widgets, m.UnknownEvent)):
            return event
        self._request_id = self._request_id or event.request_id
        self._session_id = self._session_id or event.session_id
        if isinstance(event, m.TextDelta):
            self._pieces.append(event.content)
        elif isinstance(event, (m.Completed, m.Failed, m.Cancelled)):
            self._end = event
        return event

    def _error_frame(self, body: dict[str, object]) -> None:
        text, kind = str(body.get("error") or "The turn failed"), body.get("type")
        if kind == "AttributeError" and "__aiter__" in text:
            if not self._turn.was_refused:
                raise self._failure(
                    StreamError,
                    "This reply can't be streamed, and the formation may have acted already: "
                    "send such messages with `send`",
                    code="AttributeError",
                )
            self._send_again = self.ended = True
            return
        raise self._failure(StreamError, text, code=str(kind) if kind else None)

    def _failure(self, kind: type[StreamError], message: str, *, code: str | None) -> StreamError:
        error = kind(message, code=code, request_id=self._request_id, sent=True)
        error.partial = self.partial
        return error

    def _recover(self, **known: object) -> m.Completed:
        ids = {"request_id": self._request_id, "session_id": self._session_id}
        self._end = self._recovered = m.Completed.model_validate(
            {**known, **ids, "recovered": True}
        )
        self.ended = True
        return self._recovered

    def _look(self) -> Flow[None]:
        if self._request_id is None:
            return
        look = Requests.get.build(self._request_id, user_id=self._turn.user_id)
        question = None
        try:
            state = yield from request(_as_in_chat(look))
            if not state.is_terminal and (question := (yield from self._question())) is not None:
                # Once more: the reply may have been stored just before the turn's end.
                state = yield from request(_as_in_chat(look))
        except NotFoundError:
            gone = "The formation no longer knows the turn"
            raise self._failure(StreamInterruptedError, gone, code=None) from None
        except MuxiError:
            return  # a look that fails says nothing about the turn
        if state.status == "completed":
            self._recover(content=_text(state.result))
        elif state.is_terminal:
            what = state.error or f"The turn was {state.status}"
            raise self._failure(StreamError, what, code=state.status.upper())
        elif question is not None:
            asks = {"status": "awaiting_clarification", "requires_user_response": True}
            self._recover(content=question, **asks)

    def _question(self) -> Flow[str | None]:
        """What the turn asks the user, if it does.

        The runtime doesn't stream every question, and the turn that asked stays `processing`; but
        its words are in the session, after the user's.
        """
        if self._session_id is None:
            return None
        asked = Sessions.messages.build(self._session_id, limit=1000, user_id=self._turn.user_id)
        messages = yield from request(_as_in_chat(asked))
        ours = [one for one in messages if one.metadata.request_id == self._request_id]
        return ours[-1].text if ours and ours[-1].role == "assistant" else None


def _as_in_chat(call: Call[T]) -> Call[T]:
    """For the user that chat speaks for: where none is named, user "0"."""
    return replace(call, user=UserRule.DEFAULT_ZERO)


def _token(data: str) -> m.ChatEvent:
    try:
        token = _frames().validate_json(data)["token"]
    except pydantic.ValidationError:
        return m.UnknownEvent(type="message", data=json_of(data))
    return m.TextDelta(content=token) if isinstance(token, str) else token


def _widgets(body: object) -> m.Widgets | None:
    try:
        return m.Widgets.model_validate(body)
    except pydantic.ValidationError:
        return None


def _text(result: object) -> str:
    text = str_or_none(result) or str_or_none(dict_or_empty(result).get("content"))
    return to_json(result).decode() if text is None else text
