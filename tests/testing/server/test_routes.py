"""Every operation of the contract's table: its key, its response, its stages."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest

from .raw_control import NEXT, STREAM, Control, bundle, events, files, manifest

TABLE: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[2] / "contract" / "server-endpoints.json").read_text()
)
DRAFT_DEPLOY = manifest("A bot", "A bot from a draft")
BODIES: dict[str, dict[str, Any]] = {
    "deploy_formation": {"content": bundle(), "headers": {"Content-Type": "application/gzip"}},
    "update_formation": {"content": NEXT},
    "draft_init": {"json": {"action": "init", "mode": "new"}},
    "draft_list": {"json": {"action": "list"}},
    "draft_read": {"json": {"action": "read", "path": "formation.afs"}},
    "draft_write": {"json": {"action": "write", "path": "a.txt", "content": "A"}},
    "draft_delete": {"json": {"action": "delete", "path": "formation.afs"}},
    "draft_discard": {"json": {"action": "discard"}},
    "draft_deploy": {"json": {"action": "deploy"}},
    "dev_run": {"json": {"formation_id": "my-bot"}},
    "dev_stop": {"json": {"formation_id": "my-bot"}},
    "follow_formation_logs": {"params": {"follow": "true"}},
}


def prepare(control: Control, name: str) -> None:
    """Create the state that an operation needs."""
    if name != "deploy_formation":
        control.deploy()
    if name == "start_formation":
        control.act("stop")
    if name == "rollback_formation":
        control.update(NEXT)
    if name == "cancel_update":
        control.update(bundle({"formation.afs": files()["formation.afs"]}))
    if (name.startswith("draft_") and name != "draft_init") or name in ("dev_run", "dev_stop"):
        control.draft("init", mode="clone")
        control.draft("write", path="formation.afs", content=DRAFT_DEPLOY)
    if name in ("dev_stop", "proxy_draft"):
        control.draft("init", mode="clone")
        control.ask("POST", "/rpc/dev/run", json={"formation_id": "my-bot"})


def ask(control: Control, row: Mapping[str, Any], **headers: str) -> httpx.Response:
    path = row["path"].replace("{id}", "my-bot").replace("{formation_id}", "my-bot")
    path = path.replace("{path*}", "v1/health")
    method = "GET" if row["method"] == "ANY" else row["method"]
    more = dict(BODIES.get(row["id"], {}))
    given = {"X-Formation-ID": "my-bot", **more.pop("headers", {}), **headers}
    return control.ask(method, path, headers=given, **more)


WORDS = {"str": str, "int": int, "bool": bool, "datetime": str, "true": bool, "false": bool}


def fits(wanted: object, found: object, where: str = "") -> list[str]:
    """Return where a response differs from the contract."""
    if isinstance(wanted, dict):
        assert isinstance(found, dict), where
        names = {name.rstrip("?"): name for name in wanted if name != "?"}
        needed = {name for name, written in names.items() if not written.endswith("?")}
        wrong = [f"{where}.{name}: missing" for name in needed - set(found)]
        wrong += [f"{where}.{name}: unknown" for name in set(found) - set(names)]
        for name in set(names) & set(found):
            wrong += fits(wanted[names[name]], found[name], f"{where}.{name}")
        return wrong
    if isinstance(wanted, list):
        assert isinstance(found, list), where
        return [text for each in found for text in fits(wanted[0], each, where)]
    words = str(wanted).partition(" ")[0].split("|")
    kinds = tuple(WORDS[word] for word in words if word in WORDS)
    plain = found is None if "null" in words else False
    literal = not kinds and (isinstance(found, list | dict) or str(found) in words)
    return [] if plain or literal or isinstance(found, kinds) else [f"{where}: {found!r}"]


JSON_ROWS = [
    row
    for row in TABLE
    if row["success"].get("shape") in ("envelope", "flat", "draft") and row["id"] != "draft_deploy"
]


def test_the_table_is_whole() -> None:
    assert len(TABLE) == 30
    assert len(JSON_ROWS) == 21


@pytest.mark.parametrize("row", JSON_ROWS, ids=lambda row: row["id"])
def test_every_answer_has_the_keys_of_the_contract(control: Control, row: dict[str, Any]) -> None:
    prepare(control, row["id"])
    answer, success = ask(control, row), row["success"]
    assert answer.status_code == success["status"], answer.text
    assert answer.headers["content-type"] == "application/json"
    body = answer.json()
    if success["shape"] == "flat":
        assert fits(success["keys"], body) == []
        return
    if success["shape"] == "draft":
        assert fits(success["envelope"] | {"data?": success["data"]}, body) == []
        return
    assert body["success"] is True
    assert set(body) == {"success", "data"}
    wanted = success["data"]
    if row["id"] == "get_formation":
        wanted["version?"] = {"semantic?": "str", "current?": "str", "previous?": "str"}
    assert fits(wanted, body["data"]) == []


OTHERS = [row for row in TABLE if row not in JSON_ROWS and row["id"] != "follow_formation_logs"]


@pytest.mark.parametrize("row", OTHERS, ids=lambda row: row["id"])
def test_every_other_answer_has_its_type(control: Control, row: dict[str, Any]) -> None:
    prepare(control, row["id"])
    answer, success = ask(control, row), row["success"]
    if row["resource"] == "proxy":
        # The emulated formation has no MCP, and this error is its own.
        assert answer.status_code == (404 if row["id"] == "proxy_mcp" else 200)
        assert answer.json().get("object", "error") == "error"
        return
    wanted = success["status"]
    assert answer.status_code in (wanted if isinstance(wanted, list) else [wanted])
    if "content_type" in success:
        assert answer.headers["content-type"] == success["content_type"]
    assert answer.text == success.get("literal", answer.text)
    assert answer.headers.get("location") == success.get("location")


STREAMED = [
    row for row in TABLE if (row["streaming"] or {}).get("trigger", "").startswith("header")
]


@pytest.mark.parametrize("row", STREAMED, ids=lambda row: row["id"])
def test_every_stream_goes_through_the_stages_of_the_contract(
    control: Control, row: dict[str, Any]
) -> None:
    prepare(control, row["id"])
    found, expected = events(ask(control, row, **STREAM)), row["streaming"]
    names = [name for name, _ in found]
    assert set(names[:-1]) == {"progress"}
    assert names[-1] == "complete"
    if row["id"] == "draft_deploy":
        assert found[0][1]["stage"] == "validating"
        assert {"extracting"}.isdisjoint(str(data.get("stage")) for _, data in found)
        return
    seen = list(dict.fromkeys(data["stage"] for name, data in found[:-1]))
    assert seen == [stage for stage in expected["stages"] if not stage.endswith("?")]
    keys = {key.rstrip("?") for key in expected["complete_keys"]}
    assert set(found[-1][1]) == keys


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row["id"])
def test_every_route_asks_for_a_signature_or_for_none(
    control: Control, row: dict[str, Any]
) -> None:
    answer = ask(control, row, Authorization="Bearer x")
    assert (answer.status_code == 401) == (row["auth"] == "hmac")
    control.server.auth = False
    if row["id"] != "follow_formation_logs":
        assert ask(control, row, Authorization="").status_code != 401
