"""Brings a bundle to the server: looks what is there, sends it, and undoes it when interrupted."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import ExitStack
from typing import TYPE_CHECKING

from ..._core.call import Call, KeyKind, path
from ..._core.steps import (
    Flow,
    StreamCall,
    consume_stream,
    request,
    run_in_thread,
    sleep,
)
from ..._files.upload import Upload
from ...errors import ConflictError, MuxiError, NotFoundError, ValidationError
from ...models import server as m
from ._calls import FORMATIONS, cancel_call, delete_call, find, get_call, manifest_version
from ._progress import ProgressReader

if TYPE_CHECKING:
    from ...bundle import Bundle, PackedBundle

_Prepares = Callable[[ProgressReader], "Flow[Call[m.Deployment] | None]"]
_UNDO_ATTEMPTS, _UNDO_DELAY = 11, 0.5
"""How often, and each how many seconds later, to undo what the server doesn't know yet."""


class BundleDeployment:
    """One bundle on its way.

    Args:
        source: A formation's directory, or its archive.
        include_db: Send `memory.db` too.
        timeout: Seconds of silence to bear.
        on_progress: Is told how it goes on.
        allow_downgrade: Update to a version that is older than what runs.
    """

    def __init__(
        self,
        source: str | os.PathLike[str],
        include_db: bool,
        timeout: float,
        on_progress: Callable[[m.Progress], object] | None = None,
        allow_downgrade: bool = False,
    ) -> None:
        self._source = source
        self._include_db = include_db
        self._timeout = timeout
        self._allow_downgrade = allow_downgrade
        self._on_progress = on_progress
        self._upload: Upload | None = None
        self._reader: ProgressReader | None = None
        self._updates = False
        self._formation_id = ""

    def stream(self, prepare: _Prepares) -> StreamCall[m.Progress, m.Deployment]:
        """What the server tells while it does one of the three."""
        return StreamCall(prepare, lambda url: ProgressReader("deploy", url))

    def follow(self, prepare: _Prepares) -> Flow[m.Deployment]:
        """Follow what the server does to the end."""
        return consume_stream(self.stream(prepare), self._on_progress)

    def deploy(self, reader: ProgressReader) -> Flow[Call[m.Deployment]]:
        """Return the call that deploys a new formation."""
        with ExitStack() as files:
            packed = yield from self._pack(files)
            if (yield from find(packed.bundle.id)) is not None:
                raise ConflictError(
                    f"The formation {packed.bundle.id} exists already: update it, or use apply",
                    code="FormationExists",
                    status_code=409,
                )
            return self._call(packed, files, reader, updates=False)

    def update(self, reader: ProgressReader) -> Flow[Call[m.Deployment]]:
        """Return the call that updates a formation."""
        with ExitStack() as files:
            packed = yield from self._pack(files)
            yield from request(get_call(packed.bundle.id))
            return self._call(packed, files, reader, updates=True)

    def apply(self, reader: ProgressReader) -> Flow[Call[m.Deployment] | None]:
        """Return whichever of the two calls is needed, or neither."""
        with ExitStack() as files:
            packed = yield from self._pack(files)
            found = yield from find(packed.bundle.id)
            if found is None:
                return self._call(packed, files, reader, updates=False)
            if found.version.current == packed.bundle.sha256:
                reader.set_unchanged(found)
                return None
            if not self._allow_downgrade:
                yield from _no_downgrade(packed.bundle, found)
            reader.no_change_code = "NoChange"
            return self._call(packed, files, reader, updates=True)

    def apply_or_undo(self, *, cleanup: bool) -> Flow[m.Deployment]:
        """Deploy or update, and undo it if that is interrupted."""
        try:
            return (yield from self.follow(self.apply))
        except BaseException as exc:
            # Ctrl-C or a cancellation; what fails by itself leaves nothing behind on the server.
            if cleanup and not isinstance(exc, (Exception, GeneratorExit)):
                yield from self._clean_up()
            raise

    def _clean_up(self) -> Flow[None]:
        """Stop what the server does with the bundle, if it has all of it and isn't done."""
        if self._upload is None or not self._upload.is_complete:
            return
        if self._reader is not None and self._reader.ended:
            return
        for more in range(_UNDO_ATTEMPTS - 1, -1, -1):
            try:
                if self._updates:
                    yield from request(cancel_call(self._formation_id))
                else:
                    yield from request(delete_call(self._formation_id))
            except (NotFoundError, ValidationError):
                if more:
                    yield from sleep(_UNDO_DELAY)
            except MuxiError:
                return
            else:
                return

    def _pack(self, files: ExitStack) -> Flow[PackedBundle]:
        from ...bundle import open_bundle  # not above: to import a client stays cheap

        return run_in_thread(
            lambda: files.enter_context(open_bundle(self._source, include_db=self._include_db))
        )

    def _call(
        self, packed: PackedBundle, files: ExitStack, reader: ProgressReader, *, updates: bool
    ) -> Call[m.Deployment]:
        from ..._core.log import logger  # not above: to import a client stays cheap

        bundle = packed.bundle
        for warning in bundle.warnings:
            logger.warning("%s", warning)
        self._upload = Upload(
            packed.file,
            bundle.size,
            "application/gzip",
            on_sent=self._report(bundle),
            on_close=files.pop_all().close,
        )
        self._reader, self._formation_id, self._updates = reader, bundle.id, updates
        reader.action = "update" if updates else "deploy"
        reader.formation_id = bundle.id
        reader.first = () if self._on_progress else [_uploading(bundle.size, bundle.size)]
        where = path(*FORMATIONS, bundle.id) if updates else path(*FORMATIONS)
        version = {} if bundle.version is None else {"X-Formation-Version": bundle.version}
        return Call(
            "PUT" if updates else "POST",
            where,
            m.Deployment,
            KeyKind.HMAC,
            headers={"X-Formation-ID": bundle.id, **version},
            upload=self._upload,
            read_timeout=self._timeout,
            safe_to_retry=False,
        )

    def _report(self, bundle: Bundle) -> Callable[[int], object] | None:
        tell = self._on_progress
        if tell is None:
            return None
        return lambda sent: tell(_uploading(sent, bundle.size))


_DEFAULT_VERSION = "1.0.0"
"""What the server takes for the version of a manifest that has none."""


def _no_downgrade(bundle: Bundle, found: m.Formation) -> Flow[None]:
    from ...bundle.versions import is_older  # not above: to import a client stays cheap

    version, runs = bundle.version or _DEFAULT_VERSION, (yield from manifest_version(found))
    if runs and is_older(version, runs):
        raise ConflictError(
            f"{bundle.id} runs version {runs}, and {version} is older: pass "
            "allow_downgrade=True to go back"
        )


def _uploading(sent: int, total: int) -> m.Progress:
    message = f"Uploading, {sent} of {total} bytes"
    return m.Progress(stage="uploading", message=message, sent=sent, total=total)
