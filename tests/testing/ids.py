"""Map recorded ids to the emulator's ids."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

from .replay import Answer, Recording, frames

_ID = re.compile(r"(?:[a-z]+_)?[A-Za-z0-9_-]{16,21}")


class Ids:
    """Learns pairs of ids from responses, and puts them in later requests."""

    def __init__(self) -> None:
        self._mine: dict[str, str] = {}

    def learn(self, each: Recording, answer: Answer) -> None:
        """Pair the ids at the same places of both responses."""
        if each.status == answer.status:
            self._pair(
                _parsed(each.content_type, each.text), _parsed(each.content_type, answer.text)
            )

    def stands_for(self, recorded: str, mine: str) -> None:
        """Pair two ids."""
        self._mine[recorded] = mine

    def translated(self, each: Recording) -> Recording:
        """Return the recording with the emulator's ids."""
        path, body, text = each.path, each.body, each.text
        for recorded, mine in self._mine.items():
            path, text = path.replace(recorded, mine), text.replace(recorded, mine)
            body = body and body.replace(recorded.encode(), mine.encode())
        return replace(each, path=path, body=body, text=text)

    def _pair(self, theirs: Any, mine: Any) -> None:
        if isinstance(theirs, dict) and isinstance(mine, dict):
            for key in theirs.keys() & mine.keys():
                self._pair(theirs[key], mine[key])
        elif isinstance(theirs, list) and isinstance(mine, list):
            for one, other in zip(theirs, mine, strict=False):
                self._pair(one, other)
        elif theirs != mine and _is_id(theirs) and _is_id(mine):
            self._mine[theirs] = mine


def id_in(path: str) -> str:
    """Return the id in a recorded path."""
    return re.findall(r"[A-Za-z0-9_-]{21,}", path)[0]


def _is_id(value: Any) -> bool:
    return isinstance(value, str) and _ID.fullmatch(value) is not None


def found(answer: object, key: str) -> str:
    """Return the first value under a key, at any depth."""
    parts: list[object] = [answer]
    while parts:
        part = parts.pop(0)
        if isinstance(part, dict):
            if key in part:
                return str(part[key])
            parts += part.values()
        elif isinstance(part, list):
            parts += part
    raise KeyError(key)


def _parsed(content_type: str, text: str) -> Any:
    if content_type.startswith("text/event-stream"):
        return [data for _, data in frames(text) if data]
    return json.loads(text) if content_type == "application/json" else None
