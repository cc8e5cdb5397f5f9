"""MCP: the servers that agents take tools from (contract B3)."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from .._base import Answer, JsonObject, Listing, Model
from ._config import ConfigComponent


class McpServer(ConfigComponent, Answer):
    """An MCP server as it is configured.

    What may hold secrets doesn't show in `repr`: `args`, `endpoint`, `env`, `auth`.
    """

    type: Literal["command", "http"] | str | None = None
    command: str | None = None
    """What runs a `command` server."""
    args: list[str] | None = Field(default=None, repr=False)
    endpoint: str | None = Field(default=None, repr=False)
    """The URL of an `http` server."""
    env: JsonObject | None = Field(default=None, repr=False)
    auth: JsonObject | None = Field(default=None, repr=False)
    accept_inline: bool | None = None
    """Users may give their own credentials in a conversation."""
    timeout_seconds: float | None = None
    """Seconds."""
    retry_attempts: int | None = None


class McpServerList(Listing[McpServer]):
    """All configured MCP servers; the server doesn't page them."""

    items_field = "servers"
    servers: list[McpServer]


class ToolParameter(Model):
    """A parameter of a tool."""

    type: str
    required: bool | None = None
    enum: list[Any] | None = None
    """The values that it takes; None for any."""
    default: Any = None


class McpTool(Model):
    """A tool that the formation itself offers."""

    name: str
    description: str
    access: Literal["admin", "client"] | str
    """Which key its caller needs."""
    parameters: dict[str, ToolParameter]


class McpToolList(Listing[McpTool]):
    """The tools that the formation itself offers."""

    items_field = "tools"
    tools: list[McpTool]
