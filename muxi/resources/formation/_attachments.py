"""Converts the files that callers pass to attachments (contract A7, A10)."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence

from ...errors import ValidationError
from ...models import formation as m

LARGEST_FILE = 50 * 1024 * 1024
"""The runtime's default limit for one attachment, in bytes."""


def attached(
    files: Sequence[m.AttachmentLike],
) -> list[m.Attachment | Mapping[str, object]]:
    """Read the files of a message, each once.

    Files are read before the request is sent, and async clients block meanwhile. Encoding them as
    JSON blocks too, and takes longer.

    Raises:
        OSError: A file can't be read.
        ValidationError: An item is not a file, is too large, or has a type that the runtime doesn't
            read.
    """
    return [_attachment(file, LARGEST_FILE) for file in _each(files)]


def spoken(files: Sequence[m.AttachmentLike]) -> list[m.Attachment | Mapping[str, object]]:
    """Read voice notes, each once. The size limit of attachments doesn't apply to audio.

    Some extensions, such as `.webm`, stand for audio and video: voice notes are sent as audio.
    """
    return [_as_audio(_attachment(file, None)) for file in _each(files)]


def _each(files: Sequence[m.AttachmentLike]) -> Sequence[m.AttachmentLike]:
    if isinstance(files, (str, bytes, os.PathLike, Mapping)) or not isinstance(
        files,
        Iterable,  # pyright: ignore[reportUnnecessaryIsInstance]
    ):
        raise ValidationError(f"files must be a list of files, not {type(files).__name__}.")
    return files


def _as_audio(
    file: m.Attachment | Mapping[str, object],
) -> m.Attachment | Mapping[str, object]:
    if isinstance(file, Mapping) or not file.content_type.startswith("video/"):
        return file
    return file.model_copy(update={"content_type": file.content_type.replace("video", "audio", 1)})


def _attachment(file: m.AttachmentLike, largest: int | None) -> m.Attachment | Mapping[str, object]:
    if isinstance(file, (m.Attachment, Mapping)):
        return file
    try:
        if isinstance(file, (str, os.PathLike)):
            _check(os.path.basename(file), os.stat(file).st_size, largest)
        made = m.Attachment.of(file)
    except ValueError as exc:
        raise ValidationError(str(exc)) from None
    _check(made.filename, made.size or 0, largest)
    return made


def _check(name: str, size: int, largest: int | None) -> None:
    if largest is not None and size > largest:
        raise ValidationError(
            f"{name} has {size} bytes; the default limit of formations is {largest}. Pass "
            "Attachment.of(...) to send it anyway."
        )
