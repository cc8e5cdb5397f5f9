"""Saves what a formation runs with (contract server-api 8.6)."""

from __future__ import annotations

import os
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from ..._call import Auth, Call, Shape, Steps, path, query, send
from ..._saving import OnProgress, Save, Saved
from ..._steps import work
from ...errors import InvalidResponseError
from ...models import server as m
from ._looking import FORMATIONS


def downloaded(
    get: Callable[[str | os.PathLike[str]], Call[Saved]], to: str | os.PathLike[str]
) -> Steps[m.DownloadedFormation]:
    """The zip."""
    found = yield from send(get(to))
    return m.DownloadedFormation(path=found.path or Path(to), size=found.size)


def extracted(
    get: Callable[[str | os.PathLike[str]], Call[Saved]], to: Path
) -> Steps[m.DownloadedFormation]:
    """What is in the zip, in a new directory."""
    from ..._unzip import unpack  # not above: to import a client stays cheap

    with TemporaryDirectory(prefix="muxi-") as folder:
        archive = Path(folder, "formation.zip")
        found = yield from send(get(archive))
        yield from work(lambda: unpack(archive, to))
    return m.DownloadedFormation(path=to, size=found.size)


def download(
    formation_id: str,
    to: str | os.PathLike[str],
    *,
    include_db: bool,
    timeout: float,
    on_progress: OnProgress | None,
) -> Call[Saved]:
    """The call that saves the zip."""
    where = path(*FORMATIONS, formation_id, "download")
    save = Save(to, f"{formation_id}.zip", on_progress, _check)
    wanted = query(db=True if include_db else None)
    call = Call("GET", where, Saved, Auth.HMAC, query=wanted, shape=Shape.FILE, save=save)
    return replace(call, timeout=timeout)


def _check(archive: Path) -> None:
    """The server cuts a zip short when it fails, and its status is good all the same."""
    try:
        with zipfile.ZipFile(archive) as packed:
            damaged = packed.testzip()
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as exc:
        raise InvalidResponseError(f"The zip is not whole: {exc}", sent=True) from exc
    if damaged is not None:
        raise InvalidResponseError(f"The zip is not whole: {damaged} is damaged", sent=True)
