"""Follows what a formation's process writes (contract server-api 7.1). No I/O."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from itertools import takewhile
from typing import Literal

from ..._core.call import Call
from ..._core.steps import EventReader, Flow, StreamCall, request, sleep
from ...errors import InvalidResponseError
from ...models import server as m
from ._calls import follow_call, logs_call

_REMEMBERED = 200
_TAIL = 1000
_RECONNECT_AFTER = 1.0
"""Seconds; the server looks for new lines twice a second."""


class LineReader(EventReader["m.LogLine", None]):
    """The state of one stream of lines.

    Args:
        formation_id: Whose lines.
        stream: Which of its streams.
        lines: How many of the lines there are to begin with.
    """

    def __init__(self, formation_id: str, stream: Literal["stdout", "stderr"], lines: int) -> None:
        self._formation_id = formation_id
        self._stream: Literal["stdout", "stderr"] = stream
        self._lines = lines
        self._again = False
        self._seen: deque[str] = deque(maxlen=_REMEMBERED)
        self._fresh: Sequence[str] = ()

    def prepare(self) -> Flow[Call[m.FormationLogs]]:
        """Fetch the lines that were not seen, and return the call that follows."""
        if self._again:
            yield from sleep(_RECONNECT_AFTER)
        wanted = _TAIL if self._again and self._seen else self._lines
        tail: Sequence[str] = ()
        if wanted:
            logs = yield from request(logs_call(self._formation_id, wanted, self._stream))
            tail = logs.logs.stdout if self._stream == "stdout" else logs.logs.stderr
        self._fresh = unseen(self._seen, tail)
        self._seen.extend(self._fresh)
        self._again = True
        return follow_call(self._formation_id, self._stream)

    def on_open(self, may_have_run: bool) -> Iterable[m.LogLine]:
        """Return the lines that were not seen."""
        return [m.LogLine(formation_id=self._formation_id, line=line) for line in self._fresh]

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

    def text_delta(self, event: m.LogLine) -> str:
        """The line."""
        return event.line

    def result(self) -> None:
        """There is none."""


def follow_logs(
    formation_id: str, stream: Literal["stdout", "stderr"], lines: int
) -> StreamCall[m.LogLine, None]:
    """The stream of what a process writes."""
    return StreamCall(
        LineReader.prepare, lambda _: LineReader(formation_id, stream, lines), reconnects=True
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
