"""Every operation of the control plane is one method that asks for it as the contract says."""

from __future__ import annotations

import json
import re
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from muxi import NotFoundError, Retry, ServerClient
from muxi._core.call import Call, KeyKind, Response
from muxi._core.endpoint import FlowCall
from muxi._core.options import Options
from muxi._core.steps import ConsumeStream, RunInThread, StreamCall
from muxi.models import server as m
from muxi.resources.server import Dev, Drafts, Formations, ServerApi

from ...support.control_answers import FORMATION, HELLO, ID

ROWS: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[2] / "contract" / "server-endpoints.json").read_text()
)
_ELSEWHERE = {
    "docs": "a redirect to a web page",
    "proxy_live": "what `ServerClient.formation_client(id)` and `FormationClient` go through",
    "proxy_draft": 'the same with mode="draft"',
    "proxy_mcp": "for clients of MCP, not of MUXI",
}
_OPTIONS = Options("http://muxi.test", dict.fromkeys(KeyKind), Retry(), 30.0)  # type: ignore[misc]  # no key is used

METHODS: dict[str, list[tuple[str, Any]]] = {
    "ping": [("ping", ServerApi.ping.build())],
    "health": [("health", ServerApi.health.build())],
    "server_status": [("status", ServerApi.status.build())],
    "server_logs": [("logs", ServerApi.logs.build(lines=5))],
    "list_formations": [("formations.list", Formations.list.build())],
    "get_formation": [("formations.get", Formations.get.build(ID))],
    "deploy_formation": [
        ("formations.deploy", Formations.deploy.build(HELLO)),
        ("formations.deploy_stream", Formations.deploy_stream.build(HELLO)),
    ],
    "update_formation": [
        ("formations.update", Formations.update.build(HELLO)),
        ("formations.update_stream", Formations.update_stream.build(HELLO)),
        ("formations.apply", Formations.apply.build(HELLO)),
        ("formations.apply_stream", Formations.apply_stream.build(HELLO)),
    ],
    "delete_formation": [("formations.delete", Formations.delete.build(ID))],
    "start_formation": [
        ("formations.start", Formations.start.build(ID)),
        ("formations.start_stream", Formations.start_stream.build(ID)),
    ],
    "stop_formation": [("formations.stop", Formations.stop.build(ID))],
    "restart_formation": [
        ("formations.restart", Formations.restart.build(ID)),
        ("formations.restart_stream", Formations.restart_stream.build(ID)),
    ],
    "rollback_formation": [
        ("formations.rollback", Formations.rollback.build(ID)),
        ("formations.rollback_stream", Formations.rollback_stream.build(ID)),
    ],
    "cancel_update": [("formations.cancel_update", Formations.cancel_update.build(ID))],
    "formation_logs": [("formations.logs", Formations.logs.build(ID, lines=5, stream="all"))],
    "follow_formation_logs": [
        ("formations.logs_stream", Formations.logs_stream.build(ID, stream="stdout"))
    ],
    "download_formation": [
        ("formations.download", Formations.download.build(ID, ".", include_db=True))
    ],
    "draft_init": [("drafts.create", Drafts.create.build(ID))],
    "draft_list": [("drafts.list", Drafts.list.build(ID, "agents"))],
    "draft_read": [("drafts.read", Drafts.read.build(ID, "a"))],
    "draft_write": [("drafts.write", Drafts.write.build(ID, "a", b"x"))],
    "draft_delete": [("drafts.delete", Drafts.delete.build(ID, "a"))],
    "draft_discard": [("drafts.discard", Drafts.discard.build(ID))],
    "draft_deploy": [
        ("drafts.deploy", Drafts.deploy.build(ID)),
        ("drafts.deploy_stream", Drafts.deploy_stream.build(ID)),
    ],
    "dev_run": [("dev.run", Dev.run.build(path="/srv/f", formation_id=ID))],
    "dev_stop": [("dev.stop", Dev.stop.build(ID))],
}


def last_call(described: object, *, found: bool) -> Call[Any]:
    """What a method asks for in the end, where the formation is there already or isn't."""
    if isinstance(described, StreamCall):
        described = described.prepare(described.reader("http://server"))
    if isinstance(described, Call):
        return described
    if isinstance(described, FlowCall):
        described = iter(described)
    assert isinstance(described, Generator)
    try:
        step: object = next(described)
        while True:
            if isinstance(step, ConsumeStream):
                return last_call(step.stream, found=found)
            if isinstance(step, RunInThread):
                step = described.send(step.run())
            elif isinstance(step, Call) and step.save is not None:
                described.close()
                return step
            else:
                assert isinstance(step, Call)
                step = described.send(_look()) if found else described.throw(NotFoundError("none"))
    except StopIteration as stop:
        assert isinstance(stop.value, Call)
        if stop.value.upload is not None and stop.value.upload.on_close is not None:
            stop.value.upload.on_close()
        return stop.value


def _look() -> Response[Any]:
    formation = m.Formation.model_validate(FORMATION)
    return Response(formation, 200, {}, None, 1, None)  # type: ignore[arg-type]  # nobody asks


def row_id(row: dict[str, Any]) -> str:
    return str(row["id"])


def test_each_row_has_its_methods_or_a_reason() -> None:
    ids = [row_id(row) for row in ROWS]
    assert len(ids) == len(set(ids)) >= 29
    assert set(ids) == METHODS.keys() | _ELSEWHERE.keys()
    assert not METHODS.keys() & _ELSEWHERE.keys()


def test_each_method_is_in_one_row() -> None:
    from ...surface.methods import METHODS as FOUND

    named = [name for methods in METHODS.values() for name, _ in methods]
    assert len(named) == len(set(named))
    there = {".".join(one.path) for one in FOUND if one.service == "server"}
    assert there - set(named) == {"formations.wait_until_healthy"}, "polls `get`"
    assert set(named) <= there
    assert callable(ServerClient.formation_client)


@pytest.mark.parametrize("row", [row for row in ROWS if row["id"] in METHODS], ids=row_id)
def test_the_methods_ask_for_what_the_row_says(row: dict[str, Any]) -> None:
    for name, described in METHODS[row["id"]]:
        call = last_call(described, found=row["id"] != "deploy_formation")
        assert call.method == row["method"], name
        assert re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", row["path"]), call.path), name
        assert (call.auth is KeyKind.HMAC) is (row["auth"] == "hmac"), name
        assert set(call.query) == {one["name"] for one in row["query"]}, name
        headers = _headers(call, events=row["streaming"] is not None)
        for header in row.get("headers", ()):
            assert header["name"].lower() in headers, name
        _check_body(row, call, headers.get("content-type"))
        if row["streaming"] and "Accept" in row["streaming"]["trigger"]:
            assert "text/event-stream" in headers["accept"], name


def _headers(call: Call[Any], *, events: bool) -> dict[str, str]:
    outgoing = _OPTIONS.outgoing(call, idempotency_key="k", events=events)
    return {name.decode().lower(): value.decode() for name, value in outgoing.headers}


def _check_body(row: dict[str, Any], call: Call[Any], content_type: str | None) -> None:
    assert (content_type in row["content_type"]) if row["content_type"] else content_type is None
    body = row["body"]
    if body is None:
        assert call.body is None
        assert call.upload is None
    elif body["kind"] == "raw":
        assert call.upload is not None
    else:
        assert call.body is not None
        sent = json.loads(call.body.encode())
        fields = body.get("fields") or {key: 1 for one in body["one_of"] for key in one}
        assert sent.keys() == {key.rstrip("?") for key in fields}
        assert sent.get("action") == body.get("fields", {}).get("action")


def test_the_headers_of_a_bundle_are_those_of_its_manifest() -> None:
    call = last_call(Formations.deploy.build(HELLO), found=False)
    headers = _headers(call, events=True)
    assert (headers["x-formation-id"], headers["x-formation-version"]) == (ID, "1.0.0")
