"""The configuration: summary, whole document and parts (contract B1, B3, B4, B6, B14)."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from .._base import BY_NAME, Answer, JsonObject, Listing, Model
from ._config import ConfigBlock
from .mcp import McpServer
from .overlord import OverlordBlock

LogLevel = Literal["debug", "info", "warning", "error", "critical"] | str


class LlmSettings(ConfigBlock, Answer):
    """The language models. Empty if the formation configures none."""

    api_keys: JsonObject | None = Field(default=None, repr=False)
    """Keys by provider, masked or as references to secrets."""
    settings: JsonObject | None = None
    models: list[JsonObject] | None = Field(default=None, repr=False)
    """Maps from a capability (`text`, `embedding`, `audio` …) to the model."""


class McpDefaults(ConfigBlock, Answer):
    """The defaults for all MCP servers, and the servers.

    The server takes the defaults from the block `mcp.defaults` and ignores values directly under
    `mcp`.
    """

    default_retry_attempts: int
    default_timeout_seconds: int
    max_tool_iterations: int
    max_tool_calls: int
    max_repeated_errors: int
    max_timeout_in_seconds: int
    max_tool_timeout_in_seconds: int
    enhance_user_prompts: bool
    servers: list[McpServer]


class BufferConfig(ConfigBlock):
    """The message buffer."""

    size: int | None = None
    """The size in messages."""
    multiplier: float | None = None
    vector_search: bool | None = None
    embedding_model: str | None = None


class WorkingMemoryConfig(ConfigBlock):
    """The working memory."""

    max_memory_mb: float | str | None = None
    """The limit in MiB, or a word such as `"auto"`."""
    mode: Literal["local", "remote"] | str | None = None


class PersistentMemoryConfig(ConfigBlock):
    """The database that the memory is stored in."""

    connection_string: str | None = Field(default=None, repr=False)
    """The server doesn't mask it."""
    embedding_model: str | None = None


class LintConfig(ConfigBlock):
    """The regular clean-up of the memory."""

    enabled: bool | None = None
    schedule: str | None = None


class DistilleryConfig(ConfigBlock):
    """The intake of distilled memories."""

    enabled: bool | None = None


class MemoryConfig(ConfigBlock, Answer):
    """The memory. Empty if the formation doesn't configure it."""

    buffer: BufferConfig | None = None
    working: WorkingMemoryConfig | None = None
    persistent: PersistentMemoryConfig | None = None
    events: JsonObject | None = Field(default=None, repr=False)
    ingestion: JsonObject | None = Field(default=None, repr=False)
    lint: LintConfig | None = None
    distillery: DistilleryConfig | None = None


class SchedulerSettings(ConfigBlock, Answer):
    """The scheduler, with the server's defaults filled in."""

    enabled: bool
    timezone: str
    check_interval_minutes: int
    max_concurrent_jobs: int
    max_failures_before_pause: int
    default_time: str
    """The time (HH:MM) of jobs that are scheduled for a day."""


class BackgroundConfig(ConfigBlock, Answer):
    """How turns move to the background. Empty if the formation doesn't configure it."""

    threshold_seconds: float | None = None
    """A turn that is estimated to take longer continues in the background."""
    enable_estimation: bool | None = None
    webhook_url: str | None = Field(default=None, repr=False)
    webhook_retries: int | None = None
    webhook_timeout: float | None = None
    """The timeout of one delivery, in seconds."""
    mode: str | None = None


class A2aConfig(ConfigBlock, Answer):
    """How agents talk to agents of other formations. Empty if it isn't configured."""

    enabled: bool | None = None
    inbound: JsonObject | None = Field(default=None, repr=False)
    outbound: JsonObject | None = Field(default=None, repr=False)


class SystemLog(ConfigBlock):
    """The system log."""

    level: LogLevel | None = None
    destination: str | None = Field(default=None, repr=False)


class LogStream(ConfigBlock):
    """A stream of the conversation log, as it is configured."""

    id: str | None = None
    transport: Literal["stdout", "file", "stream"] | str | None = None
    level: LogLevel | None = None
    format: Literal["text", "jsonl"] | str | None = None
    enabled: bool | None = None
    destination: str | None = Field(default=None, repr=False)
    events: list[str] | str | None = None
    auth: JsonObject | None = Field(default=None, repr=False)
    """The server doesn't mask it."""


class ConversationLog(ConfigBlock):
    """The conversation log: what happens in users' turns."""

    enabled: bool | None = None
    streams: list[LogStream] | None = None


class LoggingConfig(ConfigBlock, Answer):
    """Logging. Empty if the formation doesn't configure it."""

    system: SystemLog | None = None
    conversation: ConversationLog | None = None


class LogDestination(ConfigBlock):
    """A destination of the conversation log."""

    id: str
    """`"dest-<n>"` if the formation gives none."""
    transport: Literal["stdout", "file", "stream"] | str
    level: LogLevel
    format: Literal["text", "jsonl"] | str
    enabled: bool
    destination: str | None = Field(default=None, repr=False)
    """The path or URL; None for `"stdout"`."""


class ConversationDestinations(ConfigBlock):
    """The destinations of the conversation log."""

    destinations: list[LogDestination]
    count: int


class LogDestinations(Listing[LogDestination]):
    """Where logs are written: a sequence of the conversation log's destinations."""

    system: SystemLog
    conversation: ConversationDestinations

    @property
    def items(self) -> list[LogDestination]:
        """The destinations of the conversation log, in the configured order."""
        return self.conversation.destinations


class ConfigResource(Model):
    """A part of the configuration that has an endpoint of its own."""

    resource: str
    """The path of its endpoint, such as `/v1/overlord`."""


class ConfigCount(ConfigResource):
    """The number of agents, secrets or MCP servers, and the path of their endpoint."""

    total: int


class McpSummary(Model):
    """A summary of the MCP servers."""

    default_retry_attempts: int
    default_timeout_seconds: int
    servers: ConfigCount


class ConfigSummary(Answer):
    """A summary of the configuration."""

    model_config = BY_NAME

    formation_id: str
    version: str
    description: str
    schema_version: str
    agents: ConfigCount
    secrets: ConfigCount
    """The secrets that the configuration uses, not all that are stored."""
    mcp: McpSummary
    overlord: ConfigResource
    llm: ConfigResource
    memory: ConfigResource
    async_: ConfigResource = Field(alias="async")
    scheduler: ConfigResource
    a2a: ConfigResource
    logging: ConfigResource


class ServerBlock(ConfigBlock):
    """The formation's HTTP server, as it is configured."""

    host: str | None = None
    port: int | None = None
    access_log: bool | None = None
    api_keys: JsonObject | None = Field(default=None, repr=False)
    """The admin key and the client key, masked."""


class McpBlock(ConfigBlock):
    """The MCP servers and their defaults, as they are configured."""

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
    """The scheduler, as it is configured."""

    enabled: bool | None = None
    timezone: str | None = None
    check_interval_minutes: int | None = None
    max_concurrent_jobs: int | None = None
    max_failures_before_pause: int | None = None
    default_time: str | None = None


class UserCredentialsBlock(ConfigBlock):
    """How users provide their own credentials, as it is configured."""

    mode: str | None = None


class ProactiveBlock(ConfigBlock):
    """Notifications to users, as they are configured."""

    channels: JsonObject | None = Field(default=None, repr=False)
    """The channels, by name."""
    default_channel: str | None = None


class CommandsBlock(ConfigBlock):
    """Slash commands, as they are configured."""

    enabled: bool | None = None


class FormationDocument(ConfigBlock, Answer):
    """The whole configuration, as it was deployed: secrets are references.

    Fields that the formation doesn't configure are None. Keys that this version doesn't know are in
    `model_extra`.
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
    """URLs, by name."""
