"""Configuration documents that the formation hands out as they were written."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from pydantic import ConfigDict, Field

from .._base import Model


class ConfigBlock(Model):
    """A part of the formation's configuration, without a schema on the server's side.

    Keys that this version doesn't know are kept, but don't show in `repr`: they may hold secrets.
    """

    model_config = ConfigDict(
        validate_by_name=True,
        validate_by_alias=True,
        serialize_by_alias=True,
        coerce_numbers_to_str=True,  # `version: 1.0` is a number to YAML
    )

    def __repr_args__(self) -> Iterator[tuple[str | None, Any]]:
        unknown = self.model_extra or {}
        return (pair for pair in super().__repr_args__() if pair[0] not in unknown)


class ConfigComponent(ConfigBlock):
    """A part with a file of its own: an agent, an MCP server."""

    schema_version: str | None = Field(default=None, alias="schema")
    """`schema` on the wire, a name that Pydantic's models have taken."""
    id: str
    description: str | None = None
    active: bool | None = None
    source: Literal["formation", "api"] | str | None = None
    """Where it comes from."""
