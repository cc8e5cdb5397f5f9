"""Standard operating procedures (contract B16)."""

from __future__ import annotations

import re

import yaml
from starlette.responses import Response

from .envelopes import ApiError, check_name, ok
from .guards import Route, client
from .manifest import as_map, front_matter, texts_of
from .state import Call


async def list_sops(call: Call) -> Response:
    """`GET /v1/sops`."""
    found = [_summary(name, text) for name, text in _procedures(call).items()]
    return ok("sop_list", "sops.list", {"sops": found, "count": len(found)})


async def get_sop(call: Call) -> Response:
    """`GET /v1/sops/{name}`."""
    name = call.param("name")
    check_name("SOP", name)
    text = _procedures(call).get(name)
    if text is None:
        raise ApiError(404, f"SOP '{name}' not found", code="SOP_NOT_FOUND")
    references = [f"file:{each}" for each in re.findall(r"\[file:([^\]]+)\]", text)]
    more: dict[str, object] = {"content": text, "metadata": {}, "references": references or None}
    return ok("sop", "sop.retrieved", _summary(name, text) | more)


def _procedures(call: Call) -> dict[str, str]:
    """Return the files that are marked as procedures."""
    found: dict[str, str] = {}
    for name, written in texts_of(call.state.config.manifest, "sops").items():
        head, text = front_matter(written)
        if _is_sop(head):
            found[name] = text.strip()
    return found


def _is_sop(head: str) -> bool:
    try:
        return as_map(yaml.safe_load(head)).get("type") == "sop"
    except yaml.YAMLError:
        return False


def _summary(name: str, text: str) -> dict[str, object]:
    """Return a summary. Like the server, it reports nothing from the front matter."""
    agents = re.findall(r"^\s*agent:\s*([A-Za-z0-9_-]+)\s*$", text, re.MULTILINE | re.IGNORECASE)
    return {
        "name": name,
        "title": name,
        "type": "template",
        "steps": len(re.findall(r"^[ \t]*\d", text, re.MULTILINE)) or None,
        "agents_used": [*dict.fromkeys(agents)] or None,
    }


ROUTES: tuple[Route, ...] = (
    Route("GET", "/sops", client, list_sops),
    Route("GET", "/sops/{name}", client, get_sop),
)
