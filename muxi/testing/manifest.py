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
}


def list_of(manifest: Manifest, key: str) -> list[object]:
    """The list under a key; empty where there is none."""
    found = manifest.get(key)
    return [*found] if isinstance(found, list) else []
