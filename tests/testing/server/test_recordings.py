"""The emulator answers each recorded request as the real server did (server-observed)."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from muxi.testing import Emulator, Quirks

from ...support.plain_http import NO_TLS
from ...support.waiting import until
from .arranged import LAB, Stage
from .recorded import FOLDER, Exchange, concurrent, events_of, load

DIFFERENCES: dict[str, str] = {}
"""Recorded responses that the emulator doesn't give, by folder and file, and why."""

ALL = {"old_port": True, "misfiled": True, "wrong_directory": True, "crash_loop": True}
QUIRKS = {
    "server": ALL,
    "server_q4_healed": {**ALL, "wrong_directory": False},
    "server_after_crash": ALL,
}
"""The quirks of each recorded server."""

VARYING = {
    *("port", "staging_port", "current_port", "pid", "uptime", "url", "health_url"),
    *("current", "previous", "created_at", "deployed_at", "updated_at", "last_health_check"),
    *("goroutines", "go_version", "allocated", "available", "size"),
}
"""Keys with values that depend on the machine, the time or the bundle. Types are compared."""
VARYING_TEXT = [
    (re.compile(r"\b\d{5}\b"), "PORT"),
    (re.compile(r"\bserver-\w+-\w{8}\b"), "SERVER"),
    (re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z"), "TIME"),
]
UNCOMPARED = {"date", "content-length"}


class Answer:
    """The emulator's response."""

    def __init__(self, response: httpx.Response | None, text: str, *, broken: bool) -> None:
        self.status = response.status_code if response else None
        self.headers = (
            [(name.lower(), value) for name, value in response.headers.multi_items()]
            if response
            else []
        )
        self.text = text
        self.broken = broken


def repeat(stage: Stage, one: Exchange, body: bytes | None) -> Answer:
    """Send a recorded request again."""
    url, headers = stage.control.url + one.path, {**one.headers, **_signature(stage, one)}
    timeout = httpx.Timeout(10, read=0.4 if one.failed else 10)
    text: list[str] = []
    response: httpx.Response | None = None
    with httpx.Client(verify=NO_TLS, timeout=timeout) as http:
        try:
            with http.stream(one.method, url, headers=headers, content=body) as response:
                for piece in response.iter_text():
                    text.append(piece)
                    if "follow=" in one.path and _followed(stage, one, "".join(text)):
                        break
        except (httpx.RemoteProtocolError, httpx.ReadTimeout):
            return Answer(response, "".join(text), broken=True)
    return Answer(response, "".join(text), broken=False)


def _followed(stage: Stage, one: Exchange, text: str) -> bool:
    """Write the next line of a followed log. Return True after the last recorded line."""
    missing = one.events[text.count("event: ") :]
    for _, data in missing[:1]:
        stage.registry.log(one.formation_id).stdout.append(data["line"])
    return one.is_stream and not missing and not one.failed


def _signature(stage: Stage, one: Exchange) -> dict[str, str]:
    if "Authorization" not in one.headers:
        return {}
    if not one.path.startswith("/rpc"):
        return {"Authorization": "Bearer b"}
    now = stage.control.server.now
    said = one.message
    path = httpx.URL(stage.control.url + one.path).path
    signed = stage.control.headers(one.method, path, now - 301 * ("expired" in said))
    text = signed["Authorization"]
    if said == "Invalid authorization header format":
        text = "Bearer x"
    elif said == "Invalid key":
        text = text.replace("key=", "key=x")
    elif said == "Invalid signature":
        text = text.replace("signature=", "signature=x")
    return {"Authorization": text}


def differences(stage: Stage, one: Exchange, got: Answer) -> list[str]:
    """Return where a response differs from the recorded one."""
    found: list[str] = []
    if one.status != got.status:
        return [f"status {one.status} became {got.status}: {got.text[:200]}"]
    if one.failed != got.broken:
        found.append(f"broken off: {one.failed} became {got.broken}")
    theirs, mine = (
        sorted((name, _plain(value, stage)) for name, value in headers if name not in UNCOMPARED)
        for headers in (one.answer_headers, got.headers)
    )
    if theirs != mine:
        found.append(f"headers {set(theirs) ^ set(mine)}")
    if one.is_stream:
        events = [*map(list, one.events)], [*map(list, events_of(got.text))]
        return [*found, *_compare("", *events, stage)]
    if one.json is None:
        same = one.answer == got.text or one.answer.startswith("<zip")
        return found + ([] if same else [f"{one.answer[:200]!r} became {got.text[:200]!r}"])
    try:
        answered = httpx.Response(200, text=got.text).json()
    except ValueError:
        return [*found, f"no JSON: {got.text[:200]!r}"]
    return [*found, *_compare("", one.json, answered, stage)]


def _compare(where: str, theirs: Any, mine: Any, stage: Stage) -> Iterator[str]:
    if type(theirs) is not type(mine):
        yield f"{where}: {theirs!r} became {mine!r}"
    elif isinstance(theirs, dict):
        if set(theirs) != set(mine):
            yield f"{where}: keys {set(theirs) ^ set(mine)}"
        for key in set(theirs) & set(mine):
            if where.endswith(".port_pool") or (
                key in VARYING and not isinstance(theirs[key], dict)
            ):
                if type(theirs[key]) is not type(mine[key]):
                    yield f"{where}.{key}: {theirs[key]!r} became {mine[key]!r}"
            else:
                yield from _compare(f"{where}.{key}", theirs[key], mine[key], stage)
    elif isinstance(theirs, list):
        if where.endswith(".formations"):
            theirs, mine = (sorted(each, key=lambda one: one["id"]) for each in (theirs, mine))
        if len(theirs) != len(mine):
            yield f"{where}: {theirs!r} became {mine!r}"
        for number, (first, second) in enumerate(zip(theirs, mine, strict=False)):
            yield from _compare(f"{where}[{number}]", first, second, stage)
    elif _plain(theirs, stage) != _plain(mine, stage):
        yield f"{where}: {theirs!r} became {mine!r}"


def _plain(value: Any, stage: Stage) -> Any:
    """Return a text without the parts that depend on the machine."""
    if not isinstance(value, str):
        return value
    text = value.replace("/var/lib/muxi/data/formations", "ROOT").replace(LAB, "LAB")
    text = text.replace(str(stage.registry.root), "ROOT").replace(str(stage.folder), "LAB")
    text = text.replace(str(stage.registry.root.resolve()), "ROOT")
    for pattern, word in VARYING_TEXT:
        text = pattern.sub(word, text)
    return text


def replay(stage: Stage, exchanges: list[Exchange]) -> Iterator[tuple[Exchange, list[str]]]:
    """Repeat a folder's requests in their order. Requests that overlapped run concurrently."""
    waiting: list[tuple[Exchange, list[Answer], threading.Thread, list[Exchange]]] = []
    for one in exchanges:
        others = concurrent(one, [each for each in exchanges if each is not one])
        # A long request has its effects at its end.
        now = (one.start or 0) + (0 if others else one.seconds)
        stage.control.server.skew = now - time.time()
        if others:
            stage.prepare(one, interrupted=True)
            body, answers = stage.body(one), list[Answer]()
            thread = threading.Thread(
                target=lambda one=one, body=body, answers=answers: answers.append(
                    repeat(stage, one, body)
                )
            )
            thread.start()
            until(lambda: not stage.control.server.faults)
            waiting.append((one, answers, thread, others))
            continue
        inside = any(one in each[3] for each in waiting)
        if inside:
            stage.draft(one)
        else:
            stage.prepare(one, interrupted=False)
        body = stage.body(one)
        got = repeat(stage, one, body)
        stage.keep(one, body)
        yield one, differences(stage, one, got)
        for each in [*waiting]:
            if each[3][-1] is one:
                each[2].join()
                waiting.remove(each)
                yield each[0], differences(stage, each[0], each[1][0])


@pytest.mark.parametrize("name", sorted(each.name for each in FOLDER.iterdir()))
def test_every_recorded_request_is_answered_as_it_was(name: str, tmp_path: Path) -> None:
    exchanges = load(FOLDER / name)
    with Emulator(token_pause=0) as emulator:
        emulator.server.health_timeout = 10
        emulator.server.quirks = Quirks(**QUIRKS.get(name, ALL))
        stage = Stage(emulator, tmp_path)
        found = {
            f"{name}/{one.number:03}-{one.name}": differing
            for one, differing in replay(stage, exchanges)
        }
    differing = {key for key, differences in found.items() if differences}
    same = len(found) - len(differing)
    print(f"{name}: {len(found)} exchanges, {same} as recorded, {len(differing)} differ")
    assert len(found) == len(exchanges) > 0
    unexpected = [f"{key}: {each}" for key in differing - {*DIFFERENCES} for each in found[key]]
    assert unexpected == []
    assert [key for key in DIFFERENCES if key in {*found} - differing] == [], "no longer differ"
