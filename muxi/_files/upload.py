"""Files that are sent, a piece at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

_PIECE = 256 * 1024


@dataclass
class Upload:
    """A file to send. Each attempt sends it from its beginning."""

    file: BinaryIO
    """Open for reading, and seekable."""
    size: int
    """Bytes."""
    content_type: str
    on_sent: Callable[[int], object] | None = None
    """Is told how many bytes were handed on."""
    sent: int = 0
    """Bytes that the last attempt handed on."""

    _length: int = 0
    """Bytes of the piece that was read last."""

    @property
    def is_complete(self) -> bool:
        """All of it was handed on, so the server may act on it."""
        return self.sent >= self.size

    def rewind(self) -> None:
        """Make ready for an attempt."""
        self.file.seek(0)
        self.sent = self._length = 0

    def read(self) -> bytes:
        """The next piece; empty at the end."""
        piece = self.file.read(_PIECE)
        self._length = len(piece)
        return piece

    def mark_sent(self) -> None:
        """The piece that was read last, if any, was handed on."""
        self.sent += self._length
        if self._length and self.on_sent is not None:
            self.on_sent(self.sent)
        self._length = 0
