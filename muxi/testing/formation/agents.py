"""Agents and their knowledge (contract B2)."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import BaseModel
from starlette.responses import Response

from .envelopes import ApiError, ok, parse
from .guards import Route, admin
from .manifest import agents_of, sources_of
from .masks import written
from .state import Call

GENERALIST = "muxi-generalist"
"""An agent that every formation has in addition to its own. Lists don't include it."""


class Sync(BaseModel):
    """The body of `POST /v1/agents/{id}/knowledge/sync`."""

    source_id: str | None = None


class Rebuild(Sync):
    """The body of `POST /v1/knowledge/rebuild`."""

    agent_id: str | None = None


async def list_agents(call: Call) -> Response:
    """`GET /v1/agents`."""
    found = [written(each) for each in agents_of(call.state.config.manifest)]
    return ok("agent_list", "agent.list", {"agents": found, "count": len(found)})


async def get_agent(call: Call) -> Response:
    """`GET /v1/agents/{id}`."""
    for each in agents_of(call.state.config.manifest):
        if each.get("id") == call.param("agent_id"):
            return ok("agent", "agent.retrieved", written(each))
    raise _missing(call.param("agent_id"))


async def sync_knowledge(call: Call) -> Response:
    """`POST /v1/agents/{id}/knowledge/sync`. No source ever has anything new."""
    body = Sync() if call.body in (None, b"") else parse(Sync, call.body)
    agent_id = call.param("agent_id")
    agent = _agents(call).get(agent_id)
    if agent is None:
        raise _missing(agent_id)
    remote = [each for each in sources_of(agent) if "url" in each]
    if not remote:
        raise ApiError(400, f"Agent '{agent_id}' has no remote knowledge sources")
    wanted = [each for each in remote if body.source_id in (None, each.get("id"))]
    if not wanted:
        # The server drops the last quote.
        text = f"No remote knowledge source '{body.source_id}' registered for agent '{agent_id}"
        raise ApiError(404, text)
    data = {"agent_id": agent_id, "results": [_synced(each) for each in wanted]}
    return ok("agent", "agent.knowledge.synced", data)


async def rebuild_knowledge(call: Call) -> Response:
    """`POST /v1/knowledge/rebuild`."""
    body = parse(Rebuild, call.body)
    agents = _agents(call)
    if body.agent_id and body.agent_id not in agents:
        raise _missing(body.agent_id)
    done = {
        name: _rebuilt(agent, body.source_id)
        for name, agent in agents.items()
        if not body.agent_id or body.agent_id == name
    }
    data = {"agents": done, "source_id": body.source_id}
    return ok("knowledge", "knowledge.trees.rebuilt", data)


def _agents(call: Call) -> dict[str, Mapping[str, object]]:
    own = {str(each.get("id")): each for each in agents_of(call.state.config.manifest)}
    return {**own, GENERALIST: {}}


def _missing(agent_id: str) -> ApiError:
    return ApiError(404, f"Agent '{agent_id}' not found", code="AGENT_NOT_FOUND")


def _synced(source: Mapping[str, object]) -> dict[str, object]:
    counters = ("files_added", "files_modified", "files_deleted", "files_failed")
    return {
        "source_id": source.get("id"),
        "url": source["url"],
        "status": "success",
        **dict.fromkeys((*counters, "bytes_downloaded"), 0),
        "duration_ms": 1,
        "error": "",
    }


def _rebuilt(agent: Mapping[str, object], source_id: str | None) -> dict[str, object]:
    trees = [each.get("id") for each in sources_of(agent) if "agent_tree" in each]
    chosen = [each for each in trees if source_id in (None, each)]
    return {
        "rebuilt": [{"source_id": each, "node_count": 1} for each in chosen],
        "failed": [],
        "skipped": [each for each in trees if each not in chosen],
    }


ROUTES: tuple[Route, ...] = (
    Route("GET", "/agents", admin, list_agents),
    Route("GET", "/agents/{agent_id}", admin, get_agent),
    Route("POST", "/agents/{agent_id}/knowledge/sync", admin, sync_knowledge),
    Route("POST", "/knowledge/rebuild", admin, rebuild_knowledge),
)
