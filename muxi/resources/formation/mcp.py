"""MCP servers and tools (contract B3)."""

from __future__ import annotations

from ..._core.call import Call, KeyKind, path
from ..._core.endpoint import endpoint
from ..._core.resource import Resource
from ...models import formation as m


class Mcp(Resource):
    """The formation's MCP servers and tools. To change them, deploy the formation again.

    Example:
        ```python
        from muxi import FormationClient

        with FormationClient() as formation:
            for server in formation.mcp.list_servers():
                print(server.id, server.type)
        ```
    """

    @endpoint
    def list_servers(self) -> Call[m.McpServerList]:
        """List all configured MCP servers. Needs the admin key.

        Secrets that are written out in the configuration are not masked here; `get_server` masks
        them.

        Raises:
            AuthenticationError: The admin key is wrong.
        """
        return Call("GET", path("mcp", "servers"), m.McpServerList, KeyKind.ADMIN)

    @endpoint
    def get_server(self, server_id: str) -> Call[m.McpServer]:
        """Return an MCP server. Needs the admin key.

        Args:
            server_id: The server's id in the formation's configuration.

        Raises:
            AuthenticationError: The admin key is wrong.
            NotFoundError: The formation has no MCP server with this id.
        """
        return Call("GET", path("mcp", "servers", server_id), m.McpServer, KeyKind.ADMIN)

    @endpoint
    def list_tools(self) -> Call[m.McpToolList]:
        """List the tools that the formation itself provides. Needs the admin key.

        The tools of the configured MCP servers are not among them.

        Raises:
            AuthenticationError: The admin key is wrong.
        """
        return Call("GET", path("mcp", "tools"), m.McpToolList, KeyKind.ADMIN)
