"""Blocks of a formation's configuration, as it was written (contract B3, B4, B6, B14)."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from .._base import Answer, JsonObject, Listing
from ._config import ConfigBlock
from .mcp import McpServer

LogLevel = Literal["debug", "info", "warning", "error", "critical"] | str


class LlmSettings(ConfigBlock, Answer):
    """The language models; empty where the formation configures none."""

    api_keys: JsonObject | None = Field(default=None, repr=False)
    """By provider, masked or as references to secrets."""
    settings: JsonObject | None = None
    models: list[JsonObject] | None = Field(default=None, repr=False)
    """One map each, from the kind (`text`, `embedding`, `audio` …) to the model."""


class McpDefaults(ConfigBlock, Answer):
    """What holds for all MCP servers, and the servers.

    This server reads a block `mcp.defaults`: what stands directly under `mcp` isn't reflected.
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
    """The conversation buffer."""

    size: int | None = None
    """In messages."""
    multiplier: float | None = None
    vector_search: bool | None = None
    embedding_model: str | None = None


class WorkingMemoryConfig(ConfigBlock):
    """The working memory."""

    max_memory_mb: float | str | None = None
    """In MiB; may be a word such as "auto"."""
    mode: Literal["local", "remote"] | str | None = None


class PersistentMemoryConfig(ConfigBlock):
    """The database behind the memory."""

    connection_string: str | None = Field(default=None, repr=False)
    """As the server sends it: not masked."""
    embedding_model: str | None = None


class LintConfig(ConfigBlock):
    """The regular clean-up of memories."""

    enabled: bool | None = None
    schedule: str | None = None


class DistilleryConfig(ConfigBlock):
    """The intake of distilled memories."""

    enabled: bool | None = None


class MemoryConfig(ConfigBlock, Answer):
    """The memory."""

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
    """HH:MM, for jobs that name a day only."""


class BackgroundConfig(ConfigBlock, Answer):
    """How turns go to the background; empty where the formation doesn't say."""

    threshold_seconds: float | None = None
    """A turn that is estimated to take longer goes on in the background."""
    enable_estimation: bool | None = None
    webhook_url: str | None = Field(default=None, repr=False)
    webhook_retries: int | None = None
    webhook_timeout: float | None = None
    """Seconds."""
    mode: str | None = None


class A2aConfig(ConfigBlock, Answer):
    """Agents talking to agents of other formations; empty where the formation doesn't say."""

    enabled: bool | None = None
    inbound: JsonObject | None = Field(default=None, repr=False)
    outbound: JsonObject | None = Field(default=None, repr=False)


class SystemLog(ConfigBlock):
    """The log of the infrastructure."""

    level: LogLevel | None = None
    destination: str | None = Field(default=None, repr=False)


class LogStream(ConfigBlock):
    """A stream of the conversation log."""

    id: str | None = None
    transport: Literal["stdout", "file", "stream"] | str | None = None
    level: LogLevel | None = None
    format: Literal["text", "jsonl"] | str | None = None
    enabled: bool | None = None
    destination: str | None = Field(default=None, repr=False)
    events: list[str] | str | None = None
    auth: JsonObject | None = Field(default=None, repr=False)
    """As the server sends it: not masked."""


class ConversationLog(ConfigBlock):
    """The log of what users see."""

    enabled: bool | None = None
    streams: list[LogStream] | None = None


class LoggingConfig(ConfigBlock, Answer):
    """Logging; empty where the formation doesn't say."""

    system: SystemLog | None = None
    conversation: ConversationLog | None = None


class LogDestination(ConfigBlock):
    """Where a stream of the conversation log goes."""

    id: str
    """`dest-<n>` where the formation gives none."""
    transport: Literal["stdout", "file", "stream"] | str
    level: LogLevel
    format: Literal["text", "jsonl"] | str
    enabled: bool
    destination: str | None = Field(default=None, repr=False)
    """A path or URL; absent for `stdout`."""


class ConversationDestinations(ConfigBlock):
    """The destinations of the conversation log."""

    destinations: list[LogDestination]
    count: int


class LogDestinations(Listing[LogDestination]):
    """Where logs go. A sequence of the conversation log's destinations."""

    system: SystemLog
    conversation: ConversationDestinations

    @property
    def items(self) -> list[LogDestination]:
        """The destinations of the conversation log, in the configured order."""
        return self.conversation.destinations
