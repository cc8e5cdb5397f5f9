"""Drafts: files that are edited on the server (contract server-api 5.2)."""

from __future__ import annotations

import base64
import binascii
import posixpath
import shutil
from collections.abc import Callable
from pathlib import Path

import yaml
from pydantic import BaseModel, ValidationError
from starlette.responses import Response

from .answers import flat, rfc3339
from .manifests import NAMES, id_problem
from .registry import Draft, Registry

_STATUSES = {
    **dict.fromkeys(("DraftNotFound", "FileNotFound", "LiveNotFound"), 404),
    **dict.fromkeys(("DraftAlreadyExists", "DeployConflict"), 409),
    **dict.fromkeys(("CreateError", "WriteError", "CopyError", "ReadError", "DeleteError"), 500),
}


class DraftError(Exception):
    """A refusal in the words of drafts."""

    def __init__(self, type: str, text: str) -> None:
        super().__init__(text)
        self.type = type
        self.text = text

    @property
    def status(self) -> int:
        """Of the answer."""
        return _STATUSES.get(self.type, 400)


class Ask(BaseModel):
    """The body of a call; the server takes null for absent."""

    action: str | None = None
    mode: str | None = None
    path: str | None = None
    content: str | None = None
    encoding: str | None = None


def parse(formation_id: str, body: bytes) -> Ask:
    """What is asked for."""
    problem = id_problem(formation_id)
    if problem:
        raise DraftError("InvalidFormationID", problem)
    try:
        return Ask.model_validate_json(body)
    except ValidationError:
        raise DraftError("InvalidJSON", "Invalid JSON in request body") from None


def edit(registry: Registry, formation_id: str, ask: Ask) -> Response:
    """Do what is asked to the files of a draft."""
    action = _ACTIONS.get(ask.action or "")
    if action is None:
        raise DraftError("InvalidAction", f"Unknown action: {ask.action or ''}")
    if ask.action != "init":
        existing(registry, formation_id)
    data = action(registry, formation_id, ask)
    return flat({"success": True, "data": data, **about(registry, formation_id)})


def refused(registry: Registry, formation_id: str, problem: DraftError) -> dict[str, object]:
    """The envelope of a refusal."""
    words = {"success": False, "error": problem.type, "message": problem.text}
    return {**words, **about(registry, formation_id)}


def about(registry: Registry, formation_id: str) -> dict[str, object]:
    """What each answer says of the draft and the live formation."""
    draft: dict[str, object] = {"exists": registry.directory(formation_id, "draft").is_dir()}
    found = registry.drafts.get(formation_id)
    if draft["exists"] and found is not None:
        base = {"base_version": found.base_version} if found.base_version else {}
        draft |= {**base, "created_at": rfc3339(found.created)}
    live = registry.formations.get(formation_id)
    told = {"version": str(live.release.number), "status": live.status} if live else {}
    return {"draft": draft, "live": told}


def existing(registry: Registry, formation_id: str) -> Path:
    """The directory of a draft that is there."""
    directory = registry.directory(formation_id, "draft")
    if not directory.is_dir():
        raise DraftError("DraftNotFound", f"No draft exists for formation '{formation_id}'")
    return directory


def _init(registry: Registry, formation_id: str, ask: Ask) -> dict[str, object]:
    mode = ask.mode or ""
    if mode not in ("new", "clone"):
        raise DraftError("InvalidMode", "Mode must be 'new' or 'clone'")
    draft, live = (registry.directory(formation_id, part) for part in ("draft", "current"))
    if draft.exists():
        text = f"A draft already exists for formation '{formation_id}'"
        raise DraftError("DraftAlreadyExists", text)
    base = None
    if mode == "clone":
        if not live.is_dir():
            text = f"No live formation '{formation_id}' to clone"
            raise DraftError("LiveNotFound", text)
        shutil.copytree(live, draft)
        known = registry.formations.get(formation_id)
        base = str(known.release.number) if known else None
    else:
        draft.mkdir(parents=True)
        manifest = {"id": formation_id, "version": "1.0.0", "name": formation_id}
        if not registry.behavior.quirks.bare_draft:
            manifest["description"] = "A new formation"
        (draft / NAMES[0]).write_text(yaml.safe_dump(manifest, sort_keys=False), "utf-8")
    registry.drafts[formation_id] = Draft(base)
    return {"action": "init", "mode": mode}


def _list(registry: Registry, formation_id: str, ask: Ask) -> dict[str, object]:
    path, place = _place(registry, formation_id, ask.path or ".")
    if not place.exists():
        raise DraftError("FileNotFound", f"File not found: {path}")
    try:
        entries = [_entry(each) for each in sorted(place.iterdir())]
    except OSError as problem:
        raise DraftError("ReadError", f"Failed to read directory: {problem}") from None
    return {"path": path, "entries": entries or None}


def _entry(file: Path) -> dict[str, object]:
    if file.is_dir():
        return {"name": f"{file.name}/", "type": "dir"}
    size = file.stat().st_size
    return {"name": file.name, "type": "file", **({"size": size} if size else {})}


def _read(registry: Registry, formation_id: str, ask: Ask) -> dict[str, object]:
    path, place = _place(registry, formation_id, ask.path)
    try:
        found = place.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        raise DraftError("FileNotFound", f"File not found: {path}") from None
    except OSError as problem:
        raise DraftError("ReadError", f"Failed to read file: {problem}") from None
    encoding = ask.encoding or "utf-8"
    coded = encoding == "base64"
    text = base64.b64encode(found).decode() if coded else found.decode("utf-8", "replace")
    return {"path": path, "content": text, "encoding": encoding}


def _write(registry: Registry, formation_id: str, ask: Ask) -> dict[str, object]:
    path, place = _place(registry, formation_id, ask.path)
    content = (ask.content or "").encode("utf-8", "replace")
    if ask.encoding == "base64":
        try:
            content = base64.b64decode(content, validate=True)
        except binascii.Error:
            raise DraftError("DecodeError", "Failed to decode base64 content") from None
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
    except OSError as problem:
        raise DraftError("WriteError", f"Failed to write file: {problem}") from None
    return {"path": path, "size": len(content), "written": True}


def _delete(registry: Registry, formation_id: str, ask: Ask) -> dict[str, object]:
    path, place = _place(registry, formation_id, ask.path)
    if path == ".":
        raise DraftError("InvalidPath", "Cannot delete the draft's root")
    if not place.exists():
        raise DraftError("FileNotFound", f"File not found: {path}")
    if place.is_dir():
        shutil.rmtree(place)
    else:
        place.unlink()
    return {"path": path, "deleted": True}


def _discard(registry: Registry, formation_id: str, ask: Ask) -> dict[str, object]:
    shutil.rmtree(existing(registry, formation_id))
    return {"discarded": True}


def _place(registry: Registry, formation_id: str, given: str | None) -> tuple[str, Path]:
    """The path of a file, cleaned, and where that is."""
    root = registry.directory(formation_id, "draft")
    path = posixpath.normpath(given.lstrip("/") or ".") if given else ""
    try:
        place = (root / path).resolve()
        place.exists()  # a name may be longer than any file's
    except (OSError, ValueError):
        place = Path("/")
    if not given or path.startswith("..") or not place.is_relative_to(root.resolve()):
        raise DraftError("InvalidPath", f"Invalid path: {given or ''}")
    return path, place


_ACTIONS: dict[str, Callable[[Registry, str, Ask], dict[str, object]]] = {
    "init": _init,
    "list": _list,
    "read": _read,
    "write": _write,
    "delete": _delete,
    "discard": _discard,
}
