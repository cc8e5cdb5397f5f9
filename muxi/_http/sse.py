"""Decodes server-sent events from the chunks of a body."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
from httpx_sse import EventSource

from .._core.messages import ServerSentEvents
from ..errors import InvalidResponseError

_BLANK_LINE = re.compile(rb"(?:\r\n|\n|\r(?!\n))(?:\r\n|\n|\r)")
_BOM = b"\xef\xbb\xbf"
_DATA = b"data: "
_LF, _CR = b"\n\r"


class EventDecoder:
    """Splits a body at blank lines, and decodes complete events with httpx-sse.

    Args:
        max_event_bytes: The largest event, in bytes.
    """

    def __init__(self, max_event_bytes: int) -> None:
        self._limit = max_event_bytes
        self._held = bytearray()
        self._searched = 0
        self._begun = False
        self._last = b""
        """The blocks that were completed last, unless they are plain events."""

    def feed(self, chunk: bytes) -> ServerSentEvents:
        """Add a chunk, and return the events that are complete now.

        Raises:
            InvalidResponseError: An event is too large.
        """
        blocks: bytes | bytearray = chunk
        if self._held or not (self._begun and chunk[-2:] == b"\n\n") or len(chunk) > self._limit:
            blocks = self._complete(chunk)
            if not blocks:
                return ()
        if plain := _plain_events(blocks):
            self._last = b""
            return plain
        self._last = bytes(blocks)
        found = EventSource(_Blocks(self._last)).iter_sse()
        return [(event.event, event.data) for event in found if event.data]

    def _complete(self, chunk: bytes) -> bytearray:
        """Add a chunk, and take what is complete, up to the last blank line."""
        self._held += chunk
        if not self._begun:
            if len(self._held) < len(_BOM) and _BOM.startswith(self._held):
                return bytearray()
            self._begun = True
            if self._held.startswith(_BOM):
                del self._held[: len(_BOM)]
        end = self._last_blank_line()
        if not end:
            return bytearray()
        blocks, self._held = self._held, self._held[end:]
        del blocks[end:]
        self._searched = 0
        return blocks

    def unframed(self) -> str:
        """Return the JSON in the body's last line if that isn't part of an event."""
        last_line = re.split(rb"[\r\n]", (self._last + self._held).rstrip())[-1]
        return last_line.decode(errors="replace") if last_line.startswith(b"{") else ""

    def _last_blank_line(self) -> int:
        """Return where the last blank line ends; 0 if there is none. Searches only new bytes."""
        begin = max(0, self._searched - 3)
        if len(self._held) <= self._limit and self._held.find(b"\r", begin) < 0:
            self._searched = len(self._held)
            line_end = self._held.rfind(b"\n", begin)  # far faster than to search for both at once
            last = self._held.rfind(b"\n\n", begin, line_end + 1)
            return last + 2 if last >= 0 else 0
        end = longest = 0
        for found in _BLANK_LINE.finditer(self._held, begin):
            longest = max(longest, found.end() - end)
            end = found.end()
        self._searched = len(self._held)
        if max(longest, self._searched - end) > self._limit:
            raise InvalidResponseError(
                f"An event of the stream is longer than {self._limit} bytes", sent=True
            )
        return end


def _plain_events(blocks: bytes | bytearray) -> ServerSentEvents:
    """Return the events if each is a single line `data: …`, as tokens are; otherwise nothing.

    That is a third of the work that httpx-sse does for any event.
    """
    data = blocks[len(_DATA) : -2]
    if blocks[: len(_DATA)] != _DATA or _CR in data:
        return ()
    text = data.decode("utf-8", "replace")
    if _LF not in data:
        return [("message", text)] if text else ()
    found = text.split("\n\ndata: ")
    if "\n" in "".join(found):
        return ()
    return [("message", data) for data in found if data]


class _Blocks(httpx.Response):
    """The parts of a response that httpx-sse uses."""

    def __init__(self, content: bytes) -> None:
        self._text = content.decode(errors="replace")
        self.headers = _EVENT_STREAM

    def iter_text(self, chunk_size: int | None = None) -> Iterator[str]:
        yield self._text


_EVENT_STREAM = httpx.Headers({"Content-Type": "text/event-stream"})
