"""Drafts: a formation's files, edited on the server (contract server-api 5.2)."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Literal

from ..._core.call import BodyFormat, Call, KeyKind, T, path
from ..._core.endpoint import endpoint, flow, streaming
from ..._core.resource import Resource
from ..._core.steps import Flow, StreamCall, consume_stream
from ...models import server as m
from .._inputs import validate_body
from ._calls import FORMATIONS
from ._docs import documented_as
from ._errors import explain
from ._progress import TimeLimits, progress_stream


class Drafts(Resource):
    """Drafts: a formation's files, edited on the server next to the deployed version.

    A formation has at most one draft. Paths are relative to the draft's root; a path outside of it
    raises `ValidationError`.

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
            formation_id: The formation's id. The formation doesn't have to be deployed.
            mode: `"new"` for a minimal manifest, which needs a `description` before it can be
                deployed; `"clone"` for a copy of the deployed version.

        Raises:
            ConflictError: The formation already has a draft.
            NotFoundError: There is no deployed version to clone.
            ValidationError: The id is invalid.
        """
        return _call(formation_id, m.CreatedDraft, action="init", mode=mode)

    @endpoint
    def list(self, formation_id: str, path: str = ".") -> Call[m.DraftFileList]:
        """List one directory of a draft.

        Args:
            formation_id: The formation's id.
            path: The path of the directory; the root by default.

        Raises:
            NotFoundError: The formation has no draft, or no such directory.
            ServerError: The path is a file.
        """
        return _call(formation_id, m.DraftFileList, safe_to_retry=True, action="list", path=path)

    @endpoint
    def read(self, formation_id: str, path: str) -> Call[m.DraftFile]:
        """Return a file. Its `.text` and `.data` hold the content.

        Args:
            formation_id: The formation's id.
            path: The path of the file.

        Raises:
            NotFoundError: The formation has no draft, or no such file.
            ServerError: The path is a directory.
        """
        # As text, the server would corrupt content that isn't UTF-8.
        wanted = {"action": "read", "path": path, "encoding": "base64"}
        return _call(formation_id, m.DraftFile, safe_to_retry=True, **wanted)

    @endpoint
    def write(self, formation_id: str, path: str, content: str | bytes) -> Call[m.WrittenDraftFile]:
        """Write a file and create its parent directories. An existing file is replaced.

        Args:
            formation_id: The formation's id.
            path: The path of the file.
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
            path: The path of the file or directory; not the root.

        Raises:
            NotFoundError: The formation has no draft, or no such file.
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
        """Deploy a draft, as a new formation or as an update. The server then deletes the draft.

        Most failures delete the draft too: keep a copy of its files.

        Args:
            formation_id: The formation's id.
            timeout: The most seconds that the whole call may take; None for no limit.
            silence_timeout: The most seconds without data from the server, which sends nothing
                while it downloads a runtime; None for no limit.
            on_progress: Called with each step of the server.

        Raises:
            NotFoundError: The formation has no draft.
            ConflictError: The formation is being updated, or its last deployment was a draft too
                (code `NoChange`): the server can't tell two drafts in a row apart.
            ValidationError: The server refused the draft, or its new version isn't healthy.
            DeploymentError: The formation is down, or another version responds.
            TimeoutError: The deployment took too long. The server may continue.
            StreamInterruptedError: The connection broke. The server may continue.
        """
        limits = TimeLimits(timeout, silence_timeout)
        return consume_stream(_stream(formation_id, limits), on_progress)

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

        Closing the stream doesn't stop the deployment.
        """
        return _stream(formation_id, TimeLimits(timeout, silence_timeout))

    @endpoint
    def discard(self, formation_id: str) -> Call[m.DiscardedDraft]:
        """Delete a draft with all its files. The deployed version is kept.

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
