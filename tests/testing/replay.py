"""Recorded exchanges with the real runtime: load, order, repeat and compare them."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

import pytest

RECORDINGS = Path(__file__).parent.parent / "recordings"

_BODIES: dict[str, Callable[[str], bytes]] = {
    # Recorded as base64, because its bytes aren't UTF-8.
    "chat_bad_utf8": lambda text: base64.b64decode(text),
    # Recorded without the middle part.
    "chat_large_1mb": lambda _: json.dumps(
        {"message": "Summarise: " + "lorem ipsum " * 90_000, "stream": False}
    ).encode(),
}
# Replies with a text of the server, not of its model.
_OWN_WORDS = frozenset({"chat_large_1mb", "chat_threat"})
_STABLE = frozenset(
    {"object", "type", "success", "idempotency_key", "role", "status", "cancellation", "stage"}
    | {"code", "user_id", "field", "msg", "error", "delivery", "command", "escalated"}
    | {"messages_loaded", "messages_dropped", "has_more", "finished", "error_code"}
    | {"title", "original_prompt", "is_recurring", "cron_expression", "scheduled_for", "enabled"}
    | {"scope", "scope_id", "source", "source_id", "duplicate", "event_type", "detail", "dry_run"}
    | {"service", "server_id", "identifier", "muxi_user_id", "preferred_channel", "timezone"}
    | {"name", "version", "is_latest", "content_type", "category", "summary", "size_bytes"}
    | {"trust_level", "public_key", "description", "deleted", "disposition", "complete"}
)


@dataclass(frozen=True)
class Recording:
    """One exchange."""

    name: str
    method: str
    path: str
    headers: dict[str, str]
    body: bytes | None
    status: int
    content_type: str
    text: str
    began: float
    ended: float
    endless: bool
    """The stream didn't end before the recorder stopped."""


@dataclass(frozen=True)
class Answer:
    """The emulator's response."""

    status: int
    content_type: str
    text: str


def load(flavour: str) -> list[Recording]:
    """Return the recordings of a flavour, in the order of their requests."""
    found = (_read(path) for path in (RECORDINGS / flavour).glob("*.json"))
    return sorted(found, key=lambda each: (each.began, each.name))


def _read(path: Path) -> Recording:
    raw = json.loads(path.read_text())
    request, response = raw["request"], raw["response"]
    headers = {name.lower(): value for name, value in response["headers"]}
    body = request["body"]
    encode = _BODIES.get(path.stem, str.encode)
    began = _began(response, headers, raw["seconds"])
    return Recording(
        name=path.stem,
        method=request["method"],
        path=request["path"],
        headers=request["headers"],
        body=None if body is None else encode(body),
        status=response["status"],
        content_type=headers["content-type"],
        text=response["body"],
        began=began,
        ended=began + raw["seconds"],
        endless=response.get("ended_by_server") is False,
    )


def _began(response: dict[str, Any], headers: dict[str, str], seconds: float) -> float:
    """Return the time: in milliseconds from the body, or in seconds from the `date` header."""
    tokens = [each["token"] for kind, each in frames(response["body"]) if kind == "token"]
    if tokens:
        # The first token comes one second after the request, because the server sleeps.
        return float(tokens[0]["timestamp"]) - 1.1
    if headers["content-type"] == "application/json":
        made = json.loads(response["body"]).get("timestamp")
        if made:
            return float(made) / 1000 - seconds
    return parsedate_to_datetime(headers["date"]).timestamp()


def frames(text: str) -> list[tuple[str, dict[str, Any]]]:
    """Return the frames of an event stream: token, ui, done, error. Comments are `keepalive`."""
    found: list[tuple[str, dict[str, Any]]] = []
    for block in text.split("\n\n"):
        lines = block.split("\n")
        if lines[0].startswith(":"):
            found.append(("keepalive", {}))
        elif lines[-1].startswith("data: "):
            named = lines[0].startswith("event: ")
            found.append((lines[0][7:] if named else "token", json.loads(lines[-1][6:])))
    return found


def ask(url: str, each: Recording, headers: dict[str, str], got: bytearray) -> Answer:
    """Send a recorded request to the emulator. Read an endless stream until it is silent.

    Everything that arrives is added to `got` at once, so that others can wait for it.
    """
    address = urlsplit(url)
    connection = HTTPConnection(address.hostname or "", address.port, timeout=60)
    try:
        connection.request(each.method, each.path, each.body, headers)
        response = connection.getresponse()
        if each.endless and not each.text:
            _stay_silent(connection, response)
            return Answer(response.status, response.headers["content-type"], "")
        silent = b": keepalive\n\n" * 3
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and not (each.endless and got.endswith(silent)):
            piece = response.read1(65536)
            if not piece:
                break
            got += piece
    finally:
        connection.close()
    return Answer(response.status, response.headers["content-type"], got.decode())


def _stay_silent(connection: HTTPConnection, response: HTTPResponse) -> None:
    assert connection.sock is not None
    connection.sock.settimeout(0.1)
    with pytest.raises(TimeoutError):
        response.read1()


def compare(each: Recording, answer: Answer) -> list[str]:
    """Return where the emulator's response differs from the recorded one."""
    found = [
        f"{what}: {mine!r}, recorded {theirs!r}"
        for what, mine, theirs in (
            ("status", answer.status, each.status),
            ("content type", answer.content_type, each.content_type),
        )
        if mine != theirs
    ]
    if found:
        return found
    if each.content_type.startswith("text/event-stream"):
        if not each.text:
            return []
        return _compare_streams(frames(answer.text), frames(each.text))
    if each.content_type == "application/json":
        mine, theirs = json.loads(answer.text), json.loads(each.text)
        found = _differences("$", mine, theirs)
        if each.name in _OWN_WORDS:
            said, recorded = (one["data"]["message"]["content"] for one in (mine, theirs))
            found += [] if said == recorded else [f"words: {said!r}, recorded {recorded!r}"]
        return found
    return [] if answer.text == each.text else [f"text: {answer.text!r}"]


def _compare_streams(
    mine: list[tuple[str, dict[str, Any]]], theirs: list[tuple[str, dict[str, Any]]]
) -> list[str]:
    if mine[:1] != [("keepalive", {})]:
        return ["the stream does not begin with a keep-alive"]
    mine, theirs = ([each for each in some if each[0] != "keepalive"] for some in (mine, theirs))
    kinds, recorded = ([_kind(each) for each in some] for some in (mine, theirs))
    if kinds != recorded:
        return [f"frames: {kinds}, recorded {recorded}"]
    pairs = zip(mine, theirs, strict=True)
    return [text for one, other in pairs for text in _differences(one[0], one[1], other[1])]


def _kind(each: tuple[str, dict[str, Any]]) -> str:
    kind, data = each
    return f"{data['token']['type']}/{data['token'].get('stage')}" if kind == "token" else kind


def _differences(where: str, mine: object, theirs: object) -> list[str]:
    """Compare keys and JSON types recursively, and values of keys that are always the same."""
    if type(mine) is not type(theirs):
        return [f"{where}: {mine!r}, recorded {theirs!r}"]
    if isinstance(mine, dict):
        one, other = cast("dict[str, object]", mine), cast("dict[str, object]", theirs)
        if one.keys() != other.keys():
            return [f"{where}: keys {sorted(one)}, recorded {sorted(other)}"]
        failed = "code" in one and "message" in one
        return [
            text
            for key in one
            for text in (
                [f"{where}.{key}: {one[key]!r}, recorded {other[key]!r}"]
                if (key in _STABLE or (failed and key == "message")) and _leaf(one[key], other[key])
                else _differences(f"{where}.{key}", one[key], other[key])
            )
        ]
    if isinstance(mine, list):
        return _compare_lists(where, cast("list[object]", mine), cast("list[object]", theirs))
    return []


def _leaf(mine: object, theirs: object) -> bool:
    return not isinstance(mine, dict | list) and mine != theirs


def _compare_lists(where: str, mine: list[object], theirs: list[object]) -> list[str]:
    """Check that each item has the shape of a recorded one. Lists of errors must be equal."""
    if where.endswith(".validation_errors"):
        return [] if mine == theirs else [f"{where}: {mine}, recorded {theirs}"]
    if bool(mine) != bool(theirs):
        return [f"{where}: {len(mine)} items, recorded {len(theirs)}"]
    strange = [each for each in mine if all(_shape(each) != _shape(one) for one in theirs)]
    return [f"{where}: {strange[0]}, recorded for instance {theirs[0]}"] if strange else []


def _shape(value: object) -> object:
    if isinstance(value, dict):
        return {key: _shape(each) for key, each in cast("dict[str, object]", value).items()}
    if isinstance(value, list):
        return [_shape(each) for each in cast("list[object]", value)]
    return type(value)
