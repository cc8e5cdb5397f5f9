"""SOPs: the standard operating procedures of a formation (contract B16)."""

from __future__ import annotations

from typing import Literal

from .._base import Answer, JsonObject, Listing, Model


class SopSummary(Model):
    """A procedure as a list shows it."""

    name: str
    title: str
    """This server says the name again."""
    type: Literal["template", "guide"] | str
    """This server always says `template`."""
    steps: int | None = None
    """Numbered lines in its text; None for none."""
    agents_used: list[str] | None = None
    """This server mostly knows none."""


class SopList(Listing[SopSummary]):
    """All procedures of the formation."""

    items_field = "sops"
    sops: list[SopSummary]


class Sop(SopSummary, Answer):
    """One procedure."""

    content: str
    """Its text, in Markdown."""
    metadata: JsonObject
    references: list[str] | None = None
    """The files that it refers to."""
