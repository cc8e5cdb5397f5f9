"""What a formation is made of, when nobody says."""

from __future__ import annotations

from collections.abc import Mapping

Manifest = Mapping[str, object]
"""The contents of a `formation.afs`; agents, MCP servers, skills, SOPs, triggers and knowledge
are written out where the file may name files of their own."""

DEFAULT: Manifest = {
    "schema": "1.0.0",
    "description": "An emulated formation",
    "version": "1.0.0",
    "agents": [
        {
            "schema": "1.0.0",
            "id": "assistant",
            "name": "Assistant",
            "description": "Answers whatever it is asked",
            "system_message": "You are the assistant.",
        }
    ],
    "memory": {"distillery": {"enabled": True}},
    "proactive": {"channels": {"inbox": {"url": "http://127.0.0.1/inbox"}}},
}


def list_of(manifest: Manifest, key: str) -> list[object]:
    """The list under a key; empty where there is none."""
    found = manifest.get(key)
    return [*found] if isinstance(found, list) else []


def block_of(block: Manifest, key: str) -> dict[str, object]:
    """The mapping under a key; empty where there is none."""
    return _mapping(block.get(key))


def servers_of(manifest: Manifest) -> list[dict[str, object]]:
    """The MCP servers as the server loads them."""
    found = _documents(block_of(manifest, "mcp"), "servers")
    return [{**each, "source": "formation"} for each in found]


def _documents(block: Manifest, key: str) -> list[dict[str, object]]:
    return [_mapping(each) for each in list_of(block, key)]


def _mapping(found: object) -> dict[str, object]:
    return {**found} if isinstance(found, dict) else {}
