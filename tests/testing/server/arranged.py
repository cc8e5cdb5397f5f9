"""Prepare a server for a recorded request: formations, and bundles, which weren't recorded."""

from __future__ import annotations

import gzip
import json
import re
import shutil
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx

from muxi.testing import Emulator, Fault
from muxi.testing.server.drafts import METADATA
from muxi.testing.server.registry import Registry

from .raw_control import FORMATIONS, Control, archive, bundle, member
from .recorded import Exchange
from .stand_in import stand_in

DEPLOY = {"Content-Type": "application/gzip"}
LAB = "/var/lib/muxi-lab"
"""The path of the directories for dev runs on the recorded machine."""
_CRASH = "Formation crashed during startup:\n"
_NOT_THERE = ("Formation not found", "No formation with id")


class _Recorded(Control):
    """Signs requests with the server's clock, which has the time of the recordings."""

    def headers(self, method: str, path: str, at: float | None = None) -> dict[str, str]:
        return super().headers(method, path, self.server.now if at is None else at)


class Stage:
    """An emulator that repeats recorded requests.

    Args:
        emulator: The emulator. Its own formation is deleted.
        folder: The folder that replaces the directories of the recorded machine.
    """

    def __init__(self, emulator: Emulator, folder: Path) -> None:
        self.control = _Recorded(emulator)
        self.folder = folder
        self._emulator = emulator
        self._bundles: dict[str, bytes] = {}
        self._ask("DELETE", f"{FORMATIONS}/hello")

    @property
    def registry(self) -> Registry:
        """The data of the emulated server."""
        return self._emulator._running.registry

    def _ask(self, method: str, path: str, **more: Any) -> None:
        with suppress(httpx.RemoteProtocolError):  # as when the real server crashes
            self.control.ask(method, path, **more)

    def prepare(self, one: Exchange, *, interrupted: bool) -> None:
        """Create the state that the recorded response shows.

        Args:
            one: The exchange to repeat.
            interrupted: Whether other requests come before its end.
        """
        server = self.control.server
        server.faults.clear()
        server.attempts = max([data.get("attempt", 1) for _, data in one.events], default=1)
        self._formations(one)
        self.draft(one)
        self._dev_run(one)
        self._directories(one)
        self._failures(one, interrupted=interrupted)
        self._lines(one)
        self._stand_in()

    def body(self, one: Exchange) -> bytes | None:
        """Return the request body."""
        if one.body is None or not re.fullmatch(r"<\d+ bytes>", one.body):
            text = (one.body or "").replace(LAB, str(self.folder))
            return text.encode() or None
        if "gzip" not in one.headers.get("Content-Type", "") and one.method != "PUT":
            return b"{" if "json" in one.headers.get("Content-Type", "") else b"no bundle"
        if "identical to current" in one.message:
            return self._bundles[one.formation_id]
        return bundle_for(one)

    def keep(self, one: Exchange, body: bytes | None) -> None:
        """Store the bundle of a formation after its deployment."""
        if body and one.formation_id in self.registry.formations:
            self._bundles[one.formation_id] = body
        self._stand_in()

    def _stand_in(self) -> None:
        for process in self.registry.processes.values():
            if process.state is not None:
                process.app = stand_in(str(process.state.config.manifest.get("version", "")))
                process.state = None

    def _formations(self, one: Exchange) -> None:
        listed = _listed(one)
        if listed is not None:
            for known in [*self.registry.formations]:
                if known not in listed:
                    self._ask("DELETE", f"{FORMATIONS}/{known}")
            for known, shown in listed.items():
                self._present(known, None)
                if "previous" in shown["version"]:
                    self._update(known)
                self._present(known, shown["status"])
            return
        wanted = _existence(one)
        if wanted is None:
            return
        if not wanted:
            self._ask("DELETE", f"{FORMATIONS}/{one.formation_id}")
            return
        self._present(one.formation_id, _status(one))
        self._previous(one)
        known = self.registry.get(one.formation_id)
        if one.path.endswith("/cancel-update") and one.status == 200 and not known.staging_port:
            known.staging_port = self.registry.free_port()  # its update isn't recorded
        found = re.search(r'"restart_count":(\d+)', one.answer)
        if found and one.path.endswith("/restart"):
            known.restarts = int(found[1]) - 1

    def _present(self, name: str, status: str | None) -> None:
        if name not in self.registry.formations:
            # A request that isn't in the recordings deployed this one.
            text = _manifest(name, "1.0.0")
            self._bundles[name] = bundle({"formation.afs": text}, name)
            headers = {**DEPLOY, "X-Formation-ID": name}
            self._ask("POST", FORMATIONS, content=self._bundles[name], headers=headers)
            self._stand_in()
        known, process = self.registry.get(name), self.registry.processes.get(name)
        if status in (None, known.status):
            return
        if status == "stopped":
            self._ask("POST", f"{FORMATIONS}/{name}/stop")
        elif status == "starting":
            known.status, known.starting_until = "starting", None
        elif status in ("unhealthy", "crashed", "stopping") and process is not None:
            self._emulator.crash(name)
            if status != "unhealthy":
                process.crashed = self.control.server.now - self.control.server.restart_pause
            if status == "stopping":  # the server tried to stop a dead process
                self._ask("POST", f"{FORMATIONS}/{name}/stop")

    def _previous(self, one: Exchange) -> None:
        """Create a previous version, if the recording had one."""
        known = self.registry.formations.get(one.formation_id)
        data = (one.json or {}).get("data") if isinstance(one.json, dict) else None
        shown = isinstance(data, dict) and isinstance(data.get("version"), dict)
        rolled = one.path.endswith("/rollback")
        wanted = rolled and "No previous version" not in one.answer
        wanted = wanted or (shown and "previous" in data["version"])
        if known is None or not (rolled or shown):
            return
        if wanted:
            self._update(known.id)

    def _update(self, name: str) -> None:
        if self.registry.get(name).previous is not None:
            return
        text = _manifest(name, "1.1.0") + "author: an update that was kept back\n"
        body, headers = bundle({"formation.afs": text}, name), {"X-Formation-Version": "1.1.0"}
        quirks = self.control.server.quirks
        misfiled, quirks.misfiled = quirks.misfiled, False
        self._ask("PUT", f"{FORMATIONS}/{name}", content=body, headers=headers)
        quirks.misfiled = misfiled
        self._stand_in()

    def draft(self, one: Exchange) -> None:
        """Create the draft that a recorded call found."""
        if not one.path.endswith("/draft/files"):
            return
        wanted, reported = _json(one.body) or {}, one.json if isinstance(one.json, dict) else {}
        action = wanted.get("action")
        root = self.registry.directory(one.formation_id, "draft")
        made = action == "init" and reported.get("success") is True
        absent = made or "DraftNotFound" in one.answer
        shown = reported.get("draft", {})
        needed = shown.get("exists") or (action in ("deploy", "discard") and not shown)
        needed = needed or reported.get("data", {}).get("discarded")
        if absent and root.is_dir():
            self._ask("POST", one.path, json={"action": "discard"})
        elif needed and not absent and not root.is_dir():
            mode = "clone" if "base_version" in shown else "new"
            self._ask("POST", one.path, json={"action": "init", "mode": mode})
        if root.is_dir():
            self._files(one, root, str(wanted.get("path") or "."))
            if action == "deploy" and "ParseError" not in one.answer:
                file = root / "formation.afs"
                if "description:" not in file.read_text():
                    file.write_text(_manifest(one.formation_id, "1.0.0"))

    def _files(self, one: Exchange, root: Path, path: str) -> None:
        place = root / path.lstrip("/")
        data = one.json.get("data") if isinstance(one.json, dict) else None
        if "is a directory" in one.message:
            place.mkdir(parents=True, exist_ok=True)
        if "not a directory" in one.message and not place.exists():
            place.write_text("x")
        if not isinstance(data, dict):
            return
        for each in data.get("entries") or []:
            inner = place / each["name"]
            if each["type"] == "dir":
                inner.mkdir(parents=True, exist_ok=True)
            elif not inner.exists():
                inner.parent.mkdir(parents=True, exist_ok=True)
                inner.write_bytes(b"x" * each.get("size", 0))
        if "entries" in data:
            place.mkdir(parents=True, exist_ok=True)
            names = {each["name"].strip("/") for each in data["entries"] or []}
            for file in [*place.iterdir()]:
                if file.name not in names | {METADATA}:
                    shutil.rmtree(file) if file.is_dir() else file.unlink()
        if data.get("deleted") and not place.exists():
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text("x")
        if "content" in data and not place.exists():
            place.write_text(data["content"])

    def _dev_run(self, one: Exchange) -> None:
        """Start or stop a dev run, as in the recording."""
        name = str((_json(one.body) or {}).get("formation_id") or one.formation_id)
        running = f"{name}-draft" in self.registry.processes
        stopping = one.path == "/rpc/dev/stop"
        if stopping and '"success":true' in one.answer and not running:
            directory = self.folder / "run"
            directory.mkdir(exist_ok=True)
            (directory / "formation.afs").write_text(_manifest(name, "1.0.0"))
            self._ask("POST", "/rpc/dev/run", json={"path": str(directory)})
            self._stand_in()
        gone = one.path == "/rpc/dev/run" or "No draft formation with id" in one.answer
        if running and gone and "already running" not in one.answer:
            self._ask("POST", "/rpc/dev/stop", json={"formation_id": name})

    def _directories(self, one: Exchange) -> None:
        wanted = _json(one.body) or {}
        given = str(wanted.get("path", ""))
        if not one.path.startswith("/rpc/dev/") or not given.startswith(LAB):
            return
        directory = Path(given.replace(LAB, str(self.folder)))
        directory.mkdir(parents=True, exist_ok=True)
        if "not found in" in one.answer:
            return
        name = str((one.json or {}).get("formation_id") or "lab-dev")
        runtime = re.search(r'invalid muxi_runtime "(.*?)"', one.message)
        extra = f"muxi_runtime: {runtime[1]}\n" if runtime else ""
        (directory / "formation.afs").write_text(_manifest(name, "1.0.0") + extra)

    def _failures(self, one: Exchange, *, interrupted: bool) -> None:
        server, text = self.control.server, one.message
        unhealthy = re.search(r"failed after (\d+) attempts", text)
        if unhealthy:
            server.attempts = int(unhealthy[1]) + 1
        crashed = text.partition(_CRASH)
        if crashed[1] and interrupted:
            lines = crashed[2].partition(". Old version")[0].splitlines()
            name = one.formation_id + "-staging" * (one.method == "PUT")
            self.registry.log(name).stderr[:] = lines
        elif crashed[1]:
            words = _CRASH + crashed[2].partition(". Old version")[0]
            server.faults.append(Fault("health_check", "HealthCheckFailed", words))
        elif "Failed to download runtime" in text:
            server.faults.append(Fault("downloading_sif", "DownloadError", text))
        elif one.path.endswith("/boom"):
            server.faults.append(Fault("proxy", cut="drop"))
        elif one.path.endswith("/die"):
            self._emulator.crash(one.formation_id)
        if interrupted:
            hold = 2.0 if "SwitchError" in one.answer else 30.0
            server.faults += [Fault("health_check"), Fault("health_check", delay=hold)]

    def _lines(self, one: Exchange) -> None:
        """Set the formation's log to what it had written by then."""
        data = (one.json or {}).get("data") if isinstance(one.json, dict) else None
        if not isinstance(data, dict) or not isinstance(data.get("logs"), dict):
            return
        log = self.registry.log(one.formation_id)
        for name, kept in (("stdout", log.stdout), ("stderr", log.stderr)):
            shown = data["logs"].get(name) or []
            kept[:] = [""] * (data["total_lines"][name] - len(shown)) + shown


def bundle_for(one: Exchange) -> bytes:
    """Return a bundle that gets the same response as the recorded one, which wasn't kept."""
    text, name = one.message, one.formation_id
    if "gzip reader: EOF" in text:
        return b""
    if "gzip reader: unexpected EOF" in text:
        return b"short"
    if "invalid header" in text:
        return b"this is text, and no archive at all"
    if "invalid tar header" in text:
        return gzip.compress(b"this is no tarball. " * 40)
    if "empty archive" in text:
        return archive()
    if path := re.search("invalid file path in archive: (.*)", text):
        kind = b"5" if path[1].endswith("/") else b"0"
        return archive((member(path[1], kind), b""))
    contents = _contents(one)
    body = bundle(contents, name or "lab")
    if "failed to write file: unexpected EOF" in text:
        # Two headers of 512 bytes, and a part of the manifest.
        return gzip.compress(gzip.decompress(body)[:1074])[:-8]
    return body


def _contents(one: Exchange) -> dict[str, bytes | str]:
    text = one.message
    if "no formation config file found" in text and "X-Formation-Version" in one.headers:
        return {"readme.md": "no manifest"}
    if "did not find expected node content" in text:
        return {"formation.afs": "id: [\n"}
    if "cannot unmarshal !!seq" in text:
        return {"formation.afs": "- a list\n"}
    version = one.headers.get("X-Formation-Version", "1.0.0")
    name = one.formation_id
    if found := re.search("ID mismatch: .* config contains '(.*)'", text):
        name = found[1]
    if found := re.search("version mismatch: .* config contains '(.*)'", text):
        version = found[1]
    if found := re.search("formation ID '(.*)' is reserved", text):
        name = found[1]
    manifest = _manifest(name, version) + f"author: {one.number} {one.name}\n"
    if found := re.search("must have an? '(.*)' field", text):
        manifest = re.sub(f"^{found[1]}: .*\n", "", manifest, flags=re.MULTILINE)
    runtime = re.search(
        r'invalid muxi_runtime "(.*?)"|variant ".*?" in "(.*?)"|version (\S+) not available'
        r"|matching (\S+)\.x|version format: (\S+)|download (runtime).*-pytorch-",
        text,
    )
    if runtime:
        wanted = next(each for each in runtime.groups() if each)
        wanted = "latest:pytorch" if wanted == "runtime" else wanted
        manifest += f"muxi_runtime: {wanted}\n"
    contents: dict[str, bytes | str] = {"formation.afs": manifest}
    if found := re.search(r"references secrets \(\[(.*?)\]\) but '(.*?)'", text):
        asked = " ".join(f"${{{{ secrets.{each} }}}}" for each in found[1].split())
        contents["formation.afs"] = manifest + f"note: {asked}\n"
        if found[2] == ".key":
            contents["secrets.enc"] = b"secret"
    return contents


def _manifest(name: str, version: str) -> str:
    title = name.title()
    return (
        f'schema: "1.0.0"\nid: {name}\nname: {title}\ndescription: A lab formation\n'
        f"version: {version}\n"
    )


def _json(text: str | None) -> dict[str, Any] | None:
    try:
        found = json.loads(text or "")
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _listed(one: Exchange) -> dict[str, Any] | None:
    data = (one.json or {}).get("data") if isinstance(one.json, dict) else None
    if not isinstance(data, dict) or not isinstance(data.get("formations"), list):
        return None
    return {each["id"]: each for each in data["formations"]}


def _status(one: Exchange) -> str | None:
    """Return the status that the formation must have had. None: any."""
    if found := re.search(r"\(status: (\w+)\)", one.answer):
        return found[1]
    if "already stopped" in one.answer:
        return "stopped"
    if one.path.endswith("/start") and '"status":"running"' in one.answer:
        return "stopped"
    if one.status is None:
        return "stopping"
    data = (one.json or {}).get("data") if isinstance(one.json, dict) else None
    reported = data.get("status") if isinstance(data, dict) and "pid" in data else None
    return reported if isinstance(reported, str) and one.method == "GET" else None


def _existence(one: Exchange) -> bool | None:
    """Return whether the formation existed. None: it doesn't matter."""
    if not one.formation_id or "Endpoint not found" in one.answer or one.status in (401, 405, 301):
        return None
    if any(each in one.answer for each in _NOT_THERE):
        return False
    if one.path.startswith("/draft/"):
        return None
    if one.path.endswith("/draft/files"):
        if one.status == 201:
            return False
        shown = isinstance(one.json, dict) and one.json.get("live")
        return bool(shown) if isinstance(one.json, dict) and "live" in one.json else None
    if one.path == FORMATIONS:
        if "already exists. Use PUT" in one.answer:
            return True
        return False if one.status == 201 or one.is_stream else None
    return None if one.method == "OPTIONS" else True
