"""Reads the streams of events and log records, which end when they are closed. No I/O."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TypeVar

import pydantic
from pydantic import TypeAdapter

from ..._core.error_bodies import dict_or_empty, str_or_none
from ..._core.loose_json import Json, loose_json, validate_loosely
from ..._core.steps import EventReader, Flow
from ...errors import StreamError, StreamInterruptedError, TimeoutError
from ...models import formation as m
from ...models._base import SCHEMA_LOCK
from .._event_data import json_of

FeedT = TypeVar("FeedT")


class LiveEventReader(EventReader["FeedT | m.UnknownEvent", None]):
    """Reads one stream of live events and keeps its state.

    Args:
        name: The name of the server-sent events that `parse` understands.
        parse: Converts a payload to a typed event.
        stall_after: Seconds without an event after which to give up; None for no limit.
    """

    def __init__(
        self, name: str, parse: Callable[[Json], FeedT], stall_after: float | None
    ) -> None:
        self.stall_after = stall_after
        self._name = name
        self._parse = parse

    def read(self, name: str, data: str) -> FeedT | m.UnknownEvent | None:
        """Return the typed event in a server-sent event; None if it only opens or ends the stream.

        Raises:
            StreamError: The event reports an error.
            InvalidResponseError: The event is not JSON.
        """
        body = None if name == "error" else json_of(data)
        known = dict_or_empty(body)
        if name == "error" or ("error" in known and "type" not in known):
            said = error_in(data)
            raise StreamError(
                said.message or "The stream failed",
                code=said.code,
                details=said.details,
                sent=True,
            )
        kind = known.get("type")
        self.ended = kind == "stream_completed"
        if self.ended or kind == "stream_open":
            return None
        try:
            return (
                validate_loosely(self._parse, data) if name == self._name else _unknown(name, body)
            )
        except pydantic.ValidationError:
            return _unknown(name, body)

    def text_delta(self, event: FeedT | m.UnknownEvent) -> str:
        """Return the message of an event; `""` if it has none."""
        return str_or_none(getattr(event, "message", None)) or ""

    def on_silence(self) -> Flow[None]:
        """Raise an error: the stream is silent.

        Raises:
            TimeoutError: Always.
        """
        yield from ()
        raise TimeoutError(f"The stream sent no event for {self.stall_after} s", sent=True)

    def on_end(self) -> Flow[None]:
        """Check that the stream ended with its final event.

        Raises:
            StreamInterruptedError: There was no final event.
        """
        yield from ()
        if not self.ended:
            raise StreamInterruptedError("The stream ended without saying why", sent=True)

    def result(self) -> None:
        """Return nothing: these streams have no result."""


@cache
def _tokens() -> TypeAdapter[m.TokenEvent]:
    with SCHEMA_LOCK:
        return TypeAdapter(m.TokenEvent)


def token_of(data: Json) -> m.TokenEvent:
    """Parse an event of a turn that isn't wrapped in a `token` object."""
    return _tokens().validate_json(data)


@dataclass(frozen=True)
class ErrorFrame:
    """The contents of an error frame."""

    message: str | None
    code: str | None
    details: object


def error_in(data: str) -> ErrorFrame:
    """Parse an error frame: plain text, or an object whose keys vary with its origin."""
    try:
        body = loose_json(data)
    except ValueError:
        return ErrorFrame(data, None, data)
    known = dict_or_empty(body)
    known = {**known, **dict_or_empty(known.get("error"))}
    texts = (str_or_none(known.get(key)) for key in ("message", "error", "detail"))
    codes = (str_or_none(known.get(key)) for key in ("code", "type"))
    message = next(filter(None, texts), None) or str_or_none(body)
    return ErrorFrame(message, next(filter(None, codes), None), body)


def _unknown(name: str, body: object) -> m.UnknownEvent:
    return m.UnknownEvent(type=name, data=body)
