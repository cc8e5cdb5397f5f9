"""Reads live events: what happens in a formation, sent until the stream is closed. No I/O."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TypeVar

import pydantic
from pydantic import TypeAdapter
from pydantic_core import from_json

from ..._core.error_bodies import dict_or_empty, str_or_none
from ..._core.steps import EventReader, Flow
from ...errors import InvalidResponseError, StreamError, StreamInterruptedError, TimeoutError
from ...models import formation as m
from ...models._base import SCHEMA_LOCK

FeedT = TypeVar("FeedT")


class LiveEventReader(EventReader["FeedT | m.UnknownEvent", None]):
    """The state of one feed.

    Args:
        name: That of the server-sent events.
        parse: Makes a typed event of a payload.
        stall_after: Seconds without an event after which the feed is given up; None for never.
    """

    def __init__(self, name: str, parse: Callable[[str], FeedT], stall_after: float | None) -> None:
        self.stall_after = stall_after
        self._name = name
        self._parse = parse

    def read(self, name: str, data: str) -> FeedT | m.UnknownEvent | None:
        """The event in a server-sent one.

        Raises:
            StreamError: It says that the feed failed.
            InvalidResponseError: It is not JSON.
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
            return self._parse(data) if name == self._name else _unknown(name, body)
        except pydantic.ValidationError:
            return _unknown(name, body)

    def text_delta(self, event: FeedT | m.UnknownEvent) -> str:
        """The message of an event."""
        return str_or_none(getattr(event, "message", None)) or ""

    def on_silence(self) -> Flow[None]:
        """Give up.

        Raises:
            TimeoutError: Always.
        """
        yield from ()
        raise TimeoutError(f"The stream sent no event for {self.stall_after} s", sent=True)

    def on_end(self) -> Flow[None]:
        """At the end of the body.

        Raises:
            StreamInterruptedError: Nothing said that this is the end.
        """
        yield from ()
        if not self.ended:
            raise StreamInterruptedError("The stream ended without saying why", sent=True)

    def result(self) -> None:
        """A feed adds up to nothing."""


@cache
def _tokens() -> TypeAdapter[m.TokenEvent]:
    with SCHEMA_LOCK:
        return TypeAdapter(m.TokenEvent)


def token_of(data: str) -> m.TokenEvent:
    """An event of a turn, as it comes when it isn't wrapped."""
    return _tokens().validate_json(data)


@dataclass(frozen=True)
class SaidError:
    """What an error frame says."""

    message: str | None
    code: str | None
    details: object


def error_in(data: str) -> SaidError:
    """Read an error frame: an object, whose keys differ by who writes it, or a text."""
    try:
        body: object = from_json(data)
    except ValueError:
        return SaidError(data, None, data)
    known = dict_or_empty(body)
    known = {**known, **dict_or_empty(known.get("error"))}
    texts = (str_or_none(known.get(key)) for key in ("message", "error", "detail"))
    codes = (str_or_none(known.get(key)) for key in ("code", "type"))
    message = next(filter(None, texts), None) or str_or_none(body)
    return SaidError(message, next(filter(None, codes), None), body)


def mend_surrogates(data: str) -> str:
    """The same JSON with U+FFFD for half a surrogate pair, which servers send where they cut text.

    Raises:
        ValueError: It is not JSON.
    """
    text = json.dumps(json.loads(data), ensure_ascii=False)
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def json_of(data: str) -> object:
    """The payload of a server-sent event.

    Raises:
        InvalidResponseError: It is not JSON.
    """
    try:
        return _parse(data)
    except ValueError:
        pass
    try:
        return _parse(mend_surrogates(data))
    except (ValueError, RecursionError) as exc:
        raise InvalidResponseError(
            f"An event of the stream is not JSON: {exc}", sent=True
        ) from None


def _parse(data: str) -> object:
    parsed: object = from_json(data)
    return parsed


def _unknown(name: str, body: object) -> m.UnknownEvent:
    return m.UnknownEvent(type=name, data=body)
