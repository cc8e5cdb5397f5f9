"""Updates, rollbacks and cancellations: blue-green versions and the files that are kept."""

from __future__ import annotations

import hashlib
import io
import random
import zipfile
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from muxi.testing import Fault

from ...support.plain_http import NO_TLS
from ...support.waiting import until
from .raw_control import BOT, NEXT, STREAM, Control, bundle, events, files, manifest, stages

BROKEN = bundle({"formation.afs": files()["formation.afs"]})


def sha(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def downloaded(control: Control, query: str = "") -> dict[str, bytes]:
    answer = control.ask("GET", f"{BOT}/download{query}")
    assert answer.status_code == 200
    with zipfile.ZipFile(io.BytesIO(answer.content)) as packed:
        assert packed.testzip() is None
        return {each: packed.read(each) for each in packed.namelist()}


def test_an_update_takes_over(bot: Control) -> None:
    before = bot.get(BOT)
    data = bot.update(NEXT).json()["data"]
    after = bot.get(BOT)
    assert data == {
        "id": "my-bot",
        "status": "running",
        "version": 2,
        "previous_version": 1,
        "port": before["port"],
        "pid": after["pid"],
        "message": "Formation updated with zero downtime",
        "deployment_type": "blue-green",
    }
    assert after["port"] != before["port"]
    assert after["pid"] != before["pid"]
    versions = {"current": sha(NEXT), "previous": sha(bundle())}
    assert after["version"] == versions
    assert after["created_at"] == before["created_at"]
    assert bot.chat().status_code == 200
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"http://127.0.0.1:{before['port']}/v1/health", verify=NO_TLS)
    assert (
        httpx.get(f"http://127.0.0.1:{after['port']}/v1/health", verify=NO_TLS).status_code == 200
    )


def test_the_order_of_an_updates_stages(bot: Control) -> None:
    bot.server.quirks.old_port = False
    bot.server.attempts = 2
    answer = bot.update(NEXT, **STREAM)
    assert stages(answer) == [
        "extracting",
        "validating",
        *["resolving_runtime"] * 2,
        "spawning_staging",
        *["health_check"] * 3,
        "swapping",
        "stopping_old",
        "complete",
    ]
    found = [data for _, data in events(answer)]
    assert found[-1] == {
        "formation_id": "my-bot",
        "port": bot.get(BOT)["port"],
        "status": "running",
        "url": f"http://localhost:{bot.url.rpartition(':')[2]}/api/my-bot",
        "previous_version": "1",
        "new_version": "2",
    }
    assert found[4]["staging_port"] == found[-1]["port"]


def test_identical_bytes_are_refused(bot: Control) -> None:
    text = "Source is identical to current version - nothing to update"
    answer = bot.update(bundle())
    assert (answer.status_code, answer.json()["message"]) == (409, text)
    found = events(bot.update(bundle(), **STREAM))[-1]
    assert found == ("error", {"error": "NoChange", "message": text, "stage": "validating"})


def test_what_is_not_checked(bot: Control) -> None:
    other = bundle(files(formation_afs=manifest("my-bot", "other")))
    assert bot.update(other, Content_Type="text/plain").status_code == 200
    assert bot.get(BOT)["id"] == "my-bot"


def test_a_version_that_was_not_announced(bot: Control) -> None:
    body = bundle(files(formation_afs=manifest('"1.0.0"\nserver', '"2.0.0"\nserver')))
    assert bot.update(body).status_code == 400
    assert events(bot.update(body, **STREAM))[-1][1]["error"] == "VersionMismatch"
    assert bot.update(body, X_Formation_Version="2.0.0").status_code == 200
    assert bot.summary()["version"]["semantic"] == "2.0.0"


def test_unknown_formations_are_never_streamed(control: Control) -> None:
    answer = control.update(b"", **STREAM)
    assert (answer.status_code, answer.json()["message"]) == (404, "Formation not found")


def test_the_memory_and_the_tuning_files_are_carried_over(control: Control) -> None:
    live = files(memory_db=b"old", MUXI_md="tuned") | {"PENDING-MUXI.md": "more", "gone.txt": "x"}
    control.deploy(bundle(live))
    control.update(bundle(files(MUXI_md="uploaded")))
    found = downloaded(control, "?db=true")
    kept = {name: found.get(name) for name in ("memory.db", "MUXI.md", "PENDING-MUXI.md")}
    assert kept == {"memory.db": b"old", "MUXI.md": b"tuned", "PENDING-MUXI.md": b"more"}
    assert "gone.txt" not in found
    control.update(bundle(files(memory_db=b"new")))
    assert downloaded(control, "?db=true")["memory.db"] == b"new"


def test_the_old_version_serves_on_when_the_new_one_does_not_start(bot: Control) -> None:
    answer = bot.update(BROKEN)
    assert answer.status_code == 400
    message = answer.json()["message"]
    assert message.startswith("New version failed health check: Formation crashed during startup:")
    assert message.endswith(". Old version still running - zero downtime maintained.")
    assert bot.chat().status_code == 200
    assert bot.get(BOT)["version"]["current"] == sha(bundle())
    assert bot.update(NEXT).status_code == 200


def test_one_update_at_a_time_and_it_can_be_cancelled(bot: Control) -> None:
    bot.server.faults.append(Fault("health_check", delay=30))
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(bot.update, NEXT)
        until(lambda: not bot.server.faults)
        second = bot.update(NEXT, **STREAM)
        assert second.status_code == 409
        assert second.json()["message"] == "Formation is already being updated"
        assert bot.chat().status_code == 200
        port = bot.get(BOT)["port"]
        cancelled = bot.act("cancel-update")
        failed = waiting.result()
    body = cancelled.json()
    assert cancelled.status_code == 200
    assert body.pop("staging_port") not in (None, port)
    assert body == {
        "message": "Update cancelled successfully",
        "formation_id": "my-bot",
        "status": "running",
        "current_port": port,
    }
    assert (failed.status_code, failed.json()["message"]) == (
        400,
        "New version failed health check: Formation process crashed during startup"
        ". Old version still running - zero downtime maintained.",
    )
    assert bot.update(NEXT).status_code == 200


def test_there_is_nothing_to_cancel(bot: Control) -> None:
    answer = bot.act("cancel-update")
    message = "No update in progress for this formation"
    assert (answer.status_code, answer.json()["message"]) == (400, message)


def test_a_rollback_swaps_and_swaps_back(bot: Control) -> None:
    bot.update(NEXT)
    port = bot.get(BOT)["port"]
    for version, digest in ((1, sha(bundle())), (2, sha(NEXT))):
        data = bot.act("rollback").json()["data"]
        after = bot.get(BOT)
        assert data == {
            "id": "my-bot",
            "status": "running",
            "version": version,
            "previous_version": 3 - version,
            "pid": after["pid"],
            "message": "Rolled back to previous version",
        }
        assert (after["port"], after["version"]["current"]) == (port, digest)
        assert bot.chat().status_code == 200


def test_the_order_of_a_rollbacks_stages(bot: Control) -> None:
    bot.update(NEXT)
    answer = bot.act("rollback", stream=True)
    assert stages(answer) == [
        "validating",
        *["resolving_runtime"] * 2,
        "spawning_previous",
        *["health_check"] * 2,
        "stopping_current",
        "swapping",
        "complete",
    ]
    done = events(answer)[-1][1]
    assert (done["previous_version"], done["new_version"]) == ("2", "1")
    assert set(done) == {
        *("formation_id", "port", "status", "url", "previous_version", "new_version")
    }


def test_the_memory_follows_a_rollback(control: Control) -> None:
    control.deploy()
    control.update(bundle(files(memory_db=b"learnt")))
    control.act("rollback")
    assert downloaded(control, "?db=true")["memory.db"] == b"learnt"


def test_nothing_to_roll_back_to(bot: Control) -> None:
    text = "No previous version available for rollback"
    answer = bot.act("rollback")
    assert (answer.status_code, answer.json()["message"]) == (400, text)
    first, found = events(bot.act("rollback", stream=True))
    assert first[1]["message"] == "Validating rollback request..."
    error = {"error": "NoPreviousVersion", "message": text, "stage": "validating"}
    assert found == ("error", error)


def test_a_download_has_no_key_and_the_memory_only_on_request(control: Control) -> None:
    hidden = {".key": b"k", ".env": b"e", "secrets.enc": b"s", "deep/.git/config": b"g"}
    control.deploy(bundle(files(memory_db=b"m") | hidden | {"deep/a&b.txt": b"t"}))
    found = downloaded(control)
    wanted = {".env", "secrets.enc", "agents/", "agents/helper.afs", "deep/", "deep/a&b.txt"}
    assert set(found) == {*wanted, "formation.afs"}
    assert b"_deployment_mode: server" in found["formation.afs"]
    assert set(downloaded(control, "?db=1")) == set(found)
    assert downloaded(control, "?db=true")["memory.db"] == b"m"
    answer = control.ask("GET", f"{BOT}/download")
    assert answer.headers["content-disposition"] == 'attachment; filename="my-bot.zip"'
    assert answer.headers["content-type"] == "application/zip"
    assert int(answer.headers["content-length"]) == len(answer.content)


def test_a_larger_download_comes_without_its_length(control: Control) -> None:
    control.deploy(bundle(files(noise=random.Random(7).randbytes(4096))))
    answer = control.ask("GET", f"{BOT}/download")
    assert "content-length" not in answer.headers
    assert len(answer.content) > 4096


def test_a_download_can_be_cut_short_without_an_error_status(bot: Control) -> None:
    bot.server.faults += [Fault("download", cut="end"), Fault("download", cut="drop")]
    answer = bot.ask("GET", f"{BOT}/download")
    assert answer.status_code == 200
    assert not zipfile.is_zipfile(io.BytesIO(answer.content))
    with pytest.raises(httpx.RemoteProtocolError):
        bot.ask("GET", f"{BOT}/download")
    assert bot.ask("GET", "/rpc/formations/none/download").status_code == 404
