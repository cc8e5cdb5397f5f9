"""What a formation is made of, and what the server makes of that."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

Manifest = Mapping[str, object]
"""The contents of a `formation.afs`, with the agents and MCP servers written out where the file
may name files of their own. The files that stand beside it are keys too: `sops` and `triggers`
map names to Markdown, `MUXI.md` and `PENDING-MUXI.md` are the guidance."""

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
"""Where the formation's files would be."""

BESIDE = ("sops", "triggers", "MUXI.md", "PENDING-MUXI.md")
"""Keys that are files of their own, and no part of the document."""

_SECRET = re.compile(r"\$\{\{\s*secrets\.([A-Za-z0-9_-]+)\s*\}\}")
_CREDENTIAL = re.compile(r"\$\{\{\s*user\.credentials\.([A-Za-z0-9_-]+)\s*\}\}")
_LIMITS: Manifest = {"max_files": 100, "max_file_size": 10_485_760}


def as_list(found: object) -> list[object]:
    """What is a list; empty for all else."""
    return [*found] if isinstance(found, list) else []


def as_map(found: object) -> dict[str, object]:
    """What is a mapping; empty for all else."""
    return {**found} if isinstance(found, dict) else {}


def list_of(block: Manifest, key: str) -> list[object]:
    """The list under a key; empty where there is none."""
    return as_list(block.get(key))


def block_of(block: Manifest, key: str) -> dict[str, object]:
    """The mapping under a key; empty where there is none."""
    return as_map(block.get(key))


def maps_of(block: Manifest, key: str) -> list[dict[str, object]]:
    """The list of mappings under a key."""
    return [as_map(each) for each in list_of(block, key)]


def agents_of(manifest: Manifest) -> list[dict[str, object]]:
    """The agents as the server loads them."""
    return [_agent(each) for each in maps_of(manifest, "agents")]


def servers_of(manifest: Manifest) -> list[dict[str, object]]:
    """The MCP servers as the server loads them."""
    found = maps_of(block_of(manifest, "mcp"), "servers")
    return [{**each, "source": "formation"} for each in found]


def sources_of(agent: Manifest) -> list[dict[str, object]]:
    """An agent's sources of knowledge."""
    return maps_of(block_of(agent, "knowledge"), "sources")


def texts_of(manifest: Manifest, key: str) -> dict[str, str]:
    """Markdown files by their names, sorted."""
    return {name: str(text) for name, text in sorted(block_of(manifest, key).items())}


def secrets_of(manifest: Manifest) -> set[str]:
    """The names of the secrets that the formation refers to."""
    document = {key: value for key, value in manifest.items() if key not in BESIDE}
    text = json.dumps(document, default=str)
    names = {*_SECRET.findall(text)}
    names |= {f"user_credentials_{name}" for name in _CREDENTIAL.findall(text)}
    return {secret_name(name) for name in names}


def secret_name(given: str) -> str:
    """How the server stores the name of a secret."""
    return re.sub(r"[^A-Z0-9]+", "_", given.upper()).strip("_")


def front_matter(text: str) -> tuple[str, str]:
    """The YAML before a Markdown text, and the text; no YAML where none is fenced off."""
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
