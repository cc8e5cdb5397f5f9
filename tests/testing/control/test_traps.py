"""How the public clients handle the server's bugs, on and off (contract server-api 4.4)."""

from __future__ import annotations

from typing import Any

import pytest

import muxi

from ...support.control_answers import ID
from .plane import CLIENT_KEY, Plane, Use, without_events
from .test_errors import caught
from .test_progress import by_one_kind, doing

BOTH = pytest.mark.parametrize("quirk", [True, False])


@by_one_kind
@BOTH
@pytest.mark.parametrize("change", [None, without_events])
def test_q1_the_port_after_an_update_is_the_new_one(
    deployed: Plane, quirk: bool, change: Any
) -> None:
    deployed.emulator.server.quirks.old_port = quirk
    before = deployed.look()["port"]
    deployed.changed()
    found = deployed.ask(doing(deployed, "update"), change)
    assert found.port == deployed.look()["port"] != before
    assert (found.version, found.previous_version) == (2, 1), "text in events, numbers without"


@by_one_kind
@BOTH
def test_q2_a_failed_update_may_be_cancelled_once(deployed: Plane, quirk: bool) -> None:
    deployed.emulator.server.quirks.staging_stays = quirk
    deployed.fail("health_check", "HealthCheckFailed")
    deployed.changed()
    caught(deployed, doing(deployed, "update"))
    if quirk:
        gone = deployed.ask(lambda s: s.formations.cancel_update(ID))
        assert (gone.formation_id, gone.current_port) == (ID, deployed.look()["port"])
    error = caught(deployed, lambda s: s.formations.cancel_update(ID))
    assert type(error) is muxi.ValidationError
    assert error.message == "No update in progress for this formation"
    assert deployed.chat().text == "You said: Hi"


@by_one_kind
@BOTH
def test_q3_a_process_under_another_name(deployed: Plane, quirk: bool) -> None:
    deployed.emulator.server.quirks.misfiled = quirk
    deployed.update()
    assert deployed.chat().text == "You said: Hi"
    started = len(deployed.ask(lambda s: s.formations.logs(ID)).logs.stdout)
    assert started == (1 if quirk else 2)
    deployed.changed()
    if not quirk:
        assert deployed.ask(doing(deployed, "update")).version == 3
        assert deployed.ask(lambda s: s.formations.stop(ID)).status == "stopped"
        return
    again = caught(deployed, doing(deployed, "update"))
    assert (type(again), again.code) == (muxi.ServerError, "SpawnError")
    assert "already exists" in again.message
    stop = caught(deployed, lambda s: s.formations.stop(ID))
    assert (type(stop), stop.message) == (muxi.ServerError, "Failed to stop formation")


@by_one_kind
@BOTH
@pytest.mark.parametrize("run", ["start", "restart"])
def test_q4_the_wrong_directory(deployed: Plane, run: str, quirk: bool) -> None:
    deployed.ask(lambda s: s.formations.stop(ID))
    deployed.emulator.server.quirks.wrong_directory = quirk
    if not quirk:
        assert deployed.ask(doing(deployed, run)).status == "running"
        return
    error = caught(deployed, doing(deployed, run))
    assert (type(error), error.code, error.status_code) == (muxi.ServerError, "ParseError", 500)
    assert error.message.startswith("Failed to find formation config: ")


@by_one_kind
@BOTH
def test_q5_a_second_draft_is_identical(deployed: Plane, quirk: bool) -> None:
    deployed.emulator.server.quirks.draft_digest = quirk
    for text in ("one", "two"):
        deployed.ask(lambda s: s.drafts.create(ID, mode="clone"))
        deployed.ask(lambda s, text=text: s.drafts.write(ID, "note.txt", text))
        if text == "one" or not quirk:
            assert deployed.ask(lambda s: s.drafts.deploy(ID)).changed
    if quirk:
        error = caught(deployed, lambda s: s.drafts.deploy(ID))
        assert (type(error), error.code, error.status_code) == (
            muxi.ConflictError,
            "NoChange",
            409,
        )


@by_one_kind
@BOTH
def test_q6_a_new_draft_lacks_its_description(plane: Plane, quirk: bool) -> None:
    plane.emulator.server.quirks.bare_draft = quirk
    plane.ask(lambda s: s.drafts.create(ID))
    if quirk:
        error = caught(plane, lambda s: s.drafts.deploy(ID))
        assert (type(error), error.code, error.status_code) == (
            muxi.ValidationError,
            "ParseError",
            400,
        )
        plane.ask(lambda s: s.drafts.write(ID, "formation.afs", f"id: {ID}\ndescription: It\n"))
    assert plane.ask(lambda s: s.drafts.deploy(ID)).status == "running"


@by_one_kind
@BOTH
def test_q7_errors_of_the_proxy_that_are_no_json(plane: Plane, quirk: bool) -> None:
    plane.emulator.server.quirks.unescaped = quirk
    with pytest.raises(muxi.NotFoundError) as found:
        plane.chat(formation_id='a"b')
    assert found.value.status_code == 404
    assert ("No formation with id 'a\"b'" in found.value.message) is not quirk
    assert (found.value.code == "Formation not found") is not quirk


def refused_during_an_update(deployed: Plane, use: Use) -> muxi.ConflictError:
    """Make a call that is refused while an update runs, cancel the update, return the refusal."""
    deployed.changed()
    deployed.fail("health_check", delay=60)

    def then(server: Any) -> Any:
        if not deployed.client_kind.is_sync:
            return athen(server)
        with pytest.raises(muxi.ConflictError) as error:
            use(server)
        server.formations.cancel_update(ID)
        return error.value

    async def athen(server: Any) -> Any:
        with pytest.raises(muxi.ConflictError) as error:
            await use(server)
        await server.formations.cancel_update(ID)
        return error.value

    refusal, _ = deployed.during(doing(deployed, "update", stream=True), "spawning_staging", then)
    assert isinstance(refusal, muxi.ConflictError)
    return refusal


def test_a_conflict_of_drafts_in_an_open_stream(deployed: Plane) -> None:
    deployed.ask(lambda s: s.drafts.create(ID, mode="clone"))
    conflict = refused_during_an_update(deployed, lambda s: s.drafts.deploy(ID))
    assert (conflict.code, conflict.status_code) == ("DeployConflict", 409)
    assert conflict.message == "Formation is already being updated"


def test_a_second_update_at_once(deployed: Plane) -> None:
    conflict = refused_during_an_update(deployed, doing(deployed, "update"))
    assert conflict.message == "Formation is already being updated"


def test_lists_that_are_null_are_empty(deployed: Plane) -> None:
    logs = deployed.ask(lambda s: s.formations.logs(ID, stream="stderr"))
    assert (logs.logs.stderr, logs.total_lines.stderr) == ([], 0)
    deployed.ask(lambda s: s.drafts.create(ID))
    deployed.ask(lambda s: s.drafts.delete(ID, "formation.afs"))
    assert list(deployed.ask(lambda s: s.drafts.list(ID))) == []


@pytest.mark.usefixtures("patient_looks")
def test_a_formation_that_starts_has_no_health_yet(deployed: Plane) -> None:
    seen: list[Any] = []
    deployed.ask(lambda s: s.formations.stop(ID))
    deployed.fail("health_check", "HealthCheckFailed")
    caught(deployed, doing(deployed, "start"))
    seen.append(deployed.ask(lambda s: s.formations.get(ID)))
    seen += [f for f in deployed.ask(lambda s: s.formations.list()) if f.id == ID]
    assert [(one.status, one.healthy) for one in seen] == [("starting", None)] * 2
    with pytest.raises(muxi.TimeoutError, match="is starting and not healthy"):
        deployed.ask(
            lambda s: s.formations.wait_until_healthy(ID, timeout=0.02, poll_interval=0.01)
        )
    with pytest.raises(muxi.UnavailableError, match=r"not running \(status: starting\)"):
        deployed.chat(max_retries=0)


def test_the_memory_of_what_runs_is_kept(plane: Plane) -> None:
    (plane.folder / "memory.db").write_bytes(b"remembered")
    plane.ask(lambda s: s.formations.deploy(plane.folder, include_db=True))
    (plane.folder / "memory.db").write_bytes(b"another")
    plane.update()

    def saved(to: str, **options: Any) -> Any:
        target = plane.folder.parent / to
        plane.ask(lambda s: s.formations.download(ID, target, extract=True, **options))
        return target / "memory.db"

    assert not saved("without").exists()
    assert saved("with", include_db=True).read_bytes() == b"remembered"


def test_a_client_key_opens_only_its_formation(deployed: Plane) -> None:
    with pytest.raises(muxi.AuthenticationError):
        deployed.chat(formation_id="hello")

    def use(server: Any) -> Any:
        return server.formation_client(ID, client_key=CLIENT_KEY + "x", user_id="a").chat.send("Hi")

    with pytest.raises(muxi.AuthenticationError):
        deployed.ask(use)
