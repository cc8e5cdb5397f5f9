"""Packs a formation's directory into the archive that the server deploys."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from ..errors import BundleError
from .archive import fail_if_modified, open_for_reading, read_archive, write_archive
from .manifest import NAMES, Manifest, check_formation
from .tree import DATABASE, collect, matches


@dataclass(frozen=True, kw_only=True)
class Bundle:
    """The properties and contents of a bundle."""

    id: str
    """The formation's id."""
    version: str | None = None
    """The version in the manifest; None if it has none, which means `1.0.0` to the server."""
    name: str | None = None
    """The display name in the manifest."""
    files: int
    """The number of files, without directories."""
    size: int
    """The size of the archive in bytes."""
    sha256: str
    """The archive's hash, in hex. The server refuses an update with the same archive."""
    warnings: tuple[str, ...] = ()
    """What the server will silently ignore or drop, one sentence each."""


@dataclass(frozen=True)
class PackedBundle:
    """A bundle and its archive."""

    bundle: Bundle
    """Its properties and contents."""
    file: BinaryIO
    """The archive, positioned at its beginning. It closes at the end of the `with` block."""


@contextmanager
def open_bundle(
    source: str | os.PathLike[str], *, include_db: bool = False
) -> Generator[PackedBundle]:
    """Check a formation and pack it. The same files always give the same bytes.

    The archive is a temporary file, deleted at the end of the `with` block. It leaves out `.git`,
    `.muxi`, `secrets`, `.env`, `.env.*`, `node_modules`, `__pycache__`, `*.pyc`, `.DS_Store`,
    `*.log`, `*.tmp`, `.vscode` and `.idea`. Links to files in the same directory
    tree are followed. Of the permissions, only "executable" is kept; `secrets.enc` and `.key` are
    readable only by the owner.

    Args:
        source: A directory with a manifest (`formation.afs`, `.yaml` or `.yml`), or a `.tar.gz`
            or `.tgz` of one, which is checked and sent unchanged.
        include_db: Include `memory.db`, which replaces the memory of the deployed formation.

    Raises:
        BundleError: The server would refuse the formation or drop a part of it.
        ConfigurationError: PyYAML is not installed. Install the extra `deploy`.
    """
    path = Path(source)
    pack = _packed if path.is_dir() else _checked
    with pack(path, include_db) as packed:
        yield packed


@contextmanager
def _packed(top: Path, include_db: bool) -> Generator[PackedBundle]:
    found, warnings = collect(top, include_db=include_db)
    files = {entry.name: entry for entry in found if entry.mode is not None}
    if not files:
        raise BundleError(f"{top} is empty.")
    manifests: dict[str, bytes] = {}
    for name in files.keys() & set(NAMES):
        path = files[name].path
        with open_for_reading(path) as file, fail_if_modified(path, file):
            manifests[name] = file.read()
    manifest, more = check_formation(f"{top}{os.sep}", files, manifests)
    with tempfile.TemporaryFile() as archive:
        write_archive(archive, manifest.id, found, manifests)
        yield _described(archive, manifest, len(files), [*warnings, *more])


@contextmanager
def _checked(path: Path, include_db: bool) -> Generator[PackedBundle]:
    if not path.exists():
        raise BundleError(f"{path} does not exist.")
    if not path.is_file() or not path.name.endswith((".tar.gz", ".tgz")):
        raise BundleError(f"{path} is neither a directory nor a .tar.gz.")
    with open_for_reading(path) as archive:
        with fail_if_modified(path, archive):
            packed = _read(path, archive, include_db)
        yield packed


def _read(path: Path, archive: BinaryIO, include_db: bool) -> PackedBundle:
    found = read_archive(path, archive)
    where = f"{path}: {found.root}/"
    for name in found.files:
        if not include_db and matches(name.rpartition("/")[2], DATABASE):
            raise BundleError(
                f"{where}{name} would replace the memory of the deployed formation: "
                "pass include_db=True if it should."
            )
    manifest, more = check_formation(where, found.files, found.manifests)
    return _described(archive, manifest, len(found.files), [*found.warnings, *more])


def _described(
    archive: BinaryIO, manifest: Manifest, files: int, warnings: list[str]
) -> PackedBundle:
    digest = hashlib.sha256()
    archive.seek(0)
    while block := archive.read(1 << 16):
        digest.update(block)
    bundle = Bundle(
        id=manifest.id,
        version=manifest.version,
        name=manifest.name,
        files=files,
        size=archive.tell(),
        sha256=digest.hexdigest(),
        warnings=tuple(warnings),
    )
    archive.seek(0)
    return PackedBundle(bundle, archive)
