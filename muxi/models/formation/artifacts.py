"""Artifacts: the files that agents made, kept under ids (contract A10, B17)."""

from __future__ import annotations

from pathlib import Path

from .._base import Answer, Listing, Model, UtcTime


class Artifact(Model):
    """One version of a file that an agent made."""

    id: str
    """Each version has its own."""
    name: str
    """The file's name, chosen by the agent; versions of one file share it."""
    version: int
    """From 1."""
    is_latest: bool
    content_type: str
    category: str | None = None
    """The kind of file, such as `text`."""
    summary: str
    tags: list[str]
    agent_id: str | None = None
    """Who made it."""
    conversation_id: str | None = None
    """The session that it was made in."""
    size_bytes: int
    created_at: UtcTime | None = None
    updated_at: UtcTime | None = None
    last_accessed_at: UtcTime | None = None


class ArtifactDetails(Artifact, Answer):
    """One artifact, fetched by its id."""


class ArtifactList(Listing[Artifact]):
    """The latest version of each of a user's artifacts, the last used first."""

    items_field = "artifacts"
    artifacts: list[Artifact]
    total: int
    """How many there are."""


class ArtifactVersions(Listing[Artifact]):
    """All versions of an artifact, the newest first."""

    items_field = "versions"
    name: str
    versions: list[Artifact]


class ArtifactFile(Answer):
    """What a download wrote.

    It says of a file what the server sends only in headers.
    """

    path: Path | None
    """Where it was written; None for a file that was passed in open."""
    name: str
    """What the server calls it, made safe to be a file name."""
    size: int
    """Bytes."""
    content_type: str
    """Of the content, with its parameters: `text/plain; charset=utf-8`."""
    artifact_id: str
    """The id of the version that was sent; the one asked for where the server doesn't say."""
    version: int | None
    """The version that was sent; None where the server doesn't say."""
