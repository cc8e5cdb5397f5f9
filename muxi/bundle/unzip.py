"""Unpacking a download: whole and inside its directory, or not at all."""

from __future__ import annotations

import os
import re
import shutil
import stat
import tempfile
import zipfile
import zlib
from pathlib import Path

from ..errors import BundleError


def unpack(archive: Path, to: Path) -> None:
    """Extract a downloaded zip into a new directory.

    It is extracted beside `to` and then moved there, so that `to` never holds a part of it.

    Args:
        archive: The zip.
        to: Where to; it must not exist yet, or be an empty directory.

    Raises:
        BundleError: The zip is damaged or holds what doesn't belong there, or `to` is taken.
    """
    if to.is_symlink() or (to.exists() and not (to.is_dir() and not any(to.iterdir()))):
        raise BundleError(f"{to} exists already, and is no empty directory.")
    to.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=to.parent, prefix=f".{to.name}-") as folder:
        tree = Path(folder) / "tree"
        tree.mkdir()
        try:
            with zipfile.ZipFile(archive) as packed:
                for member in packed.infolist():
                    _extract(packed, member, tree, f"{archive}: {member.filename}")
        except (zipfile.BadZipFile, zlib.error, EOFError) as exc:
            raise BundleError(f"{archive} is damaged: {exc}.") from exc
        if to.exists():
            to.rmdir()
        tree.rename(to)


def _extract(packed: zipfile.ZipFile, member: zipfile.ZipInfo, tree: Path, where: str) -> None:
    name = member.filename.removesuffix("/")
    if any(_leads_out(part) for part in re.split(r"[/\\]", name)):
        raise BundleError(f"{where} is no path inside of the directory.")
    # Zips from other systems say nothing of the kind of a file.
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
    except (FileExistsError, NotADirectoryError, NotImplementedError) as exc:
        raise BundleError(f"{where} can't be extracted: {exc}.") from exc


def _leads_out(part: str) -> bool:
    return part in ("", ".", "..") or re.match(r"[A-Za-z]:", part) is not None


def _opener(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600 if path.endswith("secrets.enc") else 0o666)
