"""Every recorded answer of the real MUXI Server through the public clients: model or error.

The tests read whatever is in the folder, so that recordings can be added without touching them.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from pydantic import BaseModel

import muxi
from muxi._core.call import BodyFormat, Call, KeyKind
from muxi.errors import error_class
from muxi.models import server as m

from ...support.clients import ClientKind
from ...support.control_answers import FORMATION, HELLO, NOT_FOUND, ok
from ...support.fake_server import Action, Answer, Drop, Events, FakeServer, Received
from ...support.model_diff import differences, unknown_keys

FOLDER = Path(__file__).parents[2] / "recordings" / "control_plane"
FORMATIONS = r"/rpc/formations/(?P<id>[^/]+)"
STREAMED_STATUS = {
    "ExtractError": 400,
    "SecretsError": 400,
    "IDMismatch": 400,
    "VersionMismatch": 400,
    "InvalidRuntime": 400,
    "NoPreviousVersion": 400,
    "MissingHeader": 400,
    "InvalidFormationID": 400,
    "NotFound": 404,
    "DraftNotFound": 404,
    "FormationExists": 409,
    "NoChange": 409,
    "AlreadyRunning": 409,
    "DeployConflict": 409,
}
"""Statuses of failures in events; `status_of` has the ones that differ by what is done."""


@dataclass(frozen=True)
class Recorded:
    """One exchange with the real server."""

    name: str
    method: str
    path: str
    query: Mapping[str, str]
    sent: Mapping[str, Any]
    """The JSON of the request."""
    status: int | None
    """None: the server hung up without an answer."""
    headers: Mapping[str, str]
    body: str
    broke_off: bool

    @property
    def events(self) -> list[tuple[str, dict[str, Any]]]:
        """Names and data."""
        found = re.findall(r"^event: (.*)\ndata: (.*)\n", self.body, re.MULTILINE)
        return [(name, json.loads(data)) for name, data in found]

    @property
    def json(self) -> dict[str, Any]:
        """The body, where it is an object."""
        try:
            found = json.loads(self.body)
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}

    @property
    def is_stream(self) -> bool:
        return self.headers.get("content-type", "").startswith("text/event-stream")

    @property
    def done(self) -> str:
        """What was asked for."""
        if "draft" in self.path or (self.method, self.path) == ("POST", "/rpc/formations"):
            return "deploy"
        return "update" if self.method == "PUT" else self.path.rpartition("/")[2]


def recorded() -> Iterator[Recorded]:
    for file in sorted(FOLDER.rglob("*.json")):
        found = json.loads(file.read_text())
        request, response = found["request"], found["response"]
        path, _, query = request["path"].partition("?")
        sent = request["body"] or ""
        yield Recorded(
            name=f"{file.parent.name}/{file.stem}",
            method=request["method"],
            path=path,
            query={name: values[0] for name, values in parse_qs(query).items()},
            sent=json.loads(sent) if sent.startswith("{") and sent.endswith("}") else {},
            status=response["status"],
            headers={name.lower(): value for name, value in response["headers"]}
            if response["headers"]
            else {},
            body=response["body"] or "",
            broke_off="failed" in response,
        )


RECORDED = list(recorded())
Ask = Callable[[Any], Any]
UNSENDABLE = ('/api/a"b',)
"""Paths that the HTTP client itself encodes."""


def draft_ask(draft: Mapping[str, Any], formation_id: str) -> Ask | None:
    action, path = draft.get("action"), draft.get("path", "")
    content = draft.get("content", "")
    if draft.get("mode", "new") not in ("new", "clone"):
        return None  # which the client refuses itself
    asks: dict[str, Ask] = {
        "init": lambda s: s.drafts.create(formation_id, mode=draft.get("mode", "new")),
        "list": lambda s: s.drafts.list(formation_id, path or "."),
        "read": lambda s: s.drafts.read(formation_id, path),
        "write": lambda s: s.drafts.write(formation_id, path, content),
        "delete": lambda s: s.drafts.delete(formation_id, path),
        "deploy": lambda s: s.drafts.deploy(formation_id),
        "discard": lambda s: s.drafts.discard(formation_id),
    }
    return asks.get(action or "")


def ask_for(one: Recorded, to: Path) -> Ask | None:
    """The public call that asks for a recording; None if there is none."""
    found = re.fullmatch(FORMATIONS + r"(?P<more>/.*)?", one.path)
    formation_id, more = (found["id"], found["more"] or "") if found else ("", "")
    if re.search("[%.]", formation_id):
        return None
    if more == "/draft/files" and one.method == "POST":
        return draft_ask(one.sent, formation_id)
    follows = one.query.get("follow") in ("true", "1") or one.is_stream
    asks: dict[tuple[str, str], Ask] = {
        ("GET", ""): lambda s: s.formations.get(formation_id),
        ("DELETE", ""): lambda s: s.formations.delete(formation_id),
        ("PUT", ""): lambda s: s.formations.update(HELLO),
        ("GET", "/logs"): lambda s: s.formations.logs(formation_id),
        ("GET", "/download"): lambda s: s.formations.download(formation_id, to),
        ("POST", "/start"): lambda s: s.formations.start(formation_id),
        ("POST", "/stop"): lambda s: s.formations.stop(formation_id),
        ("POST", "/restart"): lambda s: s.formations.restart(formation_id),
        ("POST", "/rollback"): lambda s: s.formations.rollback(formation_id),
        ("POST", "/cancel-update"): lambda s: s.formations.cancel_update(formation_id),
    }
    if found:
        if follows and (one.method, more) == ("GET", "/logs"):
            return partial(followed, formation_id, sum(name == "log" for name, _ in one.events))
        return asks.get((one.method, more))
    proxied = re.fullmatch(r"/(?P<kind>api|draft)/(?P<id>[^/]+)/v1/health", one.path)
    if proxied and one.method == "GET" and one.status != 200:  # what ran there was no formation
        mode = "draft" if proxied["kind"] == "draft" else "live"
        return lambda s: health(s, proxied["id"], mode)
    others: dict[tuple[str, str], Ask] = {
        ("GET", "/ping"): lambda s: s.ping(),
        ("GET", "/health"): lambda s: s.health(),
        ("GET", "/rpc/formations"): lambda s: s.formations.list(),
        ("POST", "/rpc/formations"): lambda s: s.formations.deploy(HELLO),
        ("GET", "/rpc/server/status"): lambda s: s.status(),
        ("GET", "/rpc/server/logs"): lambda s: s.logs(),
        ("POST", "/rpc/dev/run"): lambda s: s.dev.run(formation_id="x"),
        ("POST", "/rpc/dev/stop"): lambda s: s.dev.stop("x"),
    }
    return others.get((one.method, one.path))


def health(server: Any, formation_id: str, mode: str) -> Any:
    return server.formation_client(formation_id, mode=mode).health()


def followed(formation_id: str, count: int, server: Any) -> Any:
    """The first lines of a followed log."""
    stream = server.formations.logs_stream(formation_id)
    return _afollowed(stream, count) if hasattr(stream, "__aiter__") else _followed(stream, count)


def _followed(stream: Any, count: int) -> list[str]:
    with stream:
        return [next(stream).line for _ in range(count)]


async def _afollowed(stream: Any, count: int) -> list[str]:
    async with stream:
        return [(await anext(stream)).line for _ in range(count)]


def zipped() -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("formation.afs", "id: x")
    return held.getvalue()


ZIP = zipped()


def answer_of(one: Recorded) -> Action:
    """The recorded answer, to be sent again."""
    if one.status is None:
        return Drop()
    if one.is_stream:
        chunks = [one.body.encode()] if one.body else []
        return Events(chunks, ends=not one.broke_off)
    body = ZIP if one.body.startswith("<zip ") else one.body.encode()
    kept = ("content-type", "content-disposition", "location", "date", "allow")
    return Answer(one.status, body, {k: v for k, v in one.headers.items() if k in kept})


class Replay:
    """Answers the recorded request as recorded, and the looks around it as they have to be."""

    def __init__(self, one: Recorded) -> None:
        self._one = one
        self._answer = answer_of(one)
        self._by_hand = ask_for(one, Path()) is None
        self._sha256 = "aa"

    def __call__(self, request: Received) -> Action:
        path = request.path.partition("?")[0]
        if self._is_asked(request.method, path):
            self._sha256 = hashlib.sha256(request.body).hexdigest() if request.body else "aa"
            return self._answer
        if path.endswith("/v1/health"):
            return Answer(200, {"status": "healthy", "version": "1.0.0"})
        if (self._one.method, self._one.path) == ("POST", "/rpc/formations"):
            return NOT_FOUND
        version = {"semantic": "1.0.0", "current": self._sha256, "previous": "aa"}
        return ok({**FORMATION, "id": path.rpartition("/")[2], "version": version})

    def _is_asked(self, method: str, path: str) -> bool:
        if self._by_hand or self._one.method in ("POST", "PUT"):
            return method == self._one.method
        return path == self._one.path


def status_of(one: Recorded, failure: Mapping[str, Any]) -> int:
    """The status of a failure in an event: the one that it has without events."""
    kind = failure["error"]
    if kind in ("ParseError", "HealthCheckFailed"):
        return 400 if one.done in ("deploy", "update") else 500
    if kind == "ResolveError":
        return 400 if one.done == "deploy" else 500
    return STREAMED_STATUS.get(kind, 500)


def told(text: str) -> str:
    """A message without what differs from case to case."""
    return re.sub(r"'[^']*'|\"[^\"]*\"|lab-\w+|\d+", "_", text)[:60]


KINDS = {
    (told(data["message"]), one.done): data["error"]
    for one in RECORDED
    for name, data in one.events
    if name == "error"
}
"""Types of failures by their text and by what was done, as events tell them."""


def check_error(one: Recorded, error: muxi.MuxiError) -> None:
    """The error is the recorded one: class, status, code, message."""
    failed = [data for name, data in one.events if name == "error"]
    body = failed[0] if failed else one.json
    if one.status is None or (one.broke_off and not failed):
        kinds = muxi.ConnectionError, muxi.StreamInterruptedError
        assert isinstance(error, kinds)
        assert error.sent
        return
    status = status_of(one, body) if one.is_stream and body else one.status
    if body.get("success") is False and one.status == 200:
        status = STREAMED_STATUS[body["error"]]  # written into an open stream, without a frame
    assert (type(error), error.status_code) == (error_class(status), status)
    if isinstance(body.get("error"), dict):
        body = body["error"]
        assert (error.code, error.message) == (body["code"], body["message"])
        return
    if not body:
        assert error.message
        return
    assert error.message.startswith(body.get("message") or body["error"])
    check_code(one, body, error)


def check_code(one: Recorded, body: Mapping[str, Any], error: muxi.MuxiError) -> None:
    if not one.path.startswith("/rpc"):
        assert error.code in (body["error"], body["error"].replace(" ", ""))
        return
    assert error.code is not None
    assert " " not in error.code
    known = KINDS.get((told(body.get("message") or body["error"]), one.done))
    phrase = HTTPStatus(error.status_code or 0).phrase
    if known is not None:
        assert error.code == known
    elif body.get("message") and body["error"] != phrase:
        assert error.code == body["error"]


def check_answer(one: Recorded, found: Any) -> None:
    """The model holds all that was recorded, and knew each key."""
    if isinstance(found, m.DownloadedFormation):
        assert found.path.read_bytes() == ZIP
        found.path.unlink()
    elif isinstance(found, m.Deployment):
        completed = [data for name, data in one.events if name == "complete"]
        data = completed[0] if completed else one.json["data"]
        formation_id = data.get("formation_id") or data["id"]
        assert (found.formation_id, found.status) == (formation_id, data["status"])
        assert found.changed
        assert list(unknown_keys(found)) == []
    elif isinstance(found, BaseModel):
        assert list(unknown_keys(found)) == []
        wire = one.json
        data = {**wire, **(wire.get("data") or {})}
        only_ours = {"data"} if "data" in wire else set()
        only_ours |= set() if isinstance(found, m.Health | m.DevRun | m.DevStop) else {"success"}
        left = {key: value for key, value in data.items() if key not in only_ours}
        left = {key: value for key, value in left.items() if value is not None}
        assert differences(found, without_nulls(left)) == []
    elif isinstance(found, list):
        lines = [data["line"] for name, data in one.events if name == "log"]
        assert found == (lines if one.is_stream else one.body.splitlines())
    elif one.path != "/ping":
        assert found == one.body


def without_nulls(value: Any) -> Any:
    """JSON whose lists that are null are absent."""
    if isinstance(value, dict):
        nulls = ("stdout", "stderr", "entries")
        return {
            key: without_nulls(inner)
            for key, inner in value.items()
            if not (inner is None and key in nulls)
        }
    return [without_nulls(inner) for inner in value] if isinstance(value, list) else value


def by_hand(one: Recorded) -> Ask:
    """A request that no method makes, for its answer's sake."""
    call = Call(one.method, one.path, str, KeyKind.NONE, shape=BodyFormat.TEXT)
    return lambda s: s._transport.call(call)


def check(client_kind: ClientKind, one: Recorded, to: Path) -> str:
    """Ask for one recording; say what came of it."""
    ask = ask_for(one, to / "x.zip")
    kind = "method" if ask else "by hand"
    with FakeServer(Replay(one)) as server:
        try:
            found = client_kind.server(server.url, ask or by_hand(one), max_retries=0, timeout=60)
        except muxi.MuxiError as error:
            if ask is not None or one.path.startswith("/api"):
                check_error(one, error)
            else:
                assert error.status_code == one.status or one.path.startswith(UNSENDABLE)
            return f"{kind}: error"
    assert one.status is not None
    assert one.status < 300
    check_answer(one, found)
    return f"{kind}: model"


@pytest.mark.thorough("asyncio", "trio")
def test_every_recorded_answer(client_kind: ClientKind, tmp_path: Path) -> None:
    counts: Counter[str] = Counter()
    wrong: list[str] = []
    for one in RECORDED:
        try:
            counts[check(client_kind, one, tmp_path)] += 1
        except Exception as exc:  # all that fail are named at once
            wrong.append(f"{one.name}: {one.method} {one.path}: {exc!r}"[:400])
    print(f"{client_kind.name}: {len(RECORDED)} recordings: {dict(counts)}")
    assert wrong == []
    assert counts.total() == len(RECORDED) > 400


def test_most_recordings_are_asked_for_by_a_method(tmp_path: Path) -> None:
    left = [one for one in RECORDED if ask_for(one, tmp_path) is None]
    assert len(left) < len(RECORDED) / 5


@pytest.mark.parametrize("name", ["deploy", "update", "restart"])
def test_the_oracle_knows_types(name: str) -> None:
    assert {kind for (_, done), kind in KINDS.items() if done == name}
