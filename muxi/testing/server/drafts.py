"""Drafts: files that are edited on the server (contract server-api 5.2)."""

from __future__ import annotations

import base64
import binascii
import json
import posixpath
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import yaml
from pydantic import BaseModel, ValidationError
from starlette.responses import Response

from .answers import flat, rfc3339
from .manifests import NAMES, id_problem
from .registry import Registry

METADATA = ".draft-meta.json"
"""The file with the metadata of a draft. File lists don't include it."""

_STATUSES = {
    **dict.fromkeys(("DraftNotFound", "FileNotFound", "LiveNotFound"), 404),
    **dict.fromkeys(("DraftAlreadyExists", "DeployConflict"), 409),
    **dict.fromkeys(("CreateError", "WriteError", "CopyError", "ReadError", "DeleteError"), 500),
}


class DraftError(Exception):
    """A refusal by one of the routes for drafts."""

    def __init__(self, type: str, text: str) -> None:
        super().__init__(text)
        self.type = type
        self.text = text

    @property
    def status(self) -> int:
        """The HTTP status of the response."""
        return _STATUSES.get(self.type, 400)


class Ask(BaseModel):
    """The body of a call. The server treats null like an absent key."""

    action: str | None = None
    mode: str | None = None
    path: str | None = None
    content: str | None = None
    encoding: str | None = None


def parse(formation_id: str, body: bytes) -> Ask:
    """Read the body."""
    problem = id_problem(formation_id)
    if problem:
        raise DraftError("InvalidFormationID", problem)
    try:
        return Ask.model_validate_json(body)
    except ValidationError:
        raise DraftError("InvalidJSON", "Invalid JSON request body") from None


def edit(registry: Registry, formation_id: str, ask: Ask) -> Response:
    """Read or change the files of a draft, as the body asks."""
    action = _ACTIONS.get(ask.action or "")
    if action is None:
        known = "init, list, read, write, delete, deploy, discard"
        text = f"Unknown action: {ask.action or ''}. Valid actions: {known}"
        raise DraftError("InvalidAction", text)
    if ask.action != "init":
        existing(registry, formation_id, hint=ask.action in ("list", "write"))
    data = action(registry, formation_id, ask)
    return flat({"success": True, "data": data, **about(registry, formation_id)})


def refused(registry: Registry, formation_id: str, problem: DraftError) -> dict[str, object]:
    """Return the response for a refusal."""
    words = {"success": False, "error": problem.type, "message": problem.text}
    return {**words, **about(registry, formation_id)}


def about(registry: Registry, formation_id: str) -> dict[str, object]:
    """Describe the draft and the live formation. Every response includes it."""
    draft: dict[str, object] = {"exists": registry.directory(formation_id, "draft").is_dir()}
    file = registry.directory(formation_id, "draft") / METADATA
    if file.is_file():
        draft |= json.loads(file.read_text("utf-8"))
    live = registry.find(formation_id)
    shown = {"version": live.release.semantic, "status": live.status} if live else {}
    return {"draft": draft, "live": {key: text for key, text in shown.items() if text}}


def existing(registry: Registry, formation_id: str, *, hint: bool = False) -> Path:
    """Return the directory of a draft, which must exist."""
    directory = registry.directory(formation_id, "draft")
    if not directory.is_dir():
        text = "No draft exists for this formation." + " Use 'init' to create one." * hint
        raise DraftError("DraftNotFound", text)
    return directory


def _init(registry: Registry, formation_id: str, ask: Ask) -> dict[str, object]:
    mode = ask.mode or ""
    if mode not in ("new", "clone"):
        text = "Invalid mode. Use 'new' to create empty draft or 'clone' to copy live version."
        raise DraftError("InvalidMode", text)
    draft, live = (registry.directory(formation_id, part) for part in ("draft", "current"))
    if draft.exists():
        text = "A draft already exists for this formation. Use 'discard' to remove it first."
        raise DraftError("DraftAlreadyExists", text)
    about: dict[str, object] = {}
    if mode == "clone":
        if not live.is_dir():
            text = "No live version exists to clone. Use mode 'new' to create a new formation."
            raise DraftError("LiveNotFound", text)
        shutil.copytree(live, draft)
        known = registry.formations.get(formation_id)
        if known is not None and known.release.semantic:
            about["base_version"] = known.release.semantic
    else:
        draft.mkdir(parents=True)
        manifest = {"id": formation_id, "version": "1.0.0", "name": formation_id}
        if not registry.behavior.quirks.bare_draft:
            manifest["description"] = "A new formation"
        (draft / NAMES[0]).write_text(yaml.safe_dump(manifest, sort_keys=False), "utf-8")
    about["created_at"] = rfc3339(registry.behavior.now)
    (draft / METADATA).write_text(json.dumps(about, indent=2), "utf-8")
    return {"action": "init", "mode": mode}


def _list(registry: Registry, formation_id: str, ask: Ask) -> dict[str, object]:
    path, place = _locate(registry, formation_id, ask.path or ".")
    if not place.exists():
        raise DraftError("FileNotFound", f"Directory not found: {path}")
    try:
        entries = [_entry(each) for each in sorted(place.iterdir()) if each.name != METADATA]
    except OSError as problem:
        text = f"Failed to read directory: {_go_error('open', problem)}"
        raise DraftError("ReadError", text) from None
    return {"path": path, "entries": entries or None}


def _entry(file: Path) -> dict[str, object]:
    if file.is_dir():
        return {"name": f"{file.name}/", "type": "dir"}
    size = file.stat().st_size
    return {"name": file.name, "type": "file", **({"size": size} if size else {})}


def _read(registry: Registry, formation_id: str, ask: Ask) -> dict[str, object]:
    path, place = _locate(registry, formation_id, ask.path)
    try:
        found = place.read_bytes()
    except FileNotFoundError:
        raise DraftError("FileNotFound", f"File not found: {path}") from None
    except OSError as problem:
        verb = "read" if isinstance(problem, IsADirectoryError) else "open"
        text = f"Failed to read file: {_go_error(verb, problem)}"
        raise DraftError("ReadError", text) from None
    encoding = ask.encoding or "utf-8"
    coded = encoding == "base64"
    text = base64.b64encode(found).decode() if coded else found.decode("utf-8", "replace")
    return {"path": path, "content": text, "encoding": encoding}


def _write(registry: Registry, formation_id: str, ask: Ask) -> dict[str, object]:
    path, place = _locate(registry, formation_id, ask.path)
    content = (ask.content or "").encode("utf-8", "replace")
    if ask.encoding == "base64":
        try:
            content = base64.b64decode(content, validate=True)
        except binascii.Error:
            raise DraftError("DecodeError", "Invalid base64 content") from None
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
    except (OSError, RecursionError) as problem:
        text = f"Failed to write file: {_go_error('open', problem)}"
        raise DraftError("WriteError", text) from None
    return {"path": path, "size": len(content), "written": True}


def _delete(registry: Registry, formation_id: str, ask: Ask) -> dict[str, object]:
    path, place = _locate(registry, formation_id, ask.path)
    if place == registry.directory(formation_id, "draft").resolve():
        raise DraftError("InvalidPath", "Invalid path")
    if not place.exists():
        raise DraftError("FileNotFound", f"Path not found: {path}")
    if place.is_dir():
        shutil.rmtree(place)
    else:
        place.unlink()
    return {"path": path, "deleted": True}


def _discard(registry: Registry, formation_id: str, ask: Ask) -> dict[str, object]:
    shutil.rmtree(existing(registry, formation_id))
    return {"discarded": True}


def _locate(registry: Registry, formation_id: str, given: str | None) -> tuple[str, Path]:
    """Return a path within a draft, cleaned as Go does it, and the file that it names."""
    if not given:
        raise DraftError("InvalidPath", "Path is required")
    root = registry.directory(formation_id, "draft").resolve()
    path = posixpath.normpath(re.sub("^/+", "/", given))
    if path.startswith(".."):
        raise DraftError("InvalidPath", "Path traversal not allowed")
    try:
        place = (root / path.lstrip("/")).resolve()
        place.exists()  # fails if the name is too long for a file
    except (OSError, ValueError, RecursionError):
        raise DraftError("InvalidPath", "Invalid path") from None
    if not place.is_relative_to(root):
        raise DraftError("InvalidPath", "Path traversal not allowed")
    return path, place


def _go_error(verb: str, problem: Exception) -> str:
    """Return the text of a file system error, as Go writes it."""
    if not isinstance(problem, OSError):
        return str(problem)
    return f"{verb} {problem.filename}: {(problem.strerror or '').lower()}"


_ACTIONS: dict[str, Callable[[Registry, str, Ask], dict[str, object]]] = {
    "init": _init,
    "list": _list,
    "read": _read,
    "write": _write,
    "delete": _delete,
    "discard": _discard,
}
