"""The SDK method for each path: agents, knowledge, MCP, skills, SOPs, triggers."""

from __future__ import annotations

from collections.abc import Callable

from muxi import FormationClient

ASK: list[tuple[str, str, Callable[[FormationClient], object]]] = [
    ("GET", r"/v1/agents", lambda f: f.agents.list()),
    ("GET", r"/v1/agents/[^/]+", lambda f: f.agents.get("a")),
    ("POST", r"/v1/agents/[^/]+/knowledge/sync", lambda f: f.agents.sync_knowledge("a")),
    ("GET", r"/v1/agents/[^/]+/skills", lambda f: f.agents.list_skills("a")),
    ("POST", r"/v1/knowledge/rebuild", lambda f: f.knowledge.rebuild()),
    ("GET", r"/v1/mcp/servers", lambda f: f.mcp.list_servers()),
    ("GET", r"/v1/mcp/servers/[^/]+", lambda f: f.mcp.get_server("s")),
    ("GET", r"/v1/mcp/tools", lambda f: f.mcp.list_tools()),
    ("GET", r"/v1/skills", lambda f: f.skills.list()),
    ("GET", r"/v1/skills/[^/]+", lambda f: f.skills.get("s")),
    ("GET", r"/v1/sops", lambda f: f.sops.list()),
    ("GET", r"/v1/sops/[^/]+", lambda f: f.sops.get("s")),
    ("GET", r"/v1/triggers", lambda f: f.triggers.list()),
    ("GET", r"/v1/triggers/[^/]+", lambda f: f.triggers.get("t")),
    ("POST", r"/v1/triggers/[^/]+", lambda f: f.triggers.fire("t", {})),
]
