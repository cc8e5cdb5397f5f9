"""Dev runs: drafts that run beside the live formations."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from .raw_control import BOT, FORMATIONS, MANIFEST, Control, manifest
from .test_drafts import drafted


def run(control: Control, **body: object) -> tuple[int, dict[str, Any]]:
    answer = control.ask("POST", "/rpc/dev/run", json=body)
    return answer.status_code, answer.json()


def test_a_directory_runs_beside_the_live_formation(bot: Control, tmp_path: Path) -> None:
    (tmp_path / "formation.afs").write_text(manifest("agents:\n  - helper\n"))
    status, data = run(bot, path=str(tmp_path), formation_id="ignored")
    port = data["port"]
    assert (status, data) == (
        200,
        {"success": True, "formation_id": "my-bot", "port": port, "status": "running"},
    )
    assert port != bot.get(BOT)["port"]
    assert bot.chat("draft").status_code == bot.chat().status_code == 200
    assert len(bot.get(FORMATIONS)["formations"]) == 2
    assert bot.ask("GET", f"{FORMATIONS}/my-bot-draft/logs").status_code == 404
    status, data = run(bot, path=str(tmp_path))
    text = f"Draft formation my-bot is already running on port {port}. Run 'muxi down' first."
    assert (status, data["error"]) == (409, text)
    stopped = bot.ask("POST", "/rpc/dev/stop", json={"formation_id": "my-bot"})
    assert stopped.json() == {"success": True, "formation_id": "my-bot", "status": "stopped"}
    assert bot.chat("draft").status_code == 404
    assert bot.chat().status_code == 200


def test_the_draft_of_a_formation_runs(control: Control) -> None:
    drafted(control)
    assert run(control, formation_id="my-bot")[0] == 200
    assert control.chat("draft").status_code == 200
    assert control.chat().status_code == 404


RUNTIME = (
    'Invalid muxi_runtime: invalid muxi_runtime "a:b:c": expected "<version>[:<variant>]" '
    'where version is "latest" or a dotted integer and variant is lowercase kebab'
)


def test_what_can_not_be_run(control: Control, tmp_path: Path) -> None:
    control.draft("init", mode="new")
    control.draft("write", path="formation.afs", content=manifest("id: my-bot\n"))
    (tmp_path / "formation.afs").write_text(manifest("schema", "muxi_runtime: a:b:c\nschema"))
    cases: list[tuple[dict[str, object], int, str]] = [
        ({}, 400, "Must provide either 'path' or 'formation_id'"),
        ({"path": 7}, 400, "Invalid request body"),
        ({"path": "here"}, 400, "Path must be absolute"),
        ({"path": "/none/such"}, 400, "Directory not found: /none/such"),
        ({"path": str(tmp_path.parent)}, 400, f"formation.afs not found in {tmp_path.parent}"),
        ({"path": str(tmp_path)}, 400, RUNTIME),
        (
            {"formation_id": "my-bot"},
            400,
            "Failed to parse formation config: formation config must have an 'id' field",
        ),
        ({"formation_id": "other"}, 404, "Draft directory not found for formation other"),
        ({"formation_id": "../.."}, 404, "Draft directory not found for formation ../.."),
    ]
    for body, status, text in cases:
        known = "my-bot" if text == RUNTIME else str(body.get("formation_id", ""))
        empty = {"success": False, "formation_id": known, "port": 0, "status": ""}
        assert run(control, **body) == (status, {**empty, "error": text})
    (tmp_path / "formation.afs").write_text(MANIFEST)
    status, data = run(control, path=str(tmp_path))
    assert (status, data["error"].partition("\n")[0]) == (
        500,
        "Health check failed: Formation crashed during startup:",
    )
    assert control.chat("draft").status_code == 404


def test_what_can_not_be_stopped(control: Control) -> None:
    for body, status, text in (
        ({}, 400, "Missing formation_id"),
        ({"formation_id": "other"}, 404, "Draft formation other not found"),
    ):
        answer = control.ask("POST", "/rpc/dev/stop", json=body)
        assert (answer.status_code, answer.json()["error"]) == (status, text)
