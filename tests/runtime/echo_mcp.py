"""A tiny MCP server on stdio, so that the formation has a tool to call: echo__echo."""

from mcp.server.fastmcp import FastMCP  # type: ignore[import-not-found]


def echo(text: str) -> str:
    """Return the text unchanged."""
    return text


if __name__ == "__main__":
    server = FastMCP("echo")
    server.add_tool(echo)
    server.run("stdio")
