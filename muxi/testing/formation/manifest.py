"""The formation's manifest, and how the server reads it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

Manifest = Mapping[str, object]
"""The content of a `formation.afs`, with the agents and MCP servers inside. Files beside it are
keys too: `sops` and `triggers` map names to Markdown, `MUXI.md` and `PENDING-MUXI.md` are the
guidance."""

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

FOLDER = "/srv/formation"
"""The path of the formation's files in responses. It doesn't exist."""

BESIDE = ("sops", "triggers", "MUXI.md", "PENDING-MUXI.md")
"""Keys that are separate files, not part of the document."""

_SECRET = re.compile(r"\$\{\{\s*secrets\.([A-Za-z0-9_-]+)\s*\}\}")
_CREDENTIAL = re.compile(r"\$\{\{\s*user\.credentials\.([A-Za-z0-9_-]+)\s*\}\}")
_LIMITS: Manifest = {"max_files": 100, "max_file_size": 10_485_760}


def as_list(found: object) -> list[object]:
    """Return a list unchanged, and an empty list for anything else."""
    return [*found] if isinstance(found, list) else []


def as_map(found: object) -> dict[str, object]:
    """Return a mapping unchanged, and an empty mapping for anything else."""
    return {**found} if isinstance(found, dict) else {}


def list_of(block: Manifest, key: str) -> list[object]:
    """Return the list under a key, or an empty list."""
    return as_list(block.get(key))


def block_of(block: Manifest, key: str) -> dict[str, object]:
    """Return the mapping under a key, or an empty mapping."""
    return as_map(block.get(key))


def maps_of(block: Manifest, key: str) -> list[dict[str, object]]:
    """Return the list of mappings under a key."""
    return [as_map(each) for each in list_of(block, key)]


def agents_of(manifest: Manifest) -> list[dict[str, object]]:
    """Return the agents as the server loads them."""
    return [_agent(each) for each in maps_of(manifest, "agents")]


def servers_of(manifest: Manifest) -> list[dict[str, object]]:
    """Return the MCP servers as the server loads them."""
    found = maps_of(block_of(manifest, "mcp"), "servers")
    return [{**each, "source": "formation"} for each in found]


def sources_of(agent: Manifest) -> list[dict[str, object]]:
    """Return an agent's knowledge sources."""
    return maps_of(block_of(agent, "knowledge"), "sources")


def texts_of(manifest: Manifest, key: str) -> dict[str, str]:
    """Return Markdown files by name, sorted."""
    return {name: str(text) for name, text in sorted(block_of(manifest, key).items())}


def secrets_of(manifest: Manifest) -> set[str]:
    """Return the names of the secrets that the formation refers to."""
    document = {key: value for key, value in manifest.items() if key not in BESIDE}
    text = json.dumps(document, default=str)
    names = {*_SECRET.findall(text)}
    names |= {f"user_credentials_{name}" for name in _CREDENTIAL.findall(text)}
    return {secret_name(name) for name in names}


def secret_name(given: str) -> str:
    """Return a secret's name as the server stores it."""
    return re.sub(r"[^A-Z0-9]+", "_", given.upper()).strip("_")


def front_matter(text: str) -> tuple[str, str]:
    """Return the YAML front matter of a Markdown file, or an empty one, and the text after it."""
    found = re.match(r"---[ \t]*\n(?P<yaml>.*?)\n---[ \t]*(?:\n|$)", text, re.DOTALL)
    return (found["yaml"], text[found.end() :]) if found else ("", text)


def _agent(written: dict[str, object]) -> dict[str, object]:
    agent = {**written, "source": "formation"}
    found = written.get("knowledge")
    if found is None:
        return agent
    block: dict[str, object] = {"sources": found} if isinstance(found, list) else as_map(found)
    sources = [_source(each) for each in maps_of(block, "sources")]
    return agent | {"knowledge": {"enabled": True, **block, "sources": sources}}


def _source(written: dict[str, object]) -> dict[str, object]:
    source = {**_LIMITS, **written}
    if "path" in written:
        source["path"] = f"{FOLDER}/{str(written['path']).rstrip('/')}"
    return source
