"""Artifacts (contract A10, B17)."""

from __future__ import annotations

from functools import partial
from os import PathLike

from ..._core.call import BodyFormat, Call, KeyKind, Response, UserRule, path, query
from ..._core.checks import check_int
from ..._core.endpoint import endpoint
from ..._core.resource import Resource
from ..._files.download import DownloadedFile, DownloadTarget, OnProgress, Writable
from ...models import formation as m

_USER = UserRule.REQUIRED


class Artifacts(Resource):
    """The files that agents created for a user. All methods accept either key and need a user.

    Files are stored a moment after the turn has ended. A formation for a single user (SQLite)
    stores all of them for user `"0"`. A formation without persistent memory stores none.

    Example:
        ```python
        from muxi import FormationClient

        with FormationClient() as formation:
            alice = formation.for_user("alice")
            for artifact in alice.artifacts.list():
                file = alice.artifacts.download(artifact.id, "downloads")
                print(file.path, file.size)
        ```
    """

    @endpoint
    def list(self, *, limit: int = 20, user_id: str | None = None) -> Call[m.ArtifactList]:
        """List the latest version of each of the user's artifacts, the last used first.

        The server can't page: artifacts after the hundredth can't be listed.

        Args:
            limit: The most artifacts to return, from 1 to 100.
            user_id: The user to act as; overrides the client's user.

        Raises:
            ValidationError: There is no user id, or the limit is out of range.
        """
        asked = query(limit=check_int("limit", limit, 1, 100))
        where, kind = path("artifacts"), m.ArtifactList
        return Call("GET", where, kind, KeyKind.EITHER, user=_USER, user_id=user_id, query=asked)

    @endpoint
    def get(self, artifact_id: str, *, user_id: str | None = None) -> Call[m.ArtifactDetails]:
        """Return the details of an artifact. Use `download` for its content.

        Args:
            artifact_id: The id of one version of the artifact, as in `Artifact.id`.
            user_id: The user to act as; overrides the client's user.

        Raises:
            NotFoundError: The user has no such artifact.
        """
        where = path("artifacts", artifact_id)
        return Call("GET", where, m.ArtifactDetails, KeyKind.EITHER, user=_USER, user_id=user_id)

    @endpoint
    def list_versions(
        self, artifact_id: str, *, user_id: str | None = None
    ) -> Call[m.ArtifactVersions]:
        """List all versions of an artifact, the newest first.

        Args:
            artifact_id: The id of any version of the artifact.
            user_id: The user to act as; overrides the client's user.

        Raises:
            NotFoundError: The user has no such artifact.
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
        timeout: float | None = None,
        user_id: str | None = None,
    ) -> Call[m.ArtifactFile]:
        """Download an artifact to a file, without loading it into memory.

        The file appears at its path when it is complete. A failed download leaves no partial file
        and is retried like other calls.

        Args:
            artifact_id: The id of one version of the artifact.
            to: A directory, the path of a file, or a file object. In a directory, the file gets the
                name that the server sends, and existing files are not replaced. An existing file at
                a path is replaced. A file object must be open for writing bytes; it stays open, and
                after an error it is rewound if it is seekable.
            version: The version to download, from 1; None for the version that the id identifies.
            on_progress: Called after each chunk with the bytes received and the total bytes (None
                if unknown). An exception that it raises ends the download.
            timeout: The most seconds that the whole download may take; None for no limit.
            user_id: The user to act as; overrides the client's user.

        Returns:
            The file's path, name, size, type and version.

        Raises:
            NotFoundError: The user has no such artifact or version.
            ConnectionError: The connection broke.
            TimeoutError: The download took longer than `timeout`, or the server stopped sending.
            OSError: The file can't be written.
            FileExistsError: The directory already has a file of that name.
        """
        save = DownloadTarget(to, fallback=artifact_id, on_progress=on_progress)
        if version is not None:
            check_int("version", version, 1, 2**31 - 1)
        call = Call(
            "GET",
            path("artifacts", artifact_id, "content"),
            DownloadedFile,
            KeyKind.EITHER,
            user=_USER,
            user_id=user_id,
            query=query(version=version),
            shape=BodyFormat.FILE,
            save=save,
            timeout=timeout,
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
