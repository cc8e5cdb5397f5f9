"""The configuration of the overlord, which directs the agents (contract B4)."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from .._base import Answer, JsonObject
from ._config import ConfigBlock


class Soul(Answer):
    """The overlord's soul: the character that the formation shows its users."""

    soul: str


class CachingConfig(ConfigBlock):
    """The cache of model responses."""

    enabled: bool | None = None
    ttl: float | None = None
    """How long responses are kept, in seconds."""


class ResponseConfig(ConfigBlock):
    """How replies are created."""

    format: Literal["markdown", "text", "html", "json"] | str | None = None
    widgets: bool | None = None
    streaming: bool | None = None
    stream_tokens: bool | None = None
    progress: bool | JsonObject | None = None
    retry_async: bool | JsonObject | None = None


class WorkflowConfig(ConfigBlock):
    """How complex tasks are planned. A configured block replaces all defaults."""

    auto_decomposition: bool | None = None
    plan_approval_threshold: float | None = None
    complexity_method: str | None = None
    complexity_threshold: float | None = None
    routing_strategy: str | None = None
    enable_agent_affinity: bool | None = None
    error_recovery: str | None = None
    parallel_execution: bool | None = None
    max_parallel_tasks: int | None = None
    partial_results: bool | None = None


class ClarificationConfig(ConfigBlock):
    """How the formation asks clarifying questions."""

    max_questions: int | None = None
    style: str | None = None
    persist_learned_info: bool | None = None


class OverlordBlock(ConfigBlock):
    """The overlord, as it is configured."""

    soul: str | None = None
    llm: JsonObject | None = Field(default=None, repr=False)
    caching: CachingConfig | None = None
    response: ResponseConfig | None = None
    workflow: WorkflowConfig | None = None
    clarification: ClarificationConfig | None = None


class OverlordConfig(ConfigBlock, Answer):
    """The overlord; blocks that aren't configured have the server's defaults."""

    soul: str
    llm: JsonObject = Field(repr=False)
    caching: CachingConfig
    response: ResponseConfig
    workflow: WorkflowConfig
    clarification: ClarificationConfig
