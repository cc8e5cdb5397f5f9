"""The files of a draft, edited on the server (contract server-api 5.2)."""

from __future__ import annotations

import base64
from typing import Annotated, ClassVar, Literal

from pydantic import BeforeValidator, model_validator

from .._base import Answer, JsonObject, Listing, Model, Request, UtcTime
from .formations import FormationState


class DraftState(Model):
    """The draft that a formation has, if it has one."""

    exists: bool
    base_version: str | None = None
    """The live version that it was cloned from; compare it with `live.version`."""
    created_at: UtcTime | None = None


class LiveState(Model):
    """The deployed formation beside the draft; all None where there is none."""

    version: str | None = None
    status: FormationState | None = None


class DraftAnswer(Answer):
    """What each answer about a draft tells beside its own data."""

    draft: DraftState
    live: LiveState

    @model_validator(mode="before")
    @classmethod
    def _flat(cls, wire: JsonObject | str) -> JsonObject | str:
        """The wire has the answer's own fields under `data`."""
        inner: JsonObject | None = wire.get("data") if isinstance(wire, dict) else None
        if not isinstance(wire, dict) or not isinstance(inner, dict):
            return wire
        return {**inner, "draft": wire.get("draft"), "live": wire.get("live")}


class CreatedDraft(DraftAnswer):
    """A draft that was made."""

    action: str
    mode: Literal["new", "clone"] | str


class DraftEntry(Model):
    """A file or a directory of a draft."""

    name: str
    """A directory's ends with `/`."""
    type: Literal["file", "dir"] | str
    size: int = 0
    """Bytes; 0 for a directory."""


def _entries(value: object) -> object:
    return [] if value is None else value


class DraftFileList(DraftAnswer, Listing[DraftEntry]):
    """One directory of a draft, without what is in its subdirectories."""

    items_field: ClassVar[str] = "entries"
    path: str
    """`.` for the root."""
    entries: Annotated[list[DraftEntry], BeforeValidator(_entries)]


class DraftFile(DraftAnswer):
    """A file of a draft."""

    path: str
    content: str
    """In base64 where `encoding` says so."""
    encoding: Literal["utf-8", "base64"] | str

    @property
    def data(self) -> bytes:
        """The file's bytes."""
        if self.encoding == "base64":
            return base64.b64decode(self.content)
        return self.content.encode()

    @property
    def text(self) -> str:
        """The file as UTF-8 text.

        Raises:
            UnicodeDecodeError: It is no such text.
        """
        return self.data.decode()


class WrittenDraftFile(DraftAnswer):
    """A file that was written."""

    path: str
    size: int
    """Bytes."""
    written: bool


class DeletedDraftFile(DraftAnswer):
    """A file or directory that is gone."""

    path: str
    deleted: bool


class DiscardedDraft(DraftAnswer):
    """A draft that is gone."""

    discarded: bool


class DraftRequest(Request):
    """What to do with a draft."""

    action: Literal["init", "list", "read", "write", "delete", "deploy", "discard"]
    mode: Literal["new", "clone"] | None = None
    path: str | None = None
    content: str | None = None
    encoding: Literal["utf-8", "base64"] | None = None
