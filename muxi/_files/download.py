"""Writes downloads to files or open file objects, in chunks."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Protocol, runtime_checkable

from ..errors import ValidationError
from .filename import filename_from_header, sanitize_filename

if TYPE_CHECKING:
    from types import TracebackType

    from typing_extensions import Self, TypeIs

_BLOCK = 1 << 20
OnProgress = Callable[[int, "int | None"], None]
"""Called with the bytes received and the total bytes (None if unknown)."""


class Writable(Protocol):
    """A file object that is open for writing bytes."""

    def write(self, data: bytes, /) -> object:
        """Write bytes, all of them or the number that is returned."""
        ...


@runtime_checkable
class _Seekable(Writable, Protocol):
    def seekable(self) -> bool: ...
    def tell(self) -> int: ...
    def seek(self, position: int, whence: int = 0, /) -> int: ...
    def truncate(self) -> object: ...


@dataclass(frozen=True)
class DownloadTarget:
    """Where to write the body of a response."""

    to: str | os.PathLike[str] | Writable
    """A directory, the path of a file, or a file object, which stays open."""
    fallback: str
    """The file's name in a directory if the server sends none."""
    on_progress: OnProgress | None = None
    check: Callable[[Path], None] | None = None
    """Raises an error if the complete file is invalid, before it gets its name. Not used for file
    objects."""

    def __post_init__(self) -> None:
        is_path = isinstance(self.to, (str, os.PathLike))
        if not is_path and (not hasattr(self.to, "write") or hasattr(self.to, "encoding")):
            raise ValidationError("to must be a path, or a file that is open for writing bytes.")

    @property
    def is_restartable(self) -> bool:
        """Whether an interrupted download leaves nothing behind, so that it can be retried."""
        return isinstance(self.to, (str, os.PathLike)) or _is_seekable(self.to)


@dataclass(frozen=True)
class DownloadedFile:
    """A file that was downloaded completely."""

    path: Path | None
    """The file's path; None for a file object."""
    name: str
    """The name that the server sent, without directories and made safe."""
    size: int
    """Bytes."""


class DownloadWriter:
    """One download, as a context manager. Without `commit`, it leaves nothing behind.

    A file at a path is first written under a temporary name in the same directory, and renamed when
    it is complete. Data for a file object that would overwrite existing content is first written to
    a temporary file.

    Args:
        save: Where to write.
        headers: The response's headers; names are case-insensitive.
    """

    def __init__(self, save: DownloadTarget, headers: Mapping[str, str]) -> None:
        told = filename_from_header(headers.get("content-disposition", ""))
        self._name = sanitize_filename(told) or sanitize_filename(save.fallback) or "download"
        length = headers.get("content-length", "")
        counted = length.isdecimal() and "content-encoding" not in headers
        self._total = int(length) if counted else None
        self._save = save
        self._size = 0
        self._pending: list[bytes] = []
        self._waiting = 0
        self._path: Path | None = None
        self._part: Path | None = None
        self._file: Writable | None = None
        self._copy: BinaryIO | None = None
        self._start: int | None = None

    def open(self) -> None:
        """Prepare for writing.

        Raises:
            OSError: The file can't be created, or a file with the server's name exists.
            ValidationError: The path is a device or a pipe.
        """
        to = self._save.to
        if isinstance(to, (str, os.PathLike)):
            self._path = self._placed(Path(to))
            part = self._path.with_name(f".muxi-{os.urandom(8).hex()}.part")
            self._file = part.open("xb")
            self._part = part
        elif _is_seekable(to):
            self._start = to.tell()
            overwrites = to.seek(0, os.SEEK_END) > self._start
            to.seek(self._start)
            if overwrites:
                import tempfile  # imported late: clients import fast

                self._copy = tempfile.TemporaryFile()  # noqa: SIM115  # closed in __exit__
            self._file = self._copy or to
        else:
            self._file = to

    def feed(self, chunk: bytes) -> int:
        """Buffer a chunk for `write`. Return the number of buffered bytes."""
        self._pending.append(chunk)
        self._waiting += len(chunk)
        self._size += len(chunk)
        if self._save.on_progress is not None:
            self._save.on_progress(self._size, self._total)
        return self._waiting

    def write(self) -> None:
        """Write the buffered bytes."""
        if self._file is None:
            raise ValueError("The transfer is not open.")
        data, self._pending, self._waiting = b"".join(self._pending), [], 0
        _write_all(self._file, data)

    def commit(self) -> DownloadedFile:
        """Write the rest, and give the file its name."""
        self.write()
        if self._part is not None and self._path is not None:
            self._close()
            if self._save.check is not None:
                self._save.check(self._part)
            self._part.replace(self._path)
        elif self._copy is not None and not isinstance(self._save.to, (str, os.PathLike)):
            self._copy.seek(0)
            while data := self._copy.read(_BLOCK):
                _write_all(self._save.to, data)
        self._part = self._start = None
        return DownloadedFile(self._path, self._name, self._size)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        exc: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._part is not None:
            self._close()
            self._part.unlink(missing_ok=True)
        elif self._copy is not None:
            self._copy.close()
        elif self._start is not None and _is_seekable(self._file):
            with suppress(OSError, ValueError):  # the error that ended the download says more
                self._file.seek(self._start)
                self._file.truncate()

    def _placed(self, to: Path) -> Path:
        if to.is_dir():
            path = to / self._name
            if path.exists():
                raise FileExistsError(
                    f"{path} exists, and a name that the server chose replaces nothing: "
                    "give the path of a file."
                )
            return path
        if to.exists() and not to.is_file():
            raise ValidationError(f"{to} is no regular file: open it, and pass the open file.")
        return to

    def _close(self) -> None:
        close = getattr(self._file, "close", None)
        if close is not None:
            close()


def _write_all(file: Writable, data: bytes) -> None:
    while data:
        # Unbuffered files may write only a part, and return how much.
        count = file.write(data)
        data = data[count:] if isinstance(count, int) else b""


def _is_seekable(file: object) -> TypeIs[_Seekable]:
    return isinstance(file, _Seekable) and file.seekable()
