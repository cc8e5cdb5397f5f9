"""Follows what a formation's process writes (contract server-api 7.1). No I/O."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from itertools import takewhile
from typing import Literal

from ..._core.steps import Delivery, Flow, StreamCall, open_stream, request, sleep
from ...errors import InvalidResponseError
from ...models import server as m
from ._calls import follow_call, logs_call

_REMEMBERED = 200
_TAIL = 1000
_RECONNECT_AFTER = 1.0
"""Seconds; the server looks for new lines twice a second."""


class LineReader:
    """The state of one stream of lines.

    Args:
        formation_id: Whose lines.
        stream: Which of its streams.
        lines: How many of the lines there are to begin with.
    """

    stall_after: float | None = None
    ended = False
    partial = ""

    def __init__(self, formation_id: str, stream: Literal["stdout", "stderr"], lines: int) -> None:
        self._formation_id = formation_id
        self._stream: Literal["stdout", "stderr"] = stream
        self._lines = lines
        self._again = False
        self._seen: deque[str] = deque(maxlen=_REMEMBERED)

    def open(self) -> Flow[Delivery]:
        """Fetch the lines that were not seen, and follow."""
        if self._again:
            yield from sleep(_RECONNECT_AFTER)
        wanted = _TAIL if self._again and self._seen else self._lines
        tail: Sequence[str] = ()
        if wanted:
            logs = yield from request(logs_call(self._formation_id, wanted, self._stream))
            tail = logs.logs.stdout if self._stream == "stdout" else logs.logs.stderr
        fresh = unseen(self._seen, tail)
        self._seen.extend(fresh)
        follow = yield from open_stream(follow_call(self._formation_id, self._stream))
        self._again = True
        found = [m.LogLine(formation_id=self._formation_id, line=line) for line in fresh]
        return replace(follow, events=found)

    def read(self, name: str, data: str) -> m.LogLine | None:
        """The line that was written."""
        import pydantic  # not above: to import a client stays cheap

        if name != "log":
            return None
        try:
            line = m.LogLine.model_validate_json(data)
        except pydantic.ValidationError:
            raise InvalidResponseError("An event of the stream is no line", sent=True) from None
        self._seen.append(line.line)
        return line

    def answered(self, answer: object) -> m.LogLine:
        """A line, from a server that doesn't follow.

        Raises:
            InvalidResponseError: Always.
        """
        raise InvalidResponseError("The server doesn't follow the log", sent=True)

    def text_of(self, event: m.LogLine) -> str:
        """The line."""
        return event.line

    def stalled(self) -> Flow[None]:
        """Never asked."""
        yield from ()

    def finish(self) -> Flow[m.LogLine | None]:
        """Never asked."""
        yield from ()
        return None

    def result(self) -> None:
        """There is none."""


def follow_logs(
    formation_id: str, stream: Literal["stdout", "stderr"], lines: int
) -> StreamCall[m.LogLine, None]:
    """The stream of what a process writes."""
    return StreamCall(
        follow_call(formation_id, stream),
        lambda: LineReader(formation_id, stream, lines),
        LineReader.open,
        endless=True,
    )


def unseen(seen: Sequence[str], tail: Sequence[str]) -> Sequence[str]:
    """The lines of a tail after those that were seen; all of them where that can't be told.

    Lines that repeat may match in several places: then the first one counts, since to show a line
    twice is better than to lose one.
    """
    best, after = 0, 0
    for end in range(1, len(tail) + 1):
        pairs = zip(reversed(seen), reversed(tail[:end]), strict=False)
        size = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
        if size > best:
            best, after = size, end
    return tail[after:]
