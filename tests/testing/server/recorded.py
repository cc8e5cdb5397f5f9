"""The recordings of a real MUXI Server, and their order."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from email.utils import parsedate_to_datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[2] / "recordings" / "control_plane"
_PAUSE = 15
"""Seconds without a request between two sessions. Each session is numbered from 1."""


@dataclass(frozen=True)
class Exchange:
    """One request to the real server, and its response."""

    name: str
    number: int
    method: str
    path: str
    headers: dict[str, str]
    body: str | None
    """The body. For a bundle, which wasn't kept: `<n bytes>`."""
    status: int | None
    """The HTTP status. None: the connection was closed without a response."""
    answer_headers: list[tuple[str, str]]
    answer: str
    failed: bool
    """Whether the connection closed before the end of the response."""
    start: float | None
    seconds: float

    @property
    def events(self) -> list[tuple[str, dict[str, Any]]]:
        """Return the events of a stream. Empty for other responses."""
        return [*events_of(self.answer)] if self.is_stream else []

    @property
    def is_stream(self) -> bool:
        """Whether the response is an event stream."""
        return ("content-type", "text/event-stream") in self.answer_headers

    @property
    def json(self) -> Any:
        """The response as JSON, or None if it isn't JSON."""
        try:
            return json.loads(self.answer)
        except ValueError:
            return None

    @property
    def message(self) -> str:
        """The message of an error. Empty if nothing failed."""
        last = self.events[-1][1] if self.events else self.json
        if not isinstance(last, dict):
            return ""
        text = last.get("message") or last.get("error") or ""
        return text if isinstance(text, str) else ""

    @property
    def formation_id(self) -> str:
        """The id of the formation. Empty if there is none."""
        found = re.match(r"/(?:rpc/formations|api|draft|mcp)/([^/?]+)", self.path)
        return found[1] if found else self.headers.get("X-Formation-ID", "")


def events_of(text: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Return the server-sent events of a body. Other text is an event without a name."""
    for block in text.split("\n\n"):
        if not block.strip():
            continue
        name, _, data = block.rpartition("\ndata: ")
        yield name.removeprefix("event: "), json.loads(data)


def load(folder: Path) -> list[Exchange]:
    """Return a folder's exchanges, in the order of their starts."""
    read = [_read(file) for file in folder.glob("*.json")]
    sessions = _sessions([each for each in read if each.start is not None])
    for each in read:
        if each.start is None and sessions:
            max(sessions, key=lambda session: _likeness(each, session)).append(each)
    return [each for session in sessions for each in _in_order(session)]


def concurrent(one: Exchange, others: list[Exchange]) -> list[Exchange]:
    """Return the exchanges that were made while `one` was in progress. They ended before it."""
    if one.start is None or one.seconds < 1:
        return []
    end = one.start + one.seconds + 1
    return [
        each
        for each in others
        if each.number <= one.number and each.start and one.start + 0.6 < each.start < end
    ]


def _read(file: Path) -> Exchange:
    found = json.loads(file.read_text())
    request, response = found["request"], found["response"]
    headers = [(name, value) for name, value in response["headers"] or []]
    date = dict(headers).get("date")
    number, _, name = file.stem.partition("-")
    exchange = Exchange(
        name=name,
        number=int(number),
        method=request["method"],
        path=request["path"],
        headers=dict(request["headers"]),
        body=request["body"],
        status=response["status"],
        answer_headers=headers,
        answer=response["body"] or "",
        failed="failed" in response,
        start=parsedate_to_datetime(date).timestamp() if date else None,
        seconds=response["seconds"] or 0.0,
    )
    if exchange.start is not None and not exchange.is_stream and exchange.seconds > 1:
        # The date of a plain response is its end, cut to a whole second.
        return replace(exchange, start=exchange.start + 0.5 - exchange.seconds)
    return exchange


def _sessions(dated: list[Exchange]) -> list[list[Exchange]]:
    ordered = sorted(dated, key=lambda each: (each.start or 0, each.number))
    sessions = [ordered[:1]] if ordered else []
    for before, after in pairwise(ordered):
        end = (before.start or 0) + before.seconds
        if (after.start or 0) > end + _PAUSE:
            sessions.append([])
        sessions[-1].append(after)
    return sessions


def _likeness(one: Exchange, session: list[Exchange]) -> float:
    near = [each for each in session if abs(each.number - one.number) <= 1]
    return max((SequenceMatcher(None, one.name, each.name).ratio() for each in near), default=0)


def _in_order(session: list[Exchange]) -> list[Exchange]:
    counted = sorted(session, key=lambda each: each.number)
    dated: list[Exchange] = []
    for each in counted:
        start = each.start or (dated[-1].start if dated else None)
        dated.append(replace(each, start=start))
    ordered: list[Exchange] = []
    for each in dated:
        first = next((other for other in concurrent(each, dated) if other != each), None)
        where = ordered.index(first) if first in ordered else len(ordered)
        ordered.insert(where, each)
    return ordered
