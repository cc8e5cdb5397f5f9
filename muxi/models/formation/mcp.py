"""MCP servers and tools (contract B3)."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from .._base import Answer, JsonObject, Listing, Model
from ._config import ConfigComponent


class McpServer(ConfigComponent, Answer):
    """An MCP server, as it is configured.

    `repr` leaves out the fields that may contain secrets: `args`, `endpoint`, `env`, `auth`.
    """

    type: Literal["command", "http"] | str | None = None
    command: str | None = None
    """The program of a `"command"` server."""
    args: list[str] | None = Field(default=None, repr=False)
    endpoint: str | None = Field(default=None, repr=False)
    """The URL of an `"http"` server."""
    env: JsonObject | None = Field(default=None, repr=False)
    auth: JsonObject | None = Field(default=None, repr=False)
    accept_inline: bool | None = None
    """Whether users may give their own credentials in a conversation."""
    timeout_seconds: float | None = None
    retry_attempts: int | None = None


class McpServerList(Listing[McpServer]):
    """All configured MCP servers."""

    servers: list[McpServer]


class ToolParameter(Model):
    """A parameter of a tool."""

    type: str
    required: bool | None = None
    enum: list[Any] | None = None
    """The values that are allowed; None for any."""
    default: Any = None


class McpTool(Model):
    """A tool that the formation itself provides."""

    name: str
    description: str
    access: Literal["admin", "client"] | str
    """The key that a caller needs."""
    parameters: dict[str, ToolParameter]
    """By name."""


class McpToolList(Listing[McpTool]):
    """The tools that the formation itself provides."""

    tools: list[McpTool]
