"""The files of a draft, edited on the server (contract server-api 5.2)."""

from __future__ import annotations

import base64
from typing import Annotated, Literal

from pydantic import model_validator

from .._base import Answer, EmptyIfNull, JsonObject, Listing, Model, Request, UtcTime
from .formations import FormationState


class DraftState(Model):
    """The draft of a formation, if there is one."""

    exists: bool
    base_version: str | None = None
    """The deployed version that it was cloned from; compare it with `live.version`."""
    created_at: UtcTime | None = None


class LiveState(Model):
    """The deployed version of the formation; all fields are None if there is none."""

    version: str | None = None
    """The version in the manifest."""
    status: FormationState | None = None


class DraftAnswer(Answer):
    """The fields that all responses about drafts have."""

    draft: DraftState
    live: LiveState

    @model_validator(mode="before")
    @classmethod
    def _flat(cls, wire: JsonObject | str) -> JsonObject | str:
        """Move the fields under `data` to the top level."""
        inner: JsonObject | None = wire.get("data") if isinstance(wire, dict) else None
        if not isinstance(wire, dict) or not isinstance(inner, dict):
            return wire
        return {**inner, "draft": wire.get("draft"), "live": wire.get("live")}


class CreatedDraft(DraftAnswer):
    """A draft that was created."""

    action: str
    mode: Literal["new", "clone"] | str


class DraftEntry(Model):
    """A file or a directory of a draft."""

    name: str
    """A directory's name ends with `/`."""
    type: Literal["file", "dir"] | str
    size: int = 0
    """Bytes; 0 for a directory."""


class DraftFileList(DraftAnswer, Listing[DraftEntry]):
    """One directory of a draft, without the content of its subdirectories."""

    path: str
    """`.` for the root."""
    entries: Annotated[list[DraftEntry], EmptyIfNull]


class DraftFile(DraftAnswer):
    """A file of a draft."""

    path: str
    content: str
    """The content; in base64 if `encoding` is `"base64"`."""
    encoding: Literal["utf-8", "base64"] | str

    @property
    def data(self) -> bytes:
        """The file's content."""
        if self.encoding == "base64":
            return base64.b64decode(self.content)
        return self.content.encode()

    @property
    def text(self) -> str:
        """The file's content as UTF-8 text.

        Raises:
            UnicodeDecodeError: The file isn't UTF-8.
        """
        return self.data.decode()


class WrittenDraftFile(DraftAnswer):
    """A file that was written."""

    path: str
    size: int
    """Bytes."""
    written: bool


class DeletedDraftFile(DraftAnswer):
    """A file or directory that was deleted."""

    path: str
    deleted: bool

    @property
    def id(self) -> str:
        """The path of the file, which is its id in the draft."""
        return self.path


class DiscardedDraft(DraftAnswer):
    """A draft that was deleted."""

    id: str = ""
    """The formation's id."""
    discarded: bool


class DraftRequest(Request):
    """The request body of several methods of `drafts`."""

    action: Literal["init", "list", "read", "write", "delete", "deploy", "discard"]
    mode: Literal["new", "clone"] | None = None
    path: str | None = None
    content: str | None = None
    encoding: Literal["utf-8", "base64"] | None = None
