"""MCP servers and tools (contract B3)."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.responses import Response

from .envelopes import ApiError, ok
from .guards import Route, admin
from .manifest import block_of, servers_of
from .masks import written
from .state import Call

_DEFAULTS: Mapping[str, object] = {
    "default_retry_attempts": 3,
    "default_timeout_seconds": 30,
    "max_tool_iterations": 10,
    "max_tool_calls": 50,
    "max_repeated_errors": 3,
    "max_timeout_in_seconds": 300,
    "max_tool_timeout_in_seconds": 30,
    "enhance_user_prompts": True,
}


async def get_defaults(call: Call) -> Response:
    """`GET /v1/mcp`. The server reads `mcp.defaults`, but no formation has its settings there."""
    manifest = call.state.config.manifest
    given = block_of(block_of(manifest, "mcp"), "defaults")
    data = {
        key: given.get(key.removeprefix("default_"), default) for key, default in _DEFAULTS.items()
    }
    data["servers"] = servers_of(manifest)
    return ok("mcp_defaults", "mcp.defaults.retrieved", data)


async def list_servers(call: Call) -> Response:
    """`GET /v1/mcp/servers`. Secrets aren't masked, as on the server."""
    found = servers_of(call.state.config.manifest)
    return ok("mcp_server_list", "mcp.server.list", {"servers": found, "count": len(found)})


async def get_server(call: Call) -> Response:
    """`GET /v1/mcp/servers/{id}`."""
    name = call.param("server_id")
    for each in servers_of(call.state.config.manifest):
        if each.get("id") == name:
            return ok("mcp_server", "mcp.server.retrieved", written(each))
    raise ApiError(404, f"MCP server '{name}' not found", code="MCP_SERVER_NOT_FOUND")


async def list_tools(call: Call) -> Response:
    """`GET /v1/mcp/tools`. It always returns the same six tools."""
    return ok("list", "mcp_tool.list", {"tools": _TOOLS})


def _tool(name: str, description: str, access: str, **parameters: object) -> dict[str, object]:
    about = {"name": name, "description": description, "access": access}
    return {**about, "parameters": parameters}


def _value(kind: str, *, required: bool = True, **more: object) -> dict[str, object]:
    return {"type": kind, "required": required, **more}


_USER = _value("string")
_TOOLS = (
    _tool("formation_list_agents", "The agents", "admin"),
    _tool(
        "formation_update_agent",
        "Change an agent",
        "admin",
        agent_id=_value("string"),
        updates=_value("object"),
    ),
    _tool(
        "formation_manage_secrets",
        "Change the secrets",
        "admin",
        action=_value("string", enum=["create", "update", "delete"]),
        key=_value("string"),
        value=_value("string", required=False),
    ),
    _tool(
        "chat",
        "Say something",
        "client",
        message=_value("string"),
        user_id=_value("string", required=False),
        files=_value("array", required=False),
    ),
    _tool(
        "get_memories",
        "The memories of a user",
        "client",
        user_id=_USER,
        limit=_value("integer", required=False, default=10),
    ),
    _tool(
        "create_memory",
        "Remember something about a user",
        "client",
        user_id=_USER,
        content=_value("string"),
        metadata=_value("object", required=False),
    ),
)

ROUTES: tuple[Route, ...] = (
    Route("GET", "/mcp", admin, get_defaults),
    Route("GET", "/mcp/servers", admin, list_servers),
    Route("GET", "/mcp/servers/{server_id}", admin, get_server),
    Route("GET", "/mcp/tools", admin, list_tools),
)
