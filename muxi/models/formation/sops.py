"""SOPs: the standard operating procedures of a formation (contract B16)."""

from __future__ import annotations

from typing import Literal

from .._base import Answer, JsonObject, Listing, Model


class SopSummary(Model):
    """A procedure, as lists show it."""

    name: str
    title: str
    """This version of the runtime repeats the name."""
    type: Literal["template", "guide"] | str
    """Always `template` in this version of the runtime."""
    steps: int | None = None
    """The number of numbered lines in the text; None if there are none."""
    agents_used: list[str] | None = None
    """Mostly empty in this version of the runtime."""


class SopList(Listing[SopSummary]):
    """All procedures of the formation."""

    sops: list[SopSummary]


class Sop(SopSummary, Answer):
    """One procedure."""

    content: str
    """Its text, in Markdown."""
    metadata: JsonObject
    references: list[str] | None = None
    """The files that it refers to."""
