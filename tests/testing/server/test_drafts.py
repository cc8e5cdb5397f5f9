"""Drafts: their files, their deployment and their processes."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muxi.testing import Emulator, Fault

from ...support.waiting import until
from .raw_control import BOT, FORMATIONS, MANIFEST, STREAM, Control, events, files, manifest, stages


def entries(control: Control, path: str = "") -> Any:
    return control.draft("list", path=path).json()["data"]["entries"]


def test_a_draft_is_made_edited_and_discarded(control: Control) -> None:
    made = control.draft("init", mode="new").json()
    assert datetime.fromisoformat(made["draft"].pop("created_at")[:26]).year >= 2025
    data = {"action": "init", "mode": "new"}
    assert made == {"success": True, "data": data, "draft": {"exists": True}, "live": {}}
    written = control.draft("write", path="deep//er/./a.txt", content="Grüß").json()["data"]
    assert written == {"path": "deep/er/a.txt", "size": 6, "written": True}
    read = control.draft("read", path="/deep/er/a.txt").json()["data"]
    assert read == {"path": "/deep/er/a.txt", "content": "Grüß", "encoding": "utf-8"}
    control.draft("write", path="empty", content="")
    size = control.draft("read", path="formation.afs").json()["data"]["content"]
    assert entries(control) == [
        {"name": "deep/", "type": "dir"},
        {"name": "empty", "type": "file"},
        {"name": "formation.afs", "type": "file", "size": len(size)},
    ]
    assert control.draft("list").json()["data"]["path"] == "."
    deleted = control.draft("delete", path="deep/er/a.txt").json()["data"]
    assert deleted == {"path": "deep/er/a.txt", "deleted": True}
    assert entries(control, "deep/er") is None
    control.draft("delete", path="deep")
    assert control.draft("discard").json() == {
        "success": True,
        "data": {"discarded": True},
        "draft": {"exists": False},
        "live": {},
    }


def test_a_clone_knows_what_it_was_made_of(bot: Control) -> None:
    found = bot.draft("init", mode="clone").json()
    assert found["draft"]["base_version"] == found["live"]["version"]
    assert found["live"]["status"] == "running"
    assert [each["name"] for each in entries(bot)] == ["agents/", "formation.afs"]


@given(content=st.binary(max_size=64))
def test_any_bytes_can_be_written_and_read(written: Control, content: bytes) -> None:
    coded = base64.b64encode(content).decode()
    answer = written.draft("write", path="b", content=coded, encoding="base64")
    assert answer.json()["data"]["size"] == len(content)
    found = written.draft("read", path="b", encoding="base64").json()["data"]["content"]
    assert base64.b64decode(found) == content


@pytest.fixture(scope="module")
def written(serving: Emulator) -> Iterator[Control]:
    control = Control(serving)
    control.draft("init", mode="new")
    yield control
    control.draft("discard")


REFUSED: list[tuple[str, dict[str, Any], int, str]] = [
    ("dance", {}, 400, "InvalidAction"),
    ("init", {"mode": "old"}, 400, "InvalidMode"),
    ("init", {"mode": "new"}, 409, "DraftAlreadyExists"),
    ("read", {"path": ""}, 400, "InvalidPath"),
    ("read", {"path": "../other"}, 400, "InvalidPath"),
    ("read", {"path": "a/../../x"}, 400, "InvalidPath"),
    ("write", {"path": "..", "content": ""}, 400, "InvalidPath"),
    ("write", {"content": "x"}, 400, "InvalidPath"),
    ("write", {"path": "a\0b"}, 400, "InvalidPath"),
    ("write", {"path": "n" * 300}, 400, "InvalidPath"),
    ("write", {"path": "formation.afs/x"}, 500, "WriteError"),
    ("write", {"path": "x", "content": "?", "encoding": "base64"}, 400, "DecodeError"),
    ("delete", {"path": "."}, 400, "InvalidPath"),
    ("delete", {"path": "/"}, 400, "InvalidPath"),
    ("delete", {"path": "none"}, 404, "FileNotFound"),
    ("read", {"path": "none"}, 404, "FileNotFound"),
    ("read", {"path": "agents"}, 500, "ReadError"),
    ("list", {"path": "none"}, 404, "FileNotFound"),
    ("list", {"path": "formation.afs"}, 500, "ReadError"),
    ("list", {"path": 7}, 400, "InvalidJSON"),
]


@pytest.mark.parametrize(("action", "more", "status", "kind"), REFUSED)
def test_what_drafts_refuse(
    bot: Control, action: str, more: dict[str, Any], status: int, kind: str
) -> None:
    bot.draft("init", mode="clone")
    answer = bot.draft(action, **more)
    body = answer.json()
    assert (answer.status_code, body["error"], body["success"]) == (status, kind, False)
    assert set(body) == {"success", "error", "message", "draft", "live"}
    assert body["draft"]["exists"]


@pytest.mark.parametrize("action", ["list", "read", "write", "delete", "deploy", "discard"])
def test_without_a_draft(control: Control, action: str) -> None:
    answer = control.draft(action, path="x", headers=STREAM)
    assert (answer.status_code, answer.json()["error"]) == (404, "DraftNotFound")


def test_names_and_bodies_are_checked(control: Control) -> None:
    path = f"{FORMATIONS}/rpc/draft/files"
    assert control.ask("POST", path, json={}).json()["error"] == "InvalidFormationID"
    for body in (b"", b"[", b"[]"):
        answer = control.ask("POST", f"{BOT}/draft/files", content=body)
        assert (answer.status_code, answer.json()["error"]) == (400, "InvalidJSON")
    answer = control.draft("init", mode="clone")
    assert (answer.status_code, answer.json()["error"]) == (404, "LiveNotFound")


def drafted(control: Control, text: str = MANIFEST) -> None:
    control.draft("init", mode="new")
    control.draft("write", path="formation.afs", content=text)
    control.draft("write", path="agents/helper.afs", content=str(files()["agents/helper.afs"]))


def test_a_draft_becomes_a_formation_then_its_next_version(control: Control) -> None:
    drafted(control)
    answer = control.draft("deploy")
    assert (answer.status_code, answer.json()["data"]["formation_id"]) == (201, "my-bot")
    assert control.chat().status_code == 200
    assert not control.draft("list").json()["draft"]["exists"]
    control.server.quirks.draft_digest = False
    drafted(control, manifest("A bot", "A better bot"))
    answer = control.draft("deploy", headers=STREAM)
    assert stages(answer) == [
        *("validating", "validating", "resolving_runtime", "resolving_runtime"),
        *(
            "spawning_staging",
            "health_check",
            "health_check",
            "swapping",
            "stopping_old",
            "complete",
        ),
    ]
    assert events(answer)[0][1]["message"] == "Updating formation from draft..."
    assert not control.draft("list").json()["draft"]["exists"]


def test_a_new_draft_is_deployed_in_stages(control: Control) -> None:
    drafted(control)
    answer = control.draft("deploy", headers=STREAM)
    assert stages(answer) == [
        *("validating", "resolving_runtime", "resolving_runtime", "spawning"),
        *("health_check", "health_check", "complete"),
    ]
    assert events(answer)[0][1]["message"] == "Deploying new formation from draft..."


@pytest.mark.parametrize("live", [False, True])
def test_a_failed_deployment_usually_loses_the_draft(control: Control, live: bool) -> None:
    if live:
        control.deploy()
    drafted(control, manifest("A bot", "${{ secrets.X }}"))
    answer = control.draft("deploy")
    assert (answer.status_code, answer.json()["error"]) == (400, "Bad Request")
    assert control.draft("list").json()["draft"]["exists"] is not live
    control.draft("discard")
    drafted(control)
    control.server.faults.append(Fault("resolving_runtime", "ResolveError"))
    assert events(control.draft("deploy", headers=STREAM))[-1][1]["error"] == "ResolveError"
    assert not control.draft("list").json()["draft"]["exists"]
    assert control.ask("GET", BOT).status_code == (200 if live else 404)


def test_an_unreadable_manifest_is_refused_before_the_stream(control: Control) -> None:
    drafted(control, "- no manifest")
    answer = control.draft("deploy", headers=STREAM)
    assert (answer.status_code, answer.json()["error"]) == (400, "ParseError")
    assert control.draft("list").json()["draft"]["exists"]


def test_a_conflict_within_the_stream_is_no_event(bot: Control) -> None:
    drafted(bot, manifest("A bot", "A better bot"))
    bot.server.faults.append(Fault("health_check", delay=30))
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(bot.draft, "deploy")
        until(lambda: not bot.server.faults)
        bot.draft("init", mode="clone")
        plain = bot.draft("deploy")
        streamed = bot.draft("deploy", headers=STREAM)
        bot.act("cancel-update")
        waiting.result()
    assert (plain.status_code, plain.json()["error"]) == (409, "DeployConflict")
    assert (streamed.status_code, streamed.json()["error"]) == (200, "DeployConflict")
    assert streamed.headers["content-type"] == "text/event-stream"
    assert bot.draft("list").json()["draft"]["exists"]
