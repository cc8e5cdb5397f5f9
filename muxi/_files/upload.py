"""Uploads files in chunks."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic
from typing import BinaryIO

from ..errors import BundleError

_PIECE = 256 * 1024


@dataclass
class Upload:
    """A file to send. Each attempt starts at its beginning."""

    file: BinaryIO
    """A file on disk, open for reading."""
    size: int
    """Bytes."""
    content_type: str
    on_sent: Callable[[int], object] | None = None
    """Called with the number of bytes sent so far."""
    on_close: Callable[[], object] | None = None
    """Called after the call, to close the file."""
    sent: int = 0
    """Bytes that the last attempt has sent."""
    began: float = field(default_factory=monotonic)
    """The start of the last attempt, by the monotonic clock."""

    _in_flight: int = 0
    """Bytes of the chunk that is being sent."""

    def __post_init__(self) -> None:
        self._state = file_state(self.file)

    @property
    def is_complete(self) -> bool:
        """Whether the server may have the whole file, including the chunk that is being sent."""
        return self.sent + self._in_flight >= self.size

    @property
    def seconds(self) -> float:
        """Seconds since the start of the last attempt."""
        return monotonic() - self.began

    def rewind(self) -> None:
        """Prepare for another attempt."""
        self.file.seek(0)
        self.began = monotonic()
        self.sent = self._in_flight = 0

    def read(self) -> bytes:
        """Return the next chunk; empty at the end.

        Raises:
            BundleError: The file has changed. Its last chunk is not sent.
        """
        if self.sent >= self.size:
            return b""
        piece = self.file.read(min(_PIECE, self.size - self.sent))
        is_last = self.sent + len(piece) >= self.size
        if not piece or (is_last and file_state(self.file) != self._state):
            raise BundleError(
                f"The bundle changed while it was sent, after {self.sent} of {self.size} bytes: "
                "deploy it again when nothing writes to it."
            )
        self._in_flight = len(piece)
        return piece

    def mark_sent(self) -> None:
        """Count the chunk that was read last, if any, as sent."""
        self.sent += self._in_flight
        written, self._in_flight = self._in_flight, 0
        if written and self.on_sent is not None:
            self.on_sent(self.sent)


def file_state(file: BinaryIO) -> tuple[int, int]:
    """Return what changes when an open file is written to: its size and modification time."""
    status = os.fstat(file.fileno())
    return status.st_size, status.st_mtime_ns
