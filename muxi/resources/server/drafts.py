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
from ._progress import progress_of


class Drafts(Resource[TransportT]):
    """Formations as files on the server, one draft each, beside what is deployed.

    Paths are relative to the draft's root; those that lead out of it raise a `ValidationError`.
    """

    @endpoint
    def create(
        self, formation_id: str, *, mode: Literal["new", "clone"] = "new"
    ) -> Call[m.CreatedDraft]:
        """Make a draft.

        Args:
            formation_id: Of which formation; it needn't be deployed.
            mode: `new` for a bare manifest, which needs a `description` before it can be deployed;
                `clone` for a copy of what is deployed.

        Raises:
            ConflictError: There is one already.
            NotFoundError: There is nothing deployed to clone.
            ValidationError: The id can't be.
        """
        return _call(formation_id, m.CreatedDraft, m.DraftRequest(action="init", mode=mode))

    @endpoint
    def list(self, formation_id: str, path: str = ".") -> Call[m.DraftFileList]:
        """List one directory.

        Args:
            formation_id: Of which formation.
            path: Which directory; the root if not given.

        Raises:
            NotFoundError: There is no draft, or no such directory.
        """
        wanted = m.DraftRequest(action="list", path=path)
        return _call(formation_id, m.DraftFileList, wanted, safe_to_retry=True)

    @endpoint
    def read(self, formation_id: str, path: str) -> Call[m.DraftFile]:
        """Fetch a file; `.text` and `.data` of the answer are what is in it.

        Args:
            formation_id: Of which formation.
            path: Which file.

        Raises:
            NotFoundError: There is no draft, or no such file.
        """
        # As text the server would spoil what is no UTF-8.
        wanted = m.DraftRequest(action="read", path=path, encoding="base64")
        return _call(formation_id, m.DraftFile, wanted, safe_to_retry=True)

    @endpoint
    def write(self, formation_id: str, path: str, content: str | bytes) -> Call[m.WrittenDraftFile]:
        """Write a file, with the directories that it is in; one that exists is replaced.

        Args:
            formation_id: Of which formation.
            path: Which file.
            content: What is in it from now on; a `str` is written as UTF-8.

        Raises:
            NotFoundError: There is no draft.
        """
        return _call(formation_id, m.WrittenDraftFile, _written(path, content), safe_to_retry=True)

    @endpoint
    def delete(self, formation_id: str, path: str) -> Call[m.DeletedDraftFile]:
        """Delete a file, or a directory with all that is in it.

        Args:
            formation_id: Of which formation.
            path: Which; not the root.

        Raises:
            NotFoundError: There is no draft, or no such file.
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
        """Deploy a draft, as a new formation or as an update. It is a draft no longer then.

        Most failures lose the draft too.

        Args:
            formation_id: Of which formation.
            timeout: Seconds that the server may stay silent; it does while it downloads a runtime.
            on_progress: Is told each step that the server takes.

        Raises:
            NotFoundError: There is no draft.
            ConflictError: The formation is being updated, or the draft was deployed as it is.
            ValidationError: The server refused the draft, or the formation isn't healthy with it.
            TimeoutError: The server was silent for too long, and may go on.
            StreamInterruptedError: The connection broke; the server may have gone on.
        """
        return consume_stream(_stream(formation_id, timeout), on_progress)

    @streaming
    def deploy_stream(
        self, formation_id: str, *, timeout: float = 600.0
    ) -> StreamCall[m.Progress, m.Deployment]:
        """Deploy a draft and see how it goes on. To leave the stream stops nothing.

        Args:
            formation_id: Of which formation.
            timeout: Seconds that the server may stay silent; it does while it downloads a runtime.

        Raises:
            NotFoundError: There is no draft.
            ConflictError: The formation is being updated, or the draft was deployed as it is.
            ValidationError: The server refused the draft, or the formation isn't healthy with it.
            TimeoutError: The server was silent for too long, and may go on.
            StreamInterruptedError: The connection broke; the server may have gone on.
        """
        return _stream(formation_id, timeout)

    @endpoint
    def discard(self, formation_id: str) -> Call[m.DiscardedDraft]:
        """Delete a draft. What is deployed stays.

        Args:
            formation_id: Of which formation.

        Raises:
            NotFoundError: There is no draft.
        """
        return _call(formation_id, m.DiscardedDraft, m.DraftRequest(action="discard"))


def _files(formation_id: str) -> str:
    return path(*FORMATIONS, formation_id, "draft", "files")


def _stream(formation_id: str, timeout: float) -> StreamCall[m.Progress, m.Deployment]:
    where, body = _files(formation_id), m.DraftRequest(action="deploy")
    call = Call("POST", where, m.Deployment, KeyKind.HMAC, body=body, read_timeout=timeout)
    return progress_of(call, "deploy", formation_id)


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
