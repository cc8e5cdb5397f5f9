"""The server's bugs, on and off (contract server-api 4.4)."""

from __future__ import annotations

import pytest

from muxi.testing import Emulator, Fault

from .raw_control import BOT, FORMATIONS, NEXT, THIRD, Control, bundle, events, files, manifest
from .test_drafts import drafted


@pytest.mark.parametrize("quirk", [True, False])
def test_q1_the_old_port(bot: Control, quirk: bool) -> None:
    bot.server.quirks.old_port = quirk
    before = bot.get(BOT)["port"]
    reported = bot.update(NEXT).json()["data"]["port"]
    assert (reported == before, reported == bot.get(BOT)["port"]) == (quirk, not quirk)


@pytest.mark.parametrize("quirk", [True, False])
def test_q2_a_failed_update_can_be_cancelled_once(bot: Control, quirk: bool) -> None:
    bot.server.quirks.staging_stays = quirk
    bot.server.faults.append(Fault("health_check", "HealthCheckFailed"))
    assert bot.update(NEXT).status_code == 400
    codes = [bot.act("cancel-update").status_code for _ in range(2)]
    assert codes == ([200, 400] if quirk else [400, 400])


def test_without_q3_there_is_one_log_and_updates_go_on(bot: Control) -> None:
    assert bot.update(NEXT).status_code == bot.update(THIRD).status_code == 200
    assert len(bot.get(f"{BOT}/logs")["logs"]["stdout"]) == 3
    assert bot.act("stop").status_code == 200


@pytest.mark.parametrize("action", ["start", "restart"])
def test_q4_the_wrong_directory(bot: Control, action: str) -> None:
    bot.act("stop")
    bot.server.quirks.wrong_directory = True
    answer = bot.act(action)
    assert answer.status_code == 500
    assert answer.json()["message"].startswith("Failed to find formation config: ")
    assert events(bot.act(action, stream=True))[-1][1]["error"] == "ParseError"
    bot.server.quirks.wrong_directory = False
    assert bot.act(action).status_code == 200


@pytest.mark.parametrize("quirk", [True, False])
def test_q5_a_second_draft_is_identical(control: Control, quirk: bool) -> None:
    control.server.quirks.draft_digest = quirk
    drafted(control)
    control.draft("deploy")
    drafted(control, manifest("A bot", "A better bot"))
    answer = control.draft("deploy")
    assert answer.status_code == (409 if quirk else 200)
    if quirk:
        text = "Source is identical to current version - nothing to update"
        assert answer.json() == {"error": "Conflict", "message": text, "code": 409}


@pytest.mark.parametrize("quirk", [True, False])
def test_q6_a_new_draft_lacks_its_description(control: Control, quirk: bool) -> None:
    control.server.quirks.bare_draft = quirk
    control.draft("init", mode="new")
    answer = control.draft("deploy")
    assert answer.status_code == (400 if quirk else 201)
    if quirk:
        assert answer.json()["error"] == "ParseError"


def test_the_first_formation_is_one_like_the_others() -> None:
    with Emulator() as emulator:
        control = Control(emulator)
        path = f"{FORMATIONS}/hello"
        before = emulator.formation_url
        text = manifest("my-bot", "hello")
        answer = control.ask("PUT", path, content=bundle(files(formation_afs=text), "hello"))
        assert answer.status_code == 200
        assert emulator.formation_url != before
        assert control.ask("POST", f"{path}/rollback").status_code == 200
        assert control.ask("POST", f"{path}/restart").status_code == 200
        assert emulator.status == "running"
        assert control.ask("DELETE", path).status_code == 200
        assert emulator.status == "stopped"
        with pytest.raises(RuntimeError, match="deleted"):
            emulator.status = "running"
