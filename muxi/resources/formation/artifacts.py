"""Artifacts (contract A10, B17)."""

from __future__ import annotations

from functools import partial
from os import PathLike

from ..._core.call import BodyFormat, Call, KeyKind, Response, UserRule, check_range, path, query
from ..._core.endpoint import Resource, TransportT, endpoint
from ..._files.download import DownloadedFile, DownloadTarget, OnProgress, Writable
from ...models import formation as m

_USER = UserRule.REQUIRED


class Artifacts(Resource[TransportT]):
    """The files that agents made for a user. All methods take either key and need a user.

    They are kept a moment after the turn has ended. A formation for one user (SQLite) keeps them
    for user "0", whoever spoke: name that one. A formation without persistent memory keeps none:
    lists are empty. An id or a version that the user doesn't have raises `NotFoundError`.
    """

    @endpoint
    def list(self, *, limit: int = 20, user_id: str | None = None) -> Call[m.ArtifactList]:
        """List a user's artifacts, in their latest versions, the last used first.

        The server doesn't page them: there is no way to those beyond the first 100.

        Args:
            limit: How many at most, from 1 to 100.
            user_id: Whose artifacts; beats the client's own user.
        """
        asked = query(limit=check_range("limit", limit, 1, 100))
        return Call(
            "GET",
            path("artifacts"),
            m.ArtifactList,
            KeyKind.EITHER,
            user=_USER,
            user_id=user_id,
            query=asked,
        )

    @endpoint
    def get(self, artifact_id: str, *, user_id: str | None = None) -> Call[m.ArtifactDetails]:
        """Fetch what is known about an artifact; `download` fetches its content.

        Args:
            artifact_id: Which artifact, and which version of it.
            user_id: Whose artifact; beats the client's own user.
        """
        where = path("artifacts", artifact_id)
        return Call("GET", where, m.ArtifactDetails, KeyKind.EITHER, user=_USER, user_id=user_id)

    @endpoint
    def versions(self, artifact_id: str, *, user_id: str | None = None) -> Call[m.ArtifactVersions]:
        """List all versions of an artifact, the newest first.

        Args:
            artifact_id: Which artifact, by the id of any of its versions.
            user_id: Whose artifact; beats the client's own user.
        """
        where = path("artifacts", artifact_id, "versions")
        return Call("GET", where, m.ArtifactVersions, KeyKind.EITHER, user=_USER, user_id=user_id)

    @endpoint
    def download(
        self,
        artifact_id: str,
        to: str | PathLike[str] | Writable,
        *,
        version: int | None = None,
        on_progress: OnProgress | None = None,
        user_id: str | None = None,
    ) -> Call[m.ArtifactFile]:
        """Write an artifact's content to a file, without holding it in memory.

        A file at a path appears when it is whole: what breaks off leaves nothing behind, and is
        tried again as other calls are. The server says how long the content is, and a shorter
        one is an error.

        Args:
            artifact_id: Which artifact.
            to: A directory, where the file gets the server's name for it and replaces nothing;
                the path of a file, which is replaced; or a file that is open for writing bytes,
                which stays open and, if it can seek, is put back after an error.
            version: Which version of the artifact, from 1; the one that the id means if None.
            on_progress: Told how many bytes have arrived, and how many there are (None where
                nobody says), a piece at a time. What it raises ends the download.
            user_id: Whose artifact; beats the client's own user.

        Raises:
            ConnectionError: It broke off.
            OSError: It can't be written; FileExistsError if the directory has one of that name.
        """
        save = DownloadTarget(to, fallback=artifact_id, on_progress=on_progress)
        return _content(artifact_id, version, user_id, save)


def _content(
    artifact_id: str, version: int | None, user_id: str | None, save: DownloadTarget
) -> Call[m.ArtifactFile]:
    where = path("artifacts", artifact_id, "content")
    asked = query(
        version=None if version is None else check_range("version", version, 1, 2**31 - 1)
    )
    call = Call(
        "GET",
        where,
        DownloadedFile,
        KeyKind.EITHER,
        user=_USER,
        user_id=user_id,
        query=asked,
        shape=BodyFormat.FILE,
        save=save,
    )
    return call.map_response(partial(_file, artifact_id))


def _file(asked: str, response: Response[DownloadedFile]) -> m.ArtifactFile:
    saved, headers = response.data, response.headers
    version = headers.get("x-muxi-artifact-version", "")
    return m.ArtifactFile(
        path=saved.path,
        name=saved.name,
        size=saved.size,
        content_type=headers.get("content-type", "application/octet-stream"),
        artifact_id=headers.get("x-muxi-artifact-id", asked),
        version=int(version) if version.isdecimal() else None,
    )
