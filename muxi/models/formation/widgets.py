"""UI widgets that come with a reply (contract A11)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from .._base import Model


class WidgetOption(Model):
    """One choice."""

    value: str
    label: str


class OptionsWidget(Model):
    """A question with choices. Answer with `ui_response` and a normal message."""

    type: Literal["options"]
    id: str
    prompt: str
    options: list[WidgetOption]
    multi: bool = False


class ActionLink(Model):
    """A link to open."""

    type: Literal["action_link"]
    id: str
    label: str
    url: str
    hint: str | None = None


class McpResource(Model):
    """A resource that an MCP tool asks to display."""

    type: Literal["mcp_resource"]
    id: str
    resource: str
    data: str
    server: str
    tool: str
    mime_type: str | None = None
    encoding: str | None = None
    """`"base64"` if `data` is encoded that way."""


class UnknownWidget(Model):
    """A kind of widget that this version doesn't know; all its keys are kept."""

    type: str
    id: str | None = None


_Widget = OptionsWidget | ActionLink | McpResource
_KnownWidget = Annotated[_Widget, Field(discriminator="type")]

if TYPE_CHECKING:  # the same type, without Annotated in a union, which jedi doesn't follow
    Widget = _Widget | UnknownWidget
    """Any widget."""
else:
    Widget = Annotated[_KnownWidget | UnknownWidget, Field(union_mode="left_to_right")]
