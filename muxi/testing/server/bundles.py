"""How the control plane unpacks bundles and creates downloads (contract server-api 8)."""

from __future__ import annotations

import gzip
import io
import os
import tarfile
import zipfile
from pathlib import Path, PurePosixPath


class BadBundle(Exception):
    """The archive can't be unpacked."""


def extract(body: bytes, target: Path) -> Path:
    """Unpack an archive into an empty directory, and return the formation's directory in it.

    The archive isn't trusted: nothing is written outside `target`. Links and special files are
    skipped, as the server does.
    """
    if body[:2] != b"\x1f\x8b":
        raise BadBundle(f"failed to create gzip reader: {_not_gzip(body)}")
    plain = _GzipContent(gzip.GzipFile(fileobj=io.BytesIO(body)))
    try:
        root = _unpack(plain, target)
    except BadBundle:
        raise
    except Exception:
        # tarfile raises many kinds of errors for malicious archives.
        why = "unexpected EOF" if plain.is_cut else "archive/tar: invalid tar header"
        raise BadBundle(f"failed to read tar header: {why}") from None
    if not root:
        raise BadBundle("empty archive or no root directory found")
    return target / root


def _not_gzip(body: bytes) -> str:
    if not body:
        return "EOF"
    return "gzip: invalid header" if len(body) >= 10 else "unexpected EOF"


class _GzipContent(io.BufferedIOBase):
    """The content of a gzip file, up to the place where it is cut off."""

    def __init__(self, packed: gzip.GzipFile) -> None:
        super().__init__()
        self._packed = packed
        self.is_cut = False

    def read(self, size: int | None = -1, /) -> bytes:
        """Return the next bytes. They are fewer than `size` only at the end."""
        assert size is not None
        found = b""
        try:
            while len(found) < size and (piece := self._packed.read1(size - len(found))):
                found += piece
        except EOFError:
            self.is_cut = True
        return found


def _unpack(plain: _GzipContent, target: Path) -> str:
    root: str | None = None
    with tarfile.open(fileobj=plain, mode="r|") as archive:
        for member in archive:
            if root is None:
                # The server treats git's global header as an entry, and its name as the root.
                globally = bool(archive.pax_headers)
                root = "pax_global_header" if globally else member.name.partition("/")[0]
            _write(archive, member, target)
    return root or ""


def _write(archive: tarfile.TarFile, member: tarfile.TarInfo, target: Path) -> None:
    cleaned = os.path.normpath(f"{target}/{member.name}")
    if not cleaned.startswith(f"{target}/"):
        name = member.name + "/" * member.isdir()
        raise BadBundle(f"invalid file path in archive: {name}")
    path = Path(cleaned)
    if member.isdir():
        path.mkdir(mode=0o755, parents=True, exist_ok=True)
    elif member.type in (tarfile.REGTYPE, tarfile.AREGTYPE):
        source = archive.extractfile(member)
        assert source is not None
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            path.write_bytes(source.read())
        except tarfile.ReadError:
            raise BadBundle("failed to write file: unexpected EOF") from None
        path.chmod(member.mode & 0o777)


def zipped(directory: Path, *, include_db: bool) -> bytes:
    """Return a zip of a formation's files, without hidden files except `.env`."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(directory.rglob("*")):
            name = PurePosixPath(path.relative_to(directory))
            hidden = any(part.startswith(".") and part != ".env" for part in name.parts)
            if not hidden and (include_db or name.name != "memory.db"):
                archive.write(path, name)
    return packed.getvalue()
