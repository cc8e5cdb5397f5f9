"""Agents, and the knowledge they draw on (contract B2)."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from .._base import Answer, JsonObject, Listing, Model, Request
from ._config import ConfigBlock, ConfigComponent


class KnowledgeSource(ConfigBlock):
    """A folder, a file or a remote place whose documents an agent knows."""

    id: str | None = None
    """Of remote sources; the server makes one where none is configured."""
    path: str | None = None
    """Where a local source is on the server."""
    url: str | None = Field(default=None, repr=False)
    """Where a remote source is; it may hold credentials."""
    description: str | None = None
    max_files: int | None = None
    max_file_size: int | None = None
    """Bytes."""


class AgentKnowledge(ConfigBlock):
    """What an agent knows."""

    enabled: bool | None = None
    sources: list[KnowledgeSource] | None = None


class Agent(ConfigComponent, Answer):
    """An agent as it is configured."""

    name: str | None = None
    role: str | None = None
    author: str | None = None
    url: str | None = None
    license: str | None = None
    version: str | None = None
    system_message: str | None = None
    specialties: list[str] | None = None
    llm_models: list[JsonObject] | None = Field(default=None, repr=False)
    mcp_servers: list[str | JsonObject] | None = Field(default=None, repr=False)
    skills: list[str | JsonObject] | None = None
    knowledge: AgentKnowledge | list[KnowledgeSource] | None = None
    a2a: JsonObject | None = Field(default=None, repr=False)


class AgentList(Listing[Agent]):
    """All configured agents; the server doesn't page them."""

    items_field = "agents"
    agents: list[Agent]


class SyncRequest(Request):
    """The body of a knowledge sync."""

    source_id: str | None = None


class SyncResult(Model):
    """What a sync did with one remote source."""

    source_id: str
    url: str = Field(repr=False)
    status: Literal["success", "partial", "failed", "skipped"] | str
    """`skipped`: it is being synced already; `reason` says so, and nothing is counted."""
    reason: str | None = None
    files_added: int | None = None
    files_modified: int | None = None
    files_deleted: int | None = None
    files_failed: int | None = None
    bytes_downloaded: int | None = None
    duration_ms: float | None = None
    """Milliseconds."""
    error: str | None = None
    """Empty where nothing went wrong."""


class KnowledgeSync(Listing[SyncResult]):
    """What a sync did, source by source."""

    items_field = "results"
    agent_id: str
    results: list[SyncResult]


class RebuildRequest(Request):
    """The body of a rebuild."""

    agent_id: str | None = None
    source_id: str | None = None


class RebuiltTree(Model):
    """A knowledge tree that was built anew."""

    source_id: str
    node_count: int


class RebuildReport(Model):
    """What a rebuild did with the sources of one agent, by source id."""

    rebuilt: list[RebuiltTree]
    failed: list[str]
    skipped: list[str]
    """Those that the rebuild was not asked for."""


class KnowledgeRebuild(Answer):
    """What a rebuild of knowledge trees did."""

    agents: dict[str, RebuildReport]
    """By agent id; the built-in agent `muxi-generalist` is among them."""
    source_id: str | None = None
    """The only source that was asked for; None for all."""
