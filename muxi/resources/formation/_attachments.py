"""The files that users pass in, as attachments (contract A7, A10)."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence

from ...errors import ValidationError
from ...models import formation as m

LARGEST_FILE = 50 * 1024 * 1024
"""Bytes that the runtime takes of one attachment, unless it is configured otherwise."""


def attached(
    files: Sequence[m.AttachmentLike],
) -> list[m.Attachment | Mapping[str, object]]:
    """Files that go with a message, each read once.

    They are read as the call is described, in async clients too: to encode them as JSON, which
    must be done there, takes longer.

    Raises:
        OSError: One can't be read.
        ValidationError: One is no file, too large, or of a kind that the runtime doesn't read.
    """
    return [_attachment(file, LARGEST_FILE) for file in _each(files)]


def spoken(files: Sequence[m.AttachmentLike]) -> list[m.Attachment | Mapping[str, object]]:
    """Voice notes, likewise, but for the limit, which the runtime sets to what it doesn't hear.

    The names of sound and film are alike, such as `.webm`: as voice notes they are all sound.
    """
    return [_as_audio(_attachment(file, None)) for file in _each(files)]


def _each(files: Sequence[m.AttachmentLike]) -> Sequence[m.AttachmentLike]:
    if isinstance(files, (str, bytes, os.PathLike, Mapping)) or not isinstance(
        files,
        Iterable,  # pyright: ignore[reportUnnecessaryIsInstance]
    ):
        raise ValidationError(f"files is a list of files, not {type(files).__name__}.")
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
            f"{name} has {size} bytes; formations take {largest} unless they are configured "
            "otherwise. Pass Attachment.of(...) to send it all the same."
        )
