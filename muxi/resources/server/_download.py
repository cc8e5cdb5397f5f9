"""Downloads a formation's files (contract server-api 8.6)."""

from __future__ import annotations

import os
from collections.abc import Callable
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


def download(
    formation_id: str,
    to: str | os.PathLike[str],
    *,
    include_db: bool,
    extract: bool,
    limits: TimeLimits,
    on_progress: OnProgress | None,
) -> Flow[m.DownloadedFormation]:
    """Download the zip, and extract it to a new directory if `extract` is True."""
    where = path(*FORMATIONS, formation_id, "download")

    def call(target: str | os.PathLike[str]) -> Call[DownloadedFile]:
        return Call(
            "GET",
            where,
            DownloadedFile,
            KeyKind.HMAC,
            query=query(db=True if include_db else None),
            shape=BodyFormat.FILE,
            save=DownloadTarget(target, f"{formation_id}.zip", on_progress, _check_zip),
            timeout=limits.timeout,
            read_timeout=inf if limits.silence_timeout is None else limits.silence_timeout,
            explain=explain("other"),
        )

    return _extracted(call, Path(to)) if extract else _saved(call(to))


def _saved(call: Call[DownloadedFile]) -> Flow[m.DownloadedFormation]:
    found = yield from request(call)
    assert found.path is not None
    return m.DownloadedFormation(path=found.path, size=found.size)


def _extracted(
    call: Callable[[Path], Call[DownloadedFile]], to: Path
) -> Flow[m.DownloadedFormation]:
    from ...bundle.unzip import unpack  # imported late: clients import fast

    with TemporaryDirectory(prefix="muxi-") as folder:
        archive = Path(folder, "formation.zip")
        found = yield from request(call(archive))
        yield from run_in_thread(lambda: unpack(archive, to))
    return m.DownloadedFormation(path=to, size=found.size)


def _check_zip(archive: Path) -> None:
    """Refuse an incomplete zip: a server that fails truncates it, still with status 200."""
    from ...bundle.unzip import check_zip  # imported late: clients import fast

    try:
        check_zip(archive)
    except BundleError as exc:
        raise InvalidResponseError(f"The zip is incomplete: {exc.message}", sent=True) from exc
