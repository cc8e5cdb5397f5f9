"""Drafts: a formation's files, edited on the server (contract server-api 5.2)."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Literal

from ..._core.call import BodyFormat, Call, KeyKind, T, path
from ..._core.endpoint import Resource, TransportT, endpoint, flow, streaming
from ..._core.steps import Flow, StreamCall, consume_stream
from ...models import server as m
from .._inputs import validate_body
from ._calls import FORMATIONS
from ._docs import documented_as
from ._errors import explain
from ._progress import TimeLimits, progress_stream


class Drafts(Resource[TransportT]):
    """Formations as files on the server: one draft each, beside the deployed version.

    Paths are relative to the draft's root. One that leads out of it raises `ValidationError`.

    Example:
        ```python
        from muxi import ServerClient

        with ServerClient() as server:
            server.drafts.create("my-bot", mode="clone")
            server.drafts.write("my-bot", "README.md", "# My bot")
            server.drafts.deploy("my-bot")
        ```
    """

    @endpoint
    def create(
        self, formation_id: str, *, mode: Literal["new", "clone"] = "new"
    ) -> Call[m.CreatedDraft]:
        """Create a draft.

        Args:
            formation_id: The formation's id. The formation needn't be deployed.
            mode: `new` for a bare manifest, which needs a `description` before it can be deployed;
                `clone` for a copy of the deployed version.

        Raises:
            ConflictError: The formation has a draft already.
            NotFoundError: There is no deployed version to clone.
            ValidationError: No formation can have this id.
        """
        return _call(formation_id, m.CreatedDraft, action="init", mode=mode)

    @endpoint
    def list(self, formation_id: str, path: str = ".") -> Call[m.DraftFileList]:
        """List one directory of a draft.

        Args:
            formation_id: The formation's id.
            path: The directory; the root by default.

        Raises:
            NotFoundError: The formation has no draft, or the draft no such directory.
            ServerError: The path is a file.
        """
        return _call(formation_id, m.DraftFileList, safe_to_retry=True, action="list", path=path)

    @endpoint
    def read(self, formation_id: str, path: str) -> Call[m.DraftFile]:
        """Return a file; `.text` and `.data` hold its content.

        Args:
            formation_id: The formation's id.
            path: The file.

        Raises:
            NotFoundError: The formation has no draft, or the draft no such file.
            ServerError: The path is a directory.
        """
        # As text the server would spoil what is no UTF-8.
        wanted = {"action": "read", "path": path, "encoding": "base64"}
        return _call(formation_id, m.DraftFile, safe_to_retry=True, **wanted)

    @endpoint
    def write(self, formation_id: str, path: str, content: str | bytes) -> Call[m.WrittenDraftFile]:
        """Write a file and create the directories above it. An existing file is replaced.

        Args:
            formation_id: The formation's id.
            path: The file.
            content: The file's new content; a `str` is written as UTF-8.

        Raises:
            NotFoundError: The formation has no draft.
            ServerError: The path is a directory.
        """
        if isinstance(content, str):
            encoded, encoding = content, "utf-8"
        else:
            encoded, encoding = base64.b64encode(content).decode(), "base64"
        return _call(
            formation_id,
            m.WrittenDraftFile,
            safe_to_retry=True,
            action="write",
            path=path,
            content=encoded,
            encoding=encoding,
        )

    @endpoint
    def delete(self, formation_id: str, path: str) -> Call[m.DeletedDraftFile]:
        """Delete a file, or a directory with everything in it.

        Args:
            formation_id: The formation's id.
            path: The file or directory; not the root.

        Raises:
            NotFoundError: The formation has no draft, or the draft no such file.
        """
        return _call(formation_id, m.DeletedDraftFile, action="delete", path=path)

    @flow
    def deploy(
        self,
        formation_id: str,
        *,
        timeout: float | None = None,
        silence_timeout: float | None = 600.0,
        on_progress: Callable[[m.Progress], object] | None = None,
    ) -> Flow[m.Deployment]:
        """Deploy a draft, as a new formation or as an update. The draft is gone afterwards.

        Most failures lose the draft too: keep a copy of its files.

        Args:
            formation_id: The formation's id.
            timeout: The most seconds that all of it may take; None for no limit.
            silence_timeout: The most seconds without a word from the server, which is silent while
                it downloads a runtime; None for no limit.
            on_progress: Called with each step that the server takes.

        Raises:
            NotFoundError: The formation has no draft.
            ConflictError: The formation is being updated, or a draft was deployed last
                (`NoChange`): the server takes any two drafts in a row for the same.
            ValidationError: The server refused the draft, or the formation isn't healthy with it.
            DeploymentError: It is down, or another version answers.
            TimeoutError: The time was up. The server may go on.
            StreamInterruptedError: The connection broke. The server may go on.
        """
        return consume_stream(
            _stream(formation_id, TimeLimits(timeout, silence_timeout)), on_progress
        )

    @streaming
    @documented_as(deploy)
    def deploy_stream(
        self,
        formation_id: str,
        *,
        timeout: float | None = None,
        silence_timeout: float | None = 600.0,
    ) -> StreamCall[m.Progress, m.Deployment]:
        """Deploy a draft, as `deploy` does, and yield each step.

        Leaving the stream stops nothing.
        """
        return _stream(formation_id, TimeLimits(timeout, silence_timeout))

    @endpoint
    def discard(self, formation_id: str) -> Call[m.DiscardedDraft]:
        """Delete a draft with all its files. The deployed version stays.

        Args:
            formation_id: The formation's id.

        Raises:
            NotFoundError: The formation has no draft.
        """
        call = _call(formation_id, m.DiscardedDraft, action="discard")
        return call.map(lambda draft: draft.model_copy(update={"id": formation_id}))


def _files(formation_id: str) -> str:
    return path(*FORMATIONS, formation_id, "draft", "files")


def _stream(formation_id: str, limits: TimeLimits) -> StreamCall[m.Progress, m.Deployment]:
    body = m.DraftRequest(action="deploy")
    call = Call(
        "POST",
        _files(formation_id),
        m.Deployment,
        KeyKind.HMAC,
        body=body,
        explain=explain("deploy"),
    )
    return progress_stream(call, "deploy", formation_id, limits)


def _call(
    formation_id: str, returns: type[T], *, safe_to_retry: bool = False, **fields: object
) -> Call[T]:
    return Call(
        "POST",
        _files(formation_id),
        returns,
        KeyKind.HMAC,
        body=validate_body(m.DraftRequest, fields),
        shape=BodyFormat.BARE,
        safe_to_retry=safe_to_retry,
        explain=explain("other"),
    )
