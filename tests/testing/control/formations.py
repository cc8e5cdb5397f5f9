"""The operations on formations and on the server, with the public clients."""

from __future__ import annotations

import itertools
import threading
import zipfile
from datetime import timedelta
from typing import Any

import httpx
import pytest

import muxi
from muxi.bundle import open_bundle

from ...support.control_answers import ID
from ...support.plain_http import NO_TLS
from .plane import Plane


def ping(plane: Plane) -> None:
    assert timedelta(0) < plane.ask(lambda s: s.ping()) < timedelta(seconds=10)


def health(plane: Plane) -> None:
    found = plane.ask(lambda s: s.health())
    assert (found.success, found.status) == (True, "ok")
    assert found.version


def docs(plane: Plane) -> None:
    answer = httpx.get(f"{plane.url}/docs", verify=NO_TLS)
    assert (answer.status_code, answer.headers["location"]) == (302, "https://muxi.org/docs")


def server_status(plane: Plane) -> None:
    before = plane.ask(lambda s: s.status())
    plane.deploy()
    after = plane.ask(lambda s: s.status())
    assert (before.formations.total, after.formations.total) == (1, 2)
    assert (after.formations.running, after.formations.stopped) == (2, 0)
    assert after.port_pool.allocated == before.port_pool.allocated + 1
    assert after.port_pool.available + after.port_pool.allocated == after.port_pool.total
    assert after.server.id.startswith("server-")


def server_logs(plane: Plane) -> None:
    assert plane.ask(lambda s: s.logs()) == []
    plane.emulator.server.audit += ["one", "two", "three"]
    assert plane.ask(lambda s: s.logs(lines=2)) == ["two", "three"]


def list_formations(plane: Plane) -> None:
    port = plane.deploy().port
    found = plane.ask(lambda s: s.formations.list())
    assert found.total == len(found) == 2
    (one,) = (each for each in found if each.id == ID)
    assert (one.name, one.status, one.port, one.healthy) == ("Hello", "running", port, True)
    assert one.version.semantic == "1.0.0"


def get_formation(plane: Plane) -> None:
    deployed = plane.deploy()
    found = plane.ask(lambda s: s.formations.get(ID))
    assert (found.id, found.status, found.healthy, found.restart_count) == (ID, "running", True, 0)
    assert (found.port, found.pid) == (deployed.port, deployed.pid)
    assert found.created_at == found.deployed_at
    assert found.created_at.tzinfo is not None
    with pytest.raises(muxi.NotFoundError, match="Formation not found"):
        plane.ask(lambda s: s.formations.get("none"))


def deploy_formation(plane: Plane) -> None:
    found = plane.ask(lambda s: s.formations.deploy(plane.folder))
    assert (found.formation_id, found.status, found.changed) == (ID, "running", True)
    assert found.url == f"{plane.url}/api/{ID}"
    assert found.port == plane.look()["port"]
    assert found.health_url == f"http://localhost:{found.port}/v1/health"
    with open_bundle(plane.folder) as packed:
        assert plane.look()["version"]["current"] == packed.bundle.sha256


def update_formation(plane: Plane) -> None:
    first = plane.deploy()
    found = plane.update()
    assert (found.version, found.previous_version, found.status) == (2, 1, "running")
    assert found.port == plane.look()["port"] != first.port
    assert plane.look()["version"].keys() >= {"current", "previous"}
    assert plane.ask(lambda s: s.formations.apply(plane.folder)).changed is False


def delete_formation(plane: Plane) -> None:
    plane.deploy()
    assert plane.ask(lambda s: s.formations.delete(ID)).id == ID
    assert plane.left == set()
    with pytest.raises(muxi.NotFoundError):
        plane.ask(lambda s: s.formations.delete(ID))


def start_formation(plane: Plane) -> None:
    plane.deploy()
    plane.ask(lambda s: s.formations.stop(ID))
    found = plane.ask(lambda s: s.formations.start(ID))
    assert (found.formation_id, found.status, found.changed) == (ID, "running", True)
    assert found.port == plane.look()["port"]
    assert plane.look()["status"] == "running"


def stop_formation(plane: Plane) -> None:
    plane.deploy()
    assert plane.ask(lambda s: s.formations.stop(ID)).status == "stopped"
    assert (plane.look()["status"], plane.look()["pid"]) == ("stopped", 0)
    with pytest.raises(muxi.ConflictError, match="already stopped"):
        plane.ask(lambda s: s.formations.stop(ID))


def restart_formation(plane: Plane) -> None:
    pid = plane.deploy().pid
    found = plane.ask(lambda s: s.formations.restart(ID))
    assert (found.formation_id, found.status, found.restart_count) == (ID, "running", 1)
    assert plane.look()["pid"] != pid


def rollback_formation(plane: Plane) -> None:
    plane.deploy()
    first = plane.look()["version"]["current"]
    plane.update()
    found = plane.ask(lambda s: s.formations.rollback(ID))
    assert (found.version, found.previous_version) == (1, 2)
    assert plane.look()["version"]["current"] == first


def cancel_update(plane: Plane) -> None:
    plane.deploy()
    first = plane.look()
    plane.changed()
    plane.fail("health_check", delay=60)
    done, failed = plane.during(
        lambda s: s.formations.update_stream(plane.folder),
        "spawning_staging",
        lambda s: s.formations.cancel_update(ID),
    )
    assert (done.formation_id, done.status, done.current_port) == (ID, "running", first["port"])
    assert done.staging_port not in (0, done.current_port)
    assert isinstance(failed, muxi.ValidationError)
    assert (failed.code, failed.status_code, failed.sent) == ("HealthCheckFailed", 400, True)
    assert failed.message.endswith("Old version still running - zero downtime maintained.")
    assert plane.look()["version"] == first["version"]
    assert plane.left == {ID}


def formation_logs(plane: Plane) -> None:
    plane.deploy()
    for line in ("one", "two"):
        plane.emulator.log(line, ID)
    found = plane.ask(lambda s: s.formations.logs(ID, lines=2))
    assert (found.formation_id, found.logs.stdout, found.logs.stderr) == (ID, ["one", "two"], [])
    assert (found.total_lines.stdout, found.total_lines.stderr) == (3, 0)


def follow_formation_logs(plane: Plane) -> None:
    plane.deploy()
    plane.emulator.log("before", ID)
    lines: list[str] = []
    over = threading.Event()

    def write() -> None:
        for number in itertools.count():
            plane.emulator.log(f"line {number}", ID)
            if over.wait(0.005):
                return

    writer = threading.Thread(target=write)

    def react(server: Any, event: Any) -> bool:
        if not lines:
            writer.start()
        lines.append(event.line)
        return len(lines) == 4

    assert plane.play(lambda s: s.formations.logs_stream(ID, lines=1), react) is None
    over.set()
    writer.join()
    assert lines[0] == "before"
    first = int(lines[1].removeprefix("line "))  # it may miss lines while it opens
    assert lines[1:] == [f"line {first + n}" for n in range(3)]


def download_formation(plane: Plane) -> None:
    plane.deploy()
    target = plane.folder.parent
    found = plane.ask(lambda s: s.formations.download(ID, target))
    assert found.path == target / f"{ID}.zip"
    with zipfile.ZipFile(found.path) as archive:
        assert {"formation.afs", "agents/poet.afs"} <= set(archive.namelist())
    unpacked = plane.ask(lambda s: s.formations.download(ID, target / "out", extract=True))
    assert (unpacked.path / "agents" / "poet.afs").read_bytes() == (
        plane.folder / "agents" / "poet.afs"
    ).read_bytes()
