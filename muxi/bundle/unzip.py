"""Checks and extracts downloaded zips, completely and inside their directory, or not at all."""

from __future__ import annotations

import errno
import lzma
import os
import re
import shutil
import stat
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from ..errors import BundleError

_ROOM = 64 << 20
_LARGEST_RATIO = 100
"""The largest extracted size of a zip: 64 MiB, or 100 times its size if that is more."""
_FAULTS = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, MemoryError,
    NotImplementedError, OverflowError, RecursionError, RuntimeError, ValueError,
)  # fmt: skip
"""What `zipfile` raises for zips that are damaged, encrypted or compressed in an unknown way."""


def check_zip(archive: Path) -> None:
    """Check a zip by reading it to its end.

    Raises:
        BundleError: The zip is damaged or encrypted, or its extracted size is above the limit.
    """
    with _opened(archive) as packed:
        if (damaged := packed.testzip()) is not None:
            raise BundleError(
                f"{archive} is damaged or can't be read: Bad CRC-32 for file {damaged!r}."
            )


def unpack(archive: Path, to: Path) -> None:
    """Extract a downloaded zip into a new directory.

    The files are extracted next to `to` and then moved there, so `to` is never incomplete.

    Args:
        archive: The zip.
        to: A directory that doesn't exist yet, or is empty.

    Raises:
        BundleError: The zip is damaged or has members outside of the directory, or `to` exists.
    """
    if to.is_symlink() or (to.exists() and not (to.is_dir() and not any(to.iterdir()))):
        raise BundleError(f"{to} exists already and is not an empty directory.")
    to.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=to.parent, prefix=f".{to.name}-") as folder:
        tree = Path(folder) / "tree"
        tree.mkdir()
        with _opened(archive) as packed:
            for member in packed.infolist():
                _extract(packed, member, tree, f"{archive}: {member.filename!r}")
        if to.exists():
            to.rmdir()
        tree.rename(to)


@contextmanager
def _opened(archive: Path) -> Generator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(archive) as packed:
            room = max(_ROOM, _LARGEST_RATIO * archive.stat().st_size)
            size = sum(member.file_size for member in packed.infolist())
            if size > room:
                raise BundleError(
                    f"{archive} would unpack to {size} bytes; {room} is the most for a zip of its "
                    "size."
                )
            yield packed
    except BundleError:
        raise
    except OSError as exc:
        if exc.errno not in (None, errno.EINVAL):  # zipfile and bz2 raise these for bad data
            raise
        raise BundleError(f"{archive} is damaged: {exc}.") from exc
    except _FAULTS as exc:
        raise BundleError(
            f"{archive} is damaged or can't be read: {str(exc) or type(exc).__name__}."
        ) from exc


def _extract(packed: zipfile.ZipFile, member: zipfile.ZipInfo, tree: Path, where: str) -> None:
    name = member.filename.removesuffix("/")
    if any(_leads_out(part) for part in re.split(r"[/\\]", name)):
        raise BundleError(f"{where} is not a path inside the directory.")
    # Zips from other systems don't contain the type of a file.
    kind = stat.S_IFMT(member.external_attr >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR) or member.flag_bits & 1:
        raise BundleError(f"{where} is a link, a special file, or encrypted.")
    path = tree / name
    try:
        if member.is_dir():
            path.mkdir(parents=True, exist_ok=True)
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        # Reading a member to its end checks its CRC.
        with packed.open(member) as source, open(path, "xb", opener=_opener) as target:
            shutil.copyfileobj(source, target)
    except (FileExistsError, NotADirectoryError, NotImplementedError, UnicodeError) as exc:
        raise BundleError(f"{where} can't be extracted: {exc}.") from exc
    except OSError as exc:
        if exc.errno != errno.ENAMETOOLONG:
            raise
        raise BundleError(f"{where} can't be extracted: {exc.strerror}.") from exc


def _leads_out(part: str) -> bool:
    return part in ("", ".", "..") or re.match(r"[A-Za-z]:", part) is not None


def _opener(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600 if path.endswith("secrets.enc") else 0o666)
