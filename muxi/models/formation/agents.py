"""Agents and their knowledge (contract B2)."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from .._base import Answer, Id, JsonObject, Listing, Model, Request
from ._config import ConfigBlock, ConfigComponent


class KnowledgeSource(ConfigBlock):
    """A folder, a file or a remote location with documents that an agent can search."""

    id: str | None = None
    """The id of a remote source, made by the server if none is configured; None for local ones."""
    path: str | None = None
    """The path of a local source on the server."""
    url: str | None = Field(default=None, repr=False)
    """The URL of a remote source; it may contain credentials."""
    description: str | None = None
    max_files: int | None = None
    """The most files to read."""
    max_file_size: int | None = None
    """The largest file to read, in bytes."""


class AgentKnowledge(ConfigBlock):
    """The knowledge of an agent."""

    enabled: bool | None = None
    sources: list[KnowledgeSource] | None = None


class Agent(ConfigComponent, Answer):
    """An agent, as it is configured."""

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
    """All configured agents."""

    agents: list[Agent]


class SyncRequest(Request):
    """The request body of `agents.sync_knowledge`."""

    source_id: Id | None = None


class SyncResult(Model):
    """What a sync did with one remote source."""

    source_id: str
    url: str = Field(repr=False)
    status: Literal["success", "partial", "failed", "skipped"] | str
    """`"skipped"` means that another sync of the source is running; the counts are None then."""
    reason: str | None = None
    """Why the source was skipped."""
    files_added: int | None = None
    files_modified: int | None = None
    files_deleted: int | None = None
    files_failed: int | None = None
    bytes_downloaded: int | None = None
    duration_ms: float | None = None
    """How long the sync took, in milliseconds."""
    error: str | None = None
    """What went wrong; empty if nothing did."""


class KnowledgeSync(Listing[SyncResult]):
    """The result of a knowledge sync: a sequence with one item per source."""

    agent_id: str
    results: list[SyncResult]


class RebuildRequest(Request):
    """The request body of `knowledge.rebuild`."""

    agent_id: Id | None = None
    source_id: Id | None = None


class RebuiltTree(Model):
    """A knowledge tree that was rebuilt."""

    source_id: str
    node_count: int


class RebuildReport(Model):
    """What a rebuild did with the sources of one agent."""

    rebuilt: list[RebuiltTree]
    failed: list[str]
    """The ids of sources whose tree could not be built."""
    skipped: list[str]
    """The ids of sources that were not requested."""


class KnowledgeRebuild(Answer):
    """The result of a rebuild of knowledge trees."""

    agents: dict[str, RebuildReport]
    """One report per agent id, the built-in agent `muxi-generalist` included."""
    source_id: str | None = None
    """The source that was requested; None for all."""
