"""Downloads a formation's files (contract server-api 8.6)."""

from __future__ import annotations

import os
from math import inf
from pathlib import Path
from tempfile import TemporaryDirectory

from ..._core.call import BodyFormat, Call, KeyKind, path, query
from ..._core.steps import Flow, request, run_in_thread
from ..._files.download import DownloadedFile, DownloadTarget, OnProgress
from ...errors import BundleError, InvalidResponseError
from ...models import server as m
from ._calls import FORMATIONS
from ._errors import explain
from ._progress import TimeLimits


def download_zip(
    formation_id: str,
    to: str | os.PathLike[str],
    include_db: bool,
    limits: TimeLimits,
    on_progress: OnProgress | None,
) -> Flow[m.DownloadedFormation]:
    """Download the zip."""
    call = _download_call(formation_id, to, include_db, limits, on_progress)
    found = yield from request(call)
    return m.DownloadedFormation(path=found.path or Path(to), size=found.size)


def extract_zip(
    formation_id: str,
    to: Path,
    include_db: bool,
    limits: TimeLimits,
    on_progress: OnProgress | None,
) -> Flow[m.DownloadedFormation]:
    """Download the zip and extract it to a new directory."""
    from ...bundle.unzip import unpack  # imported late: clients import fast

    with TemporaryDirectory(prefix="muxi-") as folder:
        archive = Path(folder, "formation.zip")
        call = _download_call(formation_id, archive, include_db, limits, on_progress)
        found = yield from request(call)
        yield from run_in_thread(lambda: unpack(archive, to))
    return m.DownloadedFormation(path=to, size=found.size)


def _download_call(
    formation_id: str,
    to: str | os.PathLike[str],
    include_db: bool,
    limits: TimeLimits,
    on_progress: OnProgress | None,
) -> Call[DownloadedFile]:
    return Call(
        "GET",
        path(*FORMATIONS, formation_id, "download"),
        DownloadedFile,
        KeyKind.HMAC,
        query=query(db=True if include_db else None),
        shape=BodyFormat.FILE,
        save=DownloadTarget(to, f"{formation_id}.zip", on_progress, _check_zip),
        timeout=limits.timeout,
        read_timeout=inf if limits.silence_timeout is None else limits.silence_timeout,
        explain=explain("other"),
    )


def _check_zip(archive: Path) -> None:
    """Refuse an incomplete zip: a server that fails truncates it, still with status 200."""
    from ...bundle.unzip import check_zip  # imported late: clients import fast

    try:
        check_zip(archive)
    except BundleError as exc:
        raise InvalidResponseError(f"The zip is incomplete: {exc.message}", sent=True) from exc
