"""Streams the log of a formation's process (contract server-api 7.1). No I/O."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from itertools import takewhile
from typing import Literal

from ..._core.call import Call
from ..._core.steps import EventReader, Flow, Sleep, StreamCall, request
from ...models import server as m
from ._calls import follow_call, logs_call

_REMEMBERED = 200
_TAIL = 1000
_MARGIN = 200
"""The most lines that may be written between opening the stream and fetching the last lines."""
_RECONNECT_AFTER = 1.0
"""Seconds. The server checks for new lines twice a second."""


class LineReader(EventReader["m.LogLine", None]):
    """Reads one stream of log lines and keeps its state.

    The stream is opened first, and then the last lines are fetched, so that no line is lost in
    between. Lines that arrive both ways are returned once.

    Args:
        formation_id: The formation's id.
        stream: The stream to follow.
        lines: How many of the last lines to return first.
    """

    def __init__(self, formation_id: str, stream: Literal["stdout", "stderr"], lines: int) -> None:
        self._formation_id = formation_id
        self._stream: Literal["stdout", "stderr"] = stream
        self._lines = lines
        self.was_open = False
        """Whether the stream was open before."""
        self._seen: deque[str] = deque(maxlen=_REMEMBERED)
        self._overlap = Overlap(())
        self._late: list[m.LogLine] = []

    def read(self, name: str, data: str) -> m.LogLine | None:
        """Return the line in a server-sent event."""
        from .._event_data import model_of  # imported late: clients import fast

        if name == "connected":
            self.has_gap = self.was_open or self._lines > 0
            self.was_open = True
        if name != "log":
            return None
        line = model_of(m.LogLine, data)
        new = self._overlap.feed(line.line)
        self._seen.extend(new)
        if len(new) > 1:
            self._late, self.has_gap = self._events(new), True
            return None
        return line if new else None

    def fill_gap(self) -> Flow[Sequence[m.LogLine]]:
        """Return the lines that were written before the stream was open, and those held back."""
        if self._late:
            late, self._late = self._late, []
            return late
        wanted = _TAIL if self._seen else self._lines + _MARGIN
        logs = yield from request(logs_call(self._formation_id, wanted, self._stream))
        tail = logs.logs.stdout if self._stream == "stdout" else logs.logs.stderr
        fresh = unseen(self._seen, tail) if self._seen else tail[max(0, len(tail) - self._lines) :]
        self._overlap = Overlap(tail[-_MARGIN:])
        self._seen.extend(fresh)
        return self._events(fresh)

    def _events(self, lines: Sequence[str]) -> list[m.LogLine]:
        return [m.LogLine(formation_id=self._formation_id, line=line) for line in lines]

    def text_delta(self, event: m.LogLine) -> str:
        """Return the line."""
        return event.line

    def result(self) -> None:
        """Return nothing: the stream has no result."""


class Overlap:
    """Finds the lines of a stream that repeat the end of a tail fetched while it was open.

    The stream repeats the tail from some line to its end, or not at all. Lines count as repeated
    only if the stream's first line occurs once in the tail: a line shown twice is better than a
    lost line.

    Args:
        tail: The last lines that were fetched.
    """

    def __init__(self, tail: Sequence[str]) -> None:
        self._tail = tail
        self._expected: deque[str] | None = None
        self._held: list[str] = []

    def feed(self, line: str) -> Sequence[str]:
        """Add the next line of the stream, and return the lines that are new."""
        if self._expected is None:
            places = [at for at, one in enumerate(self._tail) if one == line]
            self._expected = deque(self._tail[places[0] :] if len(places) == 1 else ())
        self._held.append(line)
        if self._expected and self._expected[0] == line:
            self._expected.popleft()
            if not self._expected:
                self._held.clear()
            return ()
        self._expected.clear()
        new, self._held = self._held, []
        return new


def follow_logs(
    formation_id: str, stream: Literal["stdout", "stderr"], lines: int
) -> StreamCall[m.LogLine, None]:
    """Return the stream of a formation's log lines."""
    call = follow_call(formation_id, stream)

    def prepare(reader: LineReader) -> Flow[Call[m.FormationLogs]]:
        if reader.was_open:
            yield Sleep(_RECONNECT_AFTER)
        return call

    return StreamCall(prepare, lambda _: LineReader(formation_id, stream, lines), reconnects=True)


def unseen(seen: Sequence[str], tail: Sequence[str]) -> Sequence[str]:
    """Return the lines of a tail after those that were seen; all of them if none match.

    If the seen lines match in several places, the first match counts: a line shown twice is better
    than a lost line.
    """
    best, after = 0, 0
    for end in range(1, len(tail) + 1):
        pairs = zip(reversed(seen), reversed(tail[:end]), strict=False)
        size = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
        if size > best:
            best, after = size, end
    return tail[after:]
