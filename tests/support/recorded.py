"""The recordings of the real runtime, for tests."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[1] / "recordings"


@dataclass(frozen=True)
class Recording:
    """One request to the real runtime, and its response."""

    name: str
    method: str
    path: str
    query: str
    sent: str | None
    status: int
    headers: dict[str, str]
    """Names in lower case."""
    body: bytes
    chunks: list[bytes]
    """The chunks of a stream, as they arrived. Empty for other responses."""
    ended: bool
    """Whether the server ended the stream, not the recorder."""

    @property
    def asked(self) -> str:
        """The path, and whatever else two methods with the same path differ in."""
        if self.path == "/v1/memories" and '"source":' in (self.sent or ""):
            return f"{self.path}#source"
        if self.path == "/v1/memories/provenance" and "event_id=" in self.query:
            return f"{self.path}#event"
        return self.path

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    def __str__(self) -> str:
        return self.name


@cache
def recordings() -> tuple[Recording, ...]:
    """Return all recordings by name."""
    return tuple(_read())


def _read() -> Iterator[Recording]:
    for file in sorted(FOLDER.glob("*/*.json")):
        found = json.loads(file.read_text())
        request, response = found["request"], found["response"]
        body = response["body"].encode()
        path, _, query = request["path"].partition("?")
        yield Recording(
            name=f"{file.parent.name}/{file.stem}",
            method=request["method"],
            path=path,
            query=query,
            sent=request["body"],
            status=response["status"],
            headers={name.lower(): value for name, value in response["headers"]},
            body=body,
            chunks=list(_chunks(body, response.get("arrivals", []))),
            ended=response.get("ended_by_server") is not False,
        )


def _chunks(body: bytes, arrivals: list[tuple[float, int]]) -> Iterator[bytes]:
    start = 0
    for _, length in arrivals:
        yield body[start : start + length]
        start += length
