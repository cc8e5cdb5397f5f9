"""Saves what a formation runs with (contract server-api 8.6)."""

from __future__ import annotations

import os
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from ..._core.call import BodyFormat, Call, KeyKind, path, query
from ..._core.steps import Flow, request, run_in_thread
from ..._files.download import DownloadedFile, DownloadTarget, OnProgress
from ...errors import InvalidResponseError
from ...models import server as m
from ._calls import FORMATIONS


def downloaded(
    get: Callable[[str | os.PathLike[str]], Call[DownloadedFile]], to: str | os.PathLike[str]
) -> Flow[m.DownloadedFormation]:
    """The zip."""
    found = yield from request(get(to))
    return m.DownloadedFormation(path=found.path or Path(to), size=found.size)


def extracted(
    get: Callable[[str | os.PathLike[str]], Call[DownloadedFile]], to: Path
) -> Flow[m.DownloadedFormation]:
    """What is in the zip, in a new directory."""
    from ...bundle.unzip import unpack  # not above: to import a client stays cheap

    with TemporaryDirectory(prefix="muxi-") as folder:
        archive = Path(folder, "formation.zip")
        found = yield from request(get(archive))
        yield from run_in_thread(lambda: unpack(archive, to))
    return m.DownloadedFormation(path=to, size=found.size)


def download(
    formation_id: str,
    to: str | os.PathLike[str],
    *,
    include_db: bool,
    timeout: float,
    on_progress: OnProgress | None,
) -> Call[DownloadedFile]:
    """The call that saves the zip."""
    where = path(*FORMATIONS, formation_id, "download")
    save = DownloadTarget(to, f"{formation_id}.zip", on_progress, _check)
    wanted = query(db=True if include_db else None)
    call = Call(
        "GET", where, DownloadedFile, KeyKind.HMAC, query=wanted, shape=BodyFormat.FILE, save=save
    )
    return replace(call, read_timeout=timeout)


def _check(archive: Path) -> None:
    """The server cuts a zip short when it fails, and its status is good all the same."""
    try:
        with zipfile.ZipFile(archive) as packed:
            damaged = packed.testzip()
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as exc:
        raise InvalidResponseError(f"The zip is not whole: {exc}", sent=True) from exc
    if damaged is not None:
        raise InvalidResponseError(f"The zip is not whole: {damaged} is damaged", sent=True)
