"""Deploys a bundle, and undoes the deployment if it is interrupted."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING

from ..._core.call import Call, KeyKind, path
from ..._core.steps import Flow, Sleep, StreamCall, consume_stream, request, run_in_thread
from ..._files.upload import Upload
from ...errors import ConflictError, MuxiError, NotFoundError, ValidationError
from ...models import server as m
from .._waits import Deadline, deadline_in
from ._calls import FORMATIONS, cancel_call, delete_call, find, get_call, manifest_version
from ._errors import explain, slow_upload
from ._progress import DEFAULT_VERSION, ProgressReader, TimeLimits

if TYPE_CHECKING:
    from ...bundle import Bundle, PackedBundle

_Prepare = Callable[[ProgressReader], Flow["Call[m.Deployment] | None"]]
_UNDO_WITHIN, _UNDO_DELAY = 5.0, 0.5
"""Seconds to poll for a deployment that the server doesn't list yet, and between two polls."""
_JUDGED_AFTER, _UPLOAD_LIMIT = 5.0, 15.0
"""Seconds after which to estimate an upload's duration, and the server's limit for an upload."""


class BundleDeployment:
    """The deployment of one bundle.

    Args:
        source: A formation's directory, or its archive.
        limits: The time limits.
        include_db: Send `memory.db` too.
        on_progress: Called with each step.
        allow_downgrade: Update even if the deployed version is newer.
    """

    def __init__(
        self,
        source: str | os.PathLike[str],
        limits: TimeLimits,
        *,
        include_db: bool,
        on_progress: Callable[[m.Progress], object] | None = None,
        allow_downgrade: bool = False,
    ) -> None:
        self._source = source
        self._include_db = include_db
        self._limits = limits
        self._allow_downgrade = allow_downgrade
        self._on_progress = on_progress
        self._upload: Upload | None = None
        self._reader: ProgressReader | None = None
        self._warned = False

    def stream(self, prepare: _Prepare) -> StreamCall[m.Progress, m.Deployment]:
        """Return the stream of the deployment's steps."""
        return StreamCall(prepare, lambda url: ProgressReader("deploy", self._limits, url))

    def follow(self, prepare: _Prepare) -> Flow[m.Deployment]:
        """Run the deployment and return its result."""
        return consume_stream(self.stream(prepare), self._on_progress)

    def deploy(self, reader: ProgressReader) -> Flow[Call[m.Deployment]]:
        """Return the call that deploys a new formation."""
        with ExitStack() as files:
            until, packed = yield from self._pack(files, reader)
            if (yield from find(packed.bundle.id, until)) is not None:
                raise ConflictError(
                    f"The formation {packed.bundle.id} already exists: use update or apply",
                    code="FormationExists",
                    status_code=409,
                )
            return self._call(packed, files, reader)

    def update(self, reader: ProgressReader) -> Flow[Call[m.Deployment]]:
        """Return the call that updates a formation."""
        with ExitStack() as files:
            until, packed = yield from self._pack(files, reader)
            reader.before = yield from until.request(get_call(packed.bundle.id))
            return self._call(packed, files, reader)

    def apply(self, reader: ProgressReader) -> Flow[Call[m.Deployment] | None]:
        """Return the call that deploys or updates the formation; None if nothing has changed."""
        with ExitStack() as files:
            until, packed = yield from self._pack(files, reader)
            found = reader.before = yield from find(packed.bundle.id, until)
            if found is None:
                return self._call(packed, files, reader)
            if found.version.current == packed.bundle.sha256:
                reader.set_unchanged(found)
                return None
            if not self._allow_downgrade:
                yield from _check_downgrade(packed.bundle, found, until)
            reader.no_change_code = "NoChange"
            return self._call(packed, files, reader)

    def apply_or_undo(self, *, cleanup: bool) -> Flow[m.Deployment]:
        """Deploy or update, and undo that if it is interrupted."""
        try:
            return (yield from self.follow(self.apply))
        except BaseException as exc:
            # Ctrl-C or a cancellation. The server cleans up after its own failures.
            if cleanup and not isinstance(exc, (Exception, GeneratorExit)):
                yield from self._clean_up(exc)
            raise

    def _clean_up(self, interruption: BaseException) -> Flow[None]:
        """Undo the deployment, or log why it can't be undone."""
        upload, reader = self._upload, self._reader
        if upload is None or reader is None or reader.bundle is None:
            return
        if reader.ended or not upload.is_complete:
            return
        try:
            if reader.before is None:
                left = yield from _delete_own(reader.bundle)
            else:
                left = yield from _cancel_own(reader.bundle, reader.before, reader)
        except MuxiError as exc:
            left = str(exc)
        if left:
            message = f"The interrupted deployment of {reader.bundle.id} was not undone: {left}"
            _warn(message)
            if sys.version_info >= (3, 11):
                interruption.add_note(message)

    def _pack(
        self, files: ExitStack, reader: ProgressReader
    ) -> Flow[tuple[Deadline, PackedBundle]]:
        from ...bundle import open_bundle  # imported late: clients import fast

        until = reader.start()
        packed = yield from run_in_thread(
            lambda: files.enter_context(open_bundle(self._source, include_db=self._include_db))
        )
        reader.bundle = packed.bundle
        return until, packed

    def _call(
        self, packed: PackedBundle, files: ExitStack, reader: ProgressReader
    ) -> Call[m.Deployment]:
        bundle = packed.bundle
        for warning in bundle.warnings:
            _warn(warning)
        self._upload = upload = Upload(
            packed.file,
            bundle.size,
            "application/gzip",
            on_sent=self._report,
        )
        self._reader = reader
        reader.action = "deploy" if reader.before is None else "update"
        reader.formation_id = bundle.id
        reader.first = () if self._on_progress else [_uploading(bundle.size, bundle.size)]
        with_type = explain(reader.action)
        version = {} if bundle.version is None else {"X-Formation-Version": bundle.version}
        call = reader.limited(
            Call(
                "POST" if reader.before is None else "PUT",
                path(*FORMATIONS) if reader.before is None else path(*FORMATIONS, bundle.id),
                m.Deployment,
                KeyKind.HMAC,
                headers={"X-Formation-ID": bundle.id, **version},
                upload=upload,
                safe_to_retry=False,
                explain=lambda error, attempt: slow_upload(
                    with_type(error, attempt), upload, _UPLOAD_LIMIT
                ),
            )
        )
        upload.on_close = files.pop_all().close
        return call

    def _report(self, sent: int) -> None:
        upload = self._upload
        if upload is None:
            return
        progress = _uploading(sent, upload.size)
        needed = upload.seconds * upload.size / sent
        if not self._warned and upload.seconds >= _JUDGED_AFTER and needed > _UPLOAD_LIMIT:
            self._warned = True
            message = (
                f"{progress.message}: at this rate the upload takes {needed:.0f} s, and the MUXI "
                f"Server gives up after {_UPLOAD_LIMIT:.0f} s"
            )
            _warn(message)
            progress = progress.model_copy(update={"message": message})
        if self._on_progress is not None:
            self._on_progress(progress)


def _delete_own(bundle: Bundle) -> Flow[str | None]:
    """Delete the new deployment if it is of this bundle. Return the reason if it isn't deleted."""
    until = deadline_in(_UNDO_WITHIN)
    while True:
        found = yield from find(bundle.id)
        if found is not None and found.version.current is None:
            return "the server doesn't tell which bundle is deployed. Look with formations.get."
        if found is not None and found.version.current != bundle.sha256:
            return None  # someone else's deployment: the server refused this one
        if found is not None:
            with suppress(NotFoundError):
                yield from request(delete_call(bundle.id))
            return None
        if until.has_passed:
            return (
                f"the server doesn't list it after {_UNDO_WITHIN:.0f} s. Check later with "
                "formations.get, and delete it."
            )
        yield Sleep(_UNDO_DELAY)


def _cancel_own(bundle: Bundle, before: m.Formation, reader: ProgressReader) -> Flow[str | None]:
    """Cancel the update if it is in progress. Return the reason if it isn't cancelled."""
    if before.version.previous and "health_check" not in reader.stages:
        # After an earlier update some servers refuse this one, and then apply cancel-update to
        # the version that runs (server-observed 1.1).
        return (
            "the new version had not started yet, and on some servers cancelling then stops the "
            "version that runs. The update continues; check it with formations.get."
        )
    until = deadline_in(_UNDO_WITHIN)
    while True:
        now = yield from find(bundle.id)
        if now is None:
            return None
        if now.version.current == bundle.sha256:
            return "the update was finished already. Go back with formations.rollback."
        try:
            yield from request(cancel_call(bundle.id))
        except ValidationError:  # nothing is in progress, or the new version isn't starting yet
            if "spawning_staging" in reader.stages or until.has_passed:
                return None
            yield Sleep(_UNDO_DELAY)
        else:
            return None


def _check_downgrade(bundle: Bundle, found: m.Formation, until: Deadline) -> Flow[None]:
    from ..._core.versions import is_older  # imported late: clients import fast

    version, runs = bundle.version or DEFAULT_VERSION, (yield from manifest_version(found, until))
    if runs and is_older(version, runs):
        raise ConflictError(
            f"{bundle.id} runs version {runs}, and {version} is older: pass "
            "allow_downgrade=True to go back"
        )


def _uploading(sent: int, total: int) -> m.Progress:
    message = f"Uploading, {sent} of {total} bytes"
    return m.Progress(stage="uploading", message=message, sent=sent, total=total)


def _warn(message: str) -> None:
    from ..._core.log import logger  # imported late: clients import fast

    logger.warning("%s", message)
