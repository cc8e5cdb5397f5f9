"""Artifacts: the files that agents created (contract A10, B17)."""

from __future__ import annotations

from pathlib import Path

from .._base import Answer, Listing, Model, UtcTime


class Artifact(Model):
    """One version of a file that an agent created."""

    id: str
    """The id of this version; each version has its own."""
    name: str
    """The file's name, chosen by the agent. All versions of a file share it."""
    version: int
    """The number of the version, from 1."""
    is_latest: bool
    content_type: str
    category: str | None = None
    """The kind of file, such as `text`."""
    summary: str
    tags: list[str]
    agent_id: str | None = None
    """The agent that created it."""
    conversation_id: str | None = None
    """The session in which it was created."""
    size_bytes: int
    created_at: UtcTime | None = None
    updated_at: UtcTime | None = None
    last_accessed_at: UtcTime | None = None


class ArtifactDetails(Artifact, Answer):
    """One artifact, fetched by its id."""


class ArtifactList(Listing[Artifact]):
    """The latest version of each of a user's artifacts, the last used first."""

    artifacts: list[Artifact]
    total: int
    """The number of artifacts."""


class ArtifactVersions(Listing[Artifact]):
    """All versions of an artifact, the newest first."""

    name: str
    versions: list[Artifact]


class ArtifactFile(Answer):
    """A downloaded artifact, with the metadata of the response's headers."""

    path: Path | None
    """The file's path; None if a file object was passed."""
    name: str
    """The name that the server sent, made safe as a file name."""
    size: int
    """Bytes."""
    content_type: str
    """The type of the content with its parameters, such as `text/plain; charset=utf-8`."""
    artifact_id: str
    """The id of the downloaded version; the requested id if the server sends none."""
    version: int | None
    """The number of the downloaded version; None if the server sends none."""
