"""Selects the files of a formation's directory for its bundle (server-api 8.5)."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from ..errors import BundleError

_LEFT_OUT = (
    ".git", ".muxi", "secrets", ".env", ".env.*", "node_modules", "__pycache__", "*.pyc",
    ".DS_Store", "*.log", "*.tmp", ".vscode", ".idea",
)  # fmt: skip
DATABASE = ("memory.db", "memory.db-*")
"""The formation's memory, and the additional files of SQLite."""


@dataclass(frozen=True)
class Entry:
    """One directory or file of the bundle."""

    name: str
    """The path relative to the formation's directory, with `/` on every system."""
    path: Path
    """The path to read from; for a link, its target."""
    mode: int | None = None
    """The permissions of a file; None for a directory."""


def collect(top: Path, *, include_db: bool) -> tuple[list[Entry], list[str]]:
    """Return the entries to pack, parents first, and warnings about what is left out.

    Raises:
        BundleError: A link leads out of the directory, or a file can't be read.
    """
    left_out = _LEFT_OUT if include_db else (*_LEFT_OUT, *DATABASE)
    found: list[Entry] = []
    warnings: list[str] = []
    waiting = [Entry("", top)]
    while waiting:
        folder = waiting.pop()
        for name in _listing(folder.path):
            if matches(name, left_out):
                continue
            entry = _entry(top, folder, name, left_out)
            if entry is None:
                warnings.append(f"{folder.path / name} is no file, and is left out.")
                continue
            found.append(entry)
            if entry.mode is None:
                waiting.append(entry)
    return sorted(found, key=lambda entry: entry.name), sorted(warnings)


def matches(name: str, patterns: tuple[str, ...]) -> bool:
    """Return whether a base name matches a pattern, case-sensitive on every system."""
    return any(fnmatchcase(name, pattern) for pattern in patterns)


def _listing(folder: Path) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError as exc:
        raise BundleError(f"{folder} can't be read: {exc.strerror}.") from exc


def _entry(top: Path, folder: Entry, name: str, left_out: tuple[str, ...]) -> Entry | None:
    path = folder.path / name
    relative = f"{folder.name}/{name}" if folder.name else name
    try:
        relative.encode()
        kind = path.lstat().st_mode
        if stat.S_ISLNK(kind):
            path = _followed(top, path, left_out)
            kind = path.stat().st_mode
    except UnicodeEncodeError as exc:
        raise BundleError(f"{str(path)!a} has a name that is no UTF-8.") from exc
    except OSError as exc:
        raise BundleError(f"{path} can't be read: {exc.strerror}.") from exc
    if stat.S_ISDIR(kind):
        return Entry(relative, path)
    return Entry(relative, path, _mode(name, kind)) if stat.S_ISREG(kind) else None


def _followed(top: Path, link: Path, left_out: tuple[str, ...]) -> Path:
    # The server silently drops links, so the file is packed in place of the link. Links to
    # directories could form a cycle.
    try:
        target = link.resolve(strict=True)
    except (OSError, RuntimeError) as exc:
        raise BundleError(f"{link} is a link that leads nowhere.") from exc
    root = top.resolve()
    if not target.is_relative_to(root):
        raise BundleError(f"{link} is a link that leads out of {top}.")
    if target.is_dir():
        raise BundleError(f"{link} is a link to a directory; only links to files are followed.")
    if any(matches(part, left_out) for part in target.relative_to(root).parts):
        raise BundleError(f"{link} is a link to {target.name}, which is left out of bundles.")
    return target


def _mode(name: str, kind: int) -> int:
    # Only "executable" is kept: the rest of a mode depends on the umask of the file's author.
    if name in ("secrets.enc", ".key"):
        return 0o600
    return 0o755 if kind & stat.S_IXUSR else 0o644
