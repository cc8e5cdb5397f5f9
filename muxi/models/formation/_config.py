"""The base of configuration documents, which the formation returns as they were written."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from pydantic import Field

from .._base import BY_NAME, Model


class ConfigBlock(Model):
    """A part of the formation's configuration. The server applies no schema to it.

    Keys that this version doesn't know are kept, but `repr` leaves them out: they may hold secrets.
    """

    # `version: 1.0` is a number to YAML.
    model_config = {**BY_NAME, "coerce_numbers_to_str": True}

    def __repr_args__(self) -> Iterator[tuple[str | None, Any]]:
        unknown = self.model_extra or {}
        return (pair for pair in super().__repr_args__() if pair[0] not in unknown)


class ConfigComponent(ConfigBlock):
    """A part that may have a file of its own: an agent or an MCP server."""

    schema_version: str | None = Field(default=None, alias="schema")
    """The version of the file's format; `schema` on the wire."""
    id: str
    description: str | None = None
    active: bool | None = None
    source: Literal["formation", "api"] | str | None = None
    """Where it was defined."""
