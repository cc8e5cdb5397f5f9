"""The files of replies, by user and name, with their versions."""

from __future__ import annotations

import base64
import mimetypes
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..model import Turn
from .envelopes import naive_now, nano_id
from .memory_store import Event, EventLog


@dataclass
class File:
    """One version of a file."""

    user_id: str
    shown: dict[str, object]
    content: bytes

    @property
    def id(self) -> str:
        """The id of this version."""
        return str(self.shown["id"])


class Artifacts:
    """The files of all users."""

    def __init__(self, events: EventLog) -> None:
        self._events = events
        self._files: list[File] = []

    def save(self, turn: Turn, artifacts: Sequence[Mapping[str, object]]) -> None:
        """Store a reply's files. New content under a known name is a new version."""
        for each in artifacts:
            name = str(each.get("filename") or "artifact")
            older = [file for file in self._of(turn.user_id) if file.shown["name"] == name]
            kept = _file(turn, each, name, len(older) + 1)
            if older and older[-1].content == kept.content:
                continue
            for file in older:
                file.shown["is_latest"] = False
            self._files.append(kept)
            about = {key: kept.shown[key] for key in ("name", "version", "content_type")}
            payload = {"artifact_id": kept.id, **about}
            saved = Event(turn.user_id, "artifact.saved", payload, "artifact_memory")
            self._events.add(saved)

    def latest(self, user_id: str) -> list[File]:
        """Return the latest versions of a user's files, the most recently read first."""
        found = [file for file in self._of(user_id) if file.shown["is_latest"]]
        return sorted(found, key=lambda file: str(file.shown["last_accessed_at"]), reverse=True)

    def get(self, user_id: str, file_id: str, version: int | None = None) -> File | None:
        """Return a file by the id of a version: this version, or another of the same file."""
        found = next((file for file in self._of(user_id) if file.id == file_id), None)
        if found is None or version in (None, found.shown["version"]):
            return found
        versions = self.versions(user_id, found)
        return next((file for file in versions if file.shown["version"] == version), None)

    def versions(self, user_id: str, file: File) -> list[File]:
        """Return all versions of a file, the newest first."""
        same = [each for each in self._of(user_id) if each.shown["name"] == file.shown["name"]]
        return same[::-1]

    def _of(self, user_id: str) -> list[File]:
        return [file for file in self._files if file.user_id == user_id]


def _file(turn: Turn, made: Mapping[str, object], name: str, version: int) -> File:
    kind, content = _content(made, name)
    agent = turn.agent_id or "assistant"
    now = naive_now()
    shown: dict[str, object] = {
        "name": name,
        "version": version,
        "is_latest": True,
        "content_type": kind,
        "category": made.get("type"),
        "summary": f"{name} ({kind}, {len(content)} bytes) produced by {agent}.",
        "tags": [],
        "agent_id": agent,
        "conversation_id": turn.session_id,
        "size_bytes": len(content),
        "created_at": now,
        "updated_at": now,
        "last_accessed_at": now,
        "id": nano_id(),
    }
    return File(turn.user_id, shown, content)


def _content(made: Mapping[str, object], name: str) -> tuple[str, bytes]:
    """Return the content type and the bytes, from the data URL or the text."""
    guessed = mimetypes.guess_type(name)[0] or "application/octet-stream"
    url = made.get("data_url")
    if isinstance(url, str) and url.startswith("data:"):
        head, _, encoded = url[5:].partition(",")
        return head.partition(";")[0] or guessed, base64.b64decode(encoded)
    return guessed, str(made.get("content") or "").encode()
