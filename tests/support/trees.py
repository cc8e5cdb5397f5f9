"""Formation directories for the tests of bundles."""

from __future__ import annotations

import os
import stat
import tarfile
from collections.abc import Mapping
from pathlib import Path

MANIFEST = 'id: my-bot\nname: My Bot\ndescription: A bot\nversion: "1.2.0"\n'


def make_tree(top: Path, files: Mapping[str, bytes | str | None]) -> Path:
    """Write files under `top`, in the given order. None creates a directory."""
    top.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        path = top / name
        (path if content is None else path.parent).mkdir(parents=True, exist_ok=True)
        if content is not None:
            path.write_bytes(content.encode() if isinstance(content, str) else content)
    return top


def tree_of(top: Path) -> dict[str, tuple[int, bytes] | None]:
    """Return each file's permissions and content by name. A directory is None."""
    found: dict[str, tuple[int, bytes] | None] = {}
    for folder, directories, files in os.walk(top):
        for name in directories:
            found[str((Path(folder) / name).relative_to(top))] = None
        for name in files:
            path = Path(folder) / name
            mode = stat.S_IMODE(path.lstat().st_mode)
            found[str(path.relative_to(top))] = (mode, path.read_bytes())
    return found


def extract_all(tar: tarfile.TarFile, to: Path) -> None:
    """Unpack an archive with the filter `data`, which Python has since 3.10.12 and 3.11.4."""
    tar.extraction_filter = getattr(tarfile, "data_filter", None)
    tar.extractall(to)
