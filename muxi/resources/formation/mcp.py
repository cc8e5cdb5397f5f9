"""MCP servers and tools (contract B3)."""

from __future__ import annotations

from ..._core.call import Call, KeyKind, path
from ..._core.endpoint import Resource, TransportT, endpoint
from ...models import formation as m


class Mcp(Resource[TransportT]):
    """The MCP servers of the formation. They are changed by deploying the formation anew."""

    @endpoint
    def list_servers(self) -> Call[m.McpServerList]:
        """List the configured MCP servers; they aren't paged. Needs the admin key.

        Secrets that are written out in it are not masked here; `get_server` masks them.
        """
        return Call("GET", path("mcp", "servers"), m.McpServerList, KeyKind.ADMIN)

    @endpoint
    def get_server(self, server_id: str) -> Call[m.McpServer]:
        """Fetch one MCP server. Needs the admin key.

        Args:
            server_id: Which server.

        Raises:
            NotFoundError: No MCP server has this id.
        """
        return Call("GET", path("mcp", "servers", server_id), m.McpServer, KeyKind.ADMIN)

    @endpoint
    def list_tools(self) -> Call[m.McpToolList]:
        """List the tools that the formation itself offers. Needs the admin key.

        The server has them written down: they are not those of the configured MCP servers.
        """
        return Call("GET", path("mcp", "tools"), m.McpToolList, KeyKind.ADMIN)
