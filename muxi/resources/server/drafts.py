"""Drafts: a formation's files, edited on the server (contract server-api 5.2)."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Literal

from ..._core.call import BodyFormat, Call, KeyKind, T, path
from ..._core.endpoint import Resource, TransportT, endpoint, flow, streaming
from ..._core.steps import Flow, StreamCall, consume_stream
from ...models import server as m
from ._calls import FORMATIONS
from ._docs import documented_as
from ._progress import progress_stream


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
        return _call(formation_id, m.CreatedDraft, m.DraftRequest(action="init", mode=mode))

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
        wanted = m.DraftRequest(action="list", path=path)
        return _call(formation_id, m.DraftFileList, wanted, safe_to_retry=True)

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
        wanted = m.DraftRequest(action="read", path=path, encoding="base64")
        return _call(formation_id, m.DraftFile, wanted, safe_to_retry=True)

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
        return _call(formation_id, m.WrittenDraftFile, _written(path, content), safe_to_retry=True)

    @endpoint
    def delete(self, formation_id: str, path: str) -> Call[m.DeletedDraftFile]:
        """Delete a file, or a directory with everything in it.

        Args:
            formation_id: The formation's id.
            path: The file or directory; not the root.

        Raises:
            NotFoundError: The formation has no draft, or the draft no such file.
        """
        return _call(formation_id, m.DeletedDraftFile, m.DraftRequest(action="delete", path=path))

    @flow
    def deploy(
        self,
        formation_id: str,
        *,
        timeout: float = 600.0,
        on_progress: Callable[[m.Progress], object] | None = None,
    ) -> Flow[m.Deployment]:
        """Deploy a draft, as a new formation or as an update. The draft is gone afterwards.

        Most failures lose the draft too: keep a copy of its files.

        Args:
            formation_id: The formation's id.
            timeout: Seconds that the server may stay silent, as it does while it downloads a
                runtime.
            on_progress: Called with each step that the server takes.

        Raises:
            NotFoundError: The formation has no draft.
            ConflictError: The formation is being updated, or a draft was deployed last
                (`NoChange`): the server takes any two drafts in a row for the same.
            ValidationError: The server refused the draft, or the formation isn't healthy with it.
            TimeoutError: The server was silent for too long. It may go on.
            StreamInterruptedError: The connection broke. The server may go on.
        """
        return consume_stream(_stream(formation_id, timeout), on_progress)

    @streaming
    @documented_as(deploy)
    def deploy_stream(
        self, formation_id: str, *, timeout: float = 600.0
    ) -> StreamCall[m.Progress, m.Deployment]:
        """Deploy a draft, as `deploy` does, and yield each step.

        Leaving the stream stops nothing.
        """
        return _stream(formation_id, timeout)

    @endpoint
    def discard(self, formation_id: str) -> Call[m.DiscardedDraft]:
        """Delete a draft with all its files. The deployed version stays.

        Args:
            formation_id: The formation's id.

        Raises:
            NotFoundError: The formation has no draft.
        """
        call = _call(formation_id, m.DiscardedDraft, m.DraftRequest(action="discard"))
        return call.map(lambda draft: draft.model_copy(update={"id": formation_id}))


def _files(formation_id: str) -> str:
    return path(*FORMATIONS, formation_id, "draft", "files")


def _stream(formation_id: str, timeout: float) -> StreamCall[m.Progress, m.Deployment]:
    where, body = _files(formation_id), m.DraftRequest(action="deploy")
    call = Call("POST", where, m.Deployment, KeyKind.HMAC, body=body, read_timeout=timeout)
    return progress_stream(call, "deploy", formation_id)


def _call(
    formation_id: str, returns: type[T], body: m.DraftRequest, *, safe_to_retry: bool = False
) -> Call[T]:
    shape, where = BodyFormat.BARE, _files(formation_id)
    return Call(
        "POST", where, returns, KeyKind.HMAC, body=body, shape=shape, safe_to_retry=safe_to_retry
    )


def _written(path: str, content: str | bytes) -> m.DraftRequest:
    if isinstance(content, str):
        return m.DraftRequest(action="write", path=path, content=content, encoding="utf-8")
    coded = base64.b64encode(content).decode()
    return m.DraftRequest(action="write", path=path, content=coded, encoding="base64")
