"""Reads files, guesses their type and encodes them for the runtime (contract A10)."""

from __future__ import annotations

import base64
import mimetypes
import os
from pathlib import Path
from typing import Protocol


class Readable(Protocol):
    """A file that is open for reading bytes."""

    def read(self) -> bytes:
        """Return the rest of the file."""
        ...


FileSource = str | os.PathLike[str] | tuple[str, bytes] | Readable
"""What a file can be read from."""

# Used before Python's own list, which differs between versions.
_TYPES = {
    ".flac": "audio/flac",
    ".heic": "image/heic",
    ".jsonl": "application/jsonl",
    ".m4a": "audio/mp4",
    ".md": "text/markdown",
    ".oga": "audio/ogg",
    ".ogg": "audio/ogg",
    ".opus": "audio/ogg",
    ".rtf": "application/rtf",
    ".wav": "audio/wav",
    ".webp": "image/webp",
    ".yaml": "application/yaml",
    ".yml": "application/yaml",
}
_IN_BASE64 = ("image/", "audio/", "video/")


def read(file: FileSource) -> tuple[str, bytes]:
    """Return a file's name without directories, and its content."""
    if isinstance(file, (str, os.PathLike)):
        found = Path(file)
        return found.name, found.read_bytes()
    if isinstance(file, tuple):
        name, data = file
        return name, _checked(name, data)
    if not hasattr(file, "read"):
        raise ValueError(
            "A file is a path, an open file or a pair of name and bytes, "
            f"not {type(file).__name__}."
        )
    path: object = getattr(file, "name", None)  # a number if the file has no name
    name = os.path.basename(path) if isinstance(path, str) else "file"
    return name, _checked(name, file.read())


def _checked(name: str, data: object) -> bytes:
    if not isinstance(data, bytes):
        raise ValueError(f"{name} gives {type(data).__name__}, not bytes: open it with 'rb'.")
    return data


def encoded(
    name: str, data: bytes, content_type: str | None, *, as_base64: bool
) -> tuple[str, str]:
    """Return a file's type, and its content as the runtime accepts it."""
    kind = content_type or _guessed(name)
    if as_base64 or (kind is not None and kind.startswith(_IN_BASE64)):
        return kind or "application/octet-stream", base64.b64encode(data).decode()
    try:
        return kind or "text/plain", data.decode()
    except UnicodeDecodeError:
        raise ValueError(
            f"{name} ({kind or 'of unknown type'}) can't be sent: over HTTP this runtime reads "
            "text in UTF-8, images, audio and video, and nothing else. A formation whose request "
            'middleware decodes it takes Attachment.of(..., content_encoding="base64").'
        ) from None


def _guessed(name: str) -> str | None:
    ending = os.path.splitext(name)[1].lower()
    kind, packed = mimetypes.MimeTypes().guess_type(f"x{ending}")
    return _TYPES.get(ending) or (None if packed else kind)
