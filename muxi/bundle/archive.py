"""Writes a formation's tar.gz, with the same bytes for the same files, and checks given ones."""

from __future__ import annotations

import gzip
import io
import os
import tarfile
import zlib
from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from .._files.upload import file_state
from ..errors import BundleError
from .manifest import NAMES
from .tree import Entry

_MTIME = 315532800
"""The modification time of all files: 1980, the earliest in a zip, which downloads are."""
_BLOCK = 1 << 16
_SIZES = (ValueError, OverflowError, MemoryError)
"""What Python raises for impossible sizes, such as those in a damaged header."""


def write_archive(
    to: BinaryIO, root: str, entries: Iterable[Entry], ready: Mapping[str, bytes]
) -> None:
    """Write a bundle.

    Args:
        to: The file to write to.
        root: The name of the only top-level directory.
        entries: The files and directories, parents first.
        ready: The content of files that were already read, by name.

    Raises:
        BundleError: A file can't be read, or changes while it is read.
    """
    with (
        gzip.GzipFile(filename="", mode="wb", compresslevel=6, fileobj=to, mtime=0) as packed,
        tarfile.TarFile(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as tar,
    ):
        tar.addfile(_info(root, None))
        for entry in entries:
            info = _info(f"{root}/{entry.name}", entry.mode)
            if entry.mode is None:
                tar.addfile(info)
            elif entry.name in ready:
                info.size = len(ready[entry.name])
                tar.addfile(info, io.BytesIO(ready[entry.name]))
            else:
                with open_for_reading(entry.path) as file, fail_if_modified(entry.path, file):
                    info.size = os.fstat(file.fileno()).st_size
                    tar.addfile(info, file)


def _info(name: str, mode: int | None) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type = tarfile.DIRTYPE if mode is None else tarfile.REGTYPE
    info.mode = 0o755 if mode is None else mode
    info.mtime = _MTIME
    return info


def open_for_reading(path: Path) -> BinaryIO:
    """Open a file for reading."""
    try:
        return path.open("rb")
    except OSError as exc:
        raise BundleError(f"{path} can't be read: {exc.strerror}.") from exc


@contextmanager
def fail_if_modified(path: Path, file: BinaryIO) -> Generator[None]:
    """Raise `BundleError` if an open file has changed while it was read."""
    before = file_state(file)
    try:
        yield
    except OSError:
        if file_state(file) == before:
            raise
    if file_state(file) != before:
        raise BundleError(f"{path} changed while it was read.")


@dataclass
class Contents:
    """The contents of an archive."""

    root: str = ""
    files: list[str] = field(default_factory=list[str])
    """Names relative to the root."""
    manifests: dict[str, bytes] = field(default_factory=dict[str, bytes])
    warnings: list[str] = field(default_factory=list[str])


def read_archive(path: Path, file: BinaryIO) -> Contents:
    """Read a given archive to its last byte and return its contents.

    Raises:
        BundleError: The server would refuse the archive or drop a part of it.
    """
    if file.read(2) != b"\x1f\x8b":
        raise BundleError(f"{path} is not gzip.")
    file.seek(0)
    try:
        with gzip.GzipFile(fileobj=file) as packed:
            if packed.read(tarfile.BLOCKSIZE)[156:157] == tarfile.XGLTYPE:
                raise BundleError(
                    f"{path} begins with a pax global header, which the server takes for its "
                    "directory (git archive writes one)."
                )
            packed.seek(0)
            contents = _contents(path, packed)
            while rest := packed.read(_BLOCK):
                if rest.strip(b"\0"):
                    raise BundleError(f"{path} is damaged: it has data after its end.")
    except BundleError:
        raise
    except (tarfile.TarError, OSError, EOFError, zlib.error, *_SIZES) as exc:
        reason = str(exc) or "a size in it can't be"
        raise BundleError(f"{path} is damaged, or no tar.gz: {reason}.") from exc
    if not contents.root:
        raise BundleError(f"{path} is empty.")
    return contents


def _contents(path: Path, packed: gzip.GzipFile) -> Contents:
    found = Contents()
    with tarfile.open(fileobj=packed, mode="r:") as tar:
        for member in tar:
            name = _inside(path, found, member)
            if not member.isfile():
                if not member.isdir():
                    found.warnings.append(f"{path}: {member.name} is no file; the server drops it.")
                continue
            found.files.append(name)
            if name in NAMES and (content := tar.extractfile(member)) is not None:
                found.manifests[name] = content.read()
    return found


def _inside(path: Path, found: Contents, member: tarfile.TarInfo) -> str:
    """Return a member's name relative to the root."""
    parts = member.name.split("/")
    if {"", ".", ".."}.intersection(parts):
        raise BundleError(
            f"{path}: {member.name!r} is a path that the server refuses. All has to be in one "
            "directory: tar -czf my-bot.tar.gz my-bot"
        )
    if member.issym() or member.islnk():
        raise BundleError(f"{path}: {member.name} is a link, which the server drops.")
    found.root = found.root or parts[0]
    if parts[0] != found.root:
        raise BundleError(
            f"{path}: {member.name} is outside of {found.root}, the one directory that counts."
        )
    if len(parts) == 1 and not member.isdir():
        raise BundleError(f"{path}: {member.name} is at the top, where only a directory counts.")
    return "/".join(parts[1:])
