"""The whole configuration: its summary and the document (contract B1)."""

from __future__ import annotations

from pydantic import Field

from .._base import Answer, JsonObject, Model
from ._config import ConfigBlock
from .blocks import A2aConfig, BackgroundConfig, LlmSettings, LoggingConfig, MemoryConfig
from .mcp import McpServer
from .overlord import OverlordBlock


class ConfigResource(Model):
    """Where a part of the configuration is found."""

    resource: str
    """The path, such as `/v1/overlord`."""


class ConfigCount(ConfigResource):
    """How many there are, and where."""

    total: int


class McpSummary(Model):
    """The MCP servers in short."""

    default_retry_attempts: int
    default_timeout_seconds: int
    servers: ConfigCount


class ConfigSummary(Answer):
    """The configuration in short."""

    model_config = {"validate_by_alias": True, "validate_by_name": True}

    formation_id: str
    version: str
    description: str
    schema_version: str
    agents: ConfigCount
    secrets: ConfigCount
    """Those that the configuration uses, not all that are stored."""
    mcp: McpSummary
    overlord: ConfigResource
    llm: ConfigResource
    memory: ConfigResource
    async_: ConfigResource = Field(alias="async")
    scheduler: ConfigResource
    a2a: ConfigResource
    logging: ConfigResource


class ServerBlock(ConfigBlock):
    """The formation's own HTTP server."""

    host: str | None = None
    port: int | None = None
    access_log: bool | None = None
    api_keys: JsonObject | None = Field(default=None, repr=False)
    """The admin key and the client key, masked."""


class McpBlock(ConfigBlock):
    """The MCP servers and what holds for all of them, as configured."""

    defaults: JsonObject | None = None
    default_retry_attempts: int | None = None
    default_timeout_seconds: float | None = None
    max_tool_iterations: int | None = None
    max_tool_calls: int | None = None
    max_repeated_errors: int | None = None
    max_timeout_in_seconds: float | None = None
    max_tool_timeout_in_seconds: float | None = None
    enhance_user_prompts: bool | None = None
    servers: list[McpServer] | None = None


class SchedulerBlock(ConfigBlock):
    """The scheduler, as configured."""

    enabled: bool | None = None
    timezone: str | None = None
    check_interval_minutes: int | None = None
    max_concurrent_jobs: int | None = None
    max_failures_before_pause: int | None = None
    default_time: str | None = None


class UserCredentialsBlock(ConfigBlock):
    """How users' own credentials come in."""

    mode: str | None = None


class ProactiveBlock(ConfigBlock):
    """How the formation speaks first."""

    channels: JsonObject | None = Field(default=None, repr=False)
    """By name."""
    default_channel: str | None = None


class CommandsBlock(ConfigBlock):
    """Slash commands."""

    enabled: bool | None = None


class FormationDocument(ConfigBlock, Answer):
    """The formation as it was deployed, references to secrets unresolved.

    Free of form: what a formation doesn't configure is None, and keys unknown to this version are
    in `model_extra`.
    """

    schema_version: str | None = Field(default=None, alias="schema")
    id: str | None = None
    formation_id: str | None = None
    name: str | None = None
    description: str | None = None
    version: str | None = None
    author: str | None = None
    server: ServerBlock | None = None
    llm: LlmSettings | None = None
    overlord: OverlordBlock | None = None
    memory: MemoryConfig | None = None
    async_: BackgroundConfig | None = Field(default=None, alias="async")
    scheduler: SchedulerBlock | None = None
    user_credentials: UserCredentialsBlock | None = None
    auto_extract_user_info: bool | None = None
    logging: LoggingConfig | None = None
    mcp: McpBlock | None = None
    agents: list[JsonObject] | None = Field(default=None, repr=False)
    a2a: A2aConfig | None = None
    skills: list[str | JsonObject] | None = None
    proactive: ProactiveBlock | None = None
    commands: CommandsBlock | None = None
    links: JsonObject | None = None
    """By name."""
