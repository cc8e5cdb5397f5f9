"""Send requests to the emulated control plane without the SDK, and create bundles for it."""

from __future__ import annotations

import base64
import gzip
import hashlib
import hmac
import io
import json
import tarfile
import time
from collections.abc import Mapping
from typing import Any

import httpx

from muxi.testing import Emulator

from ...support.plain_http import NO_TLS

FORMATIONS = "/rpc/formations"
BOT = f"{FORMATIONS}/my-bot"
KEYS = {"X-Muxi-Client-Key": "fmc_bot", "X-Muxi-User-ID": "alice"}

MANIFEST = """\
schema: "1.0.0"
id: my-bot
description: A bot
version: "1.0.0"
server:
  api_keys:
    client_key: fmc_bot
    admin_key: fma_bot
agents:
  - helper
"""
FILES: dict[str, bytes | str] = {
    "formation.afs": MANIFEST,
    "agents/helper.afs": "id: helper\nname: Helper\ndescription: Helps\n",
}


def files(**changes: bytes | str) -> dict[str, bytes | str]:
    """Return the files of the bot with changes: `formation_afs="…"` replaces `formation.afs`."""
    return {**FILES, **{name.replace("_", "."): text for name, text in changes.items()}}


def manifest(old: str = "", new: str = "") -> str:
    """Return the bot's manifest with one text replaced."""
    assert old in MANIFEST
    return MANIFEST.replace(old, new, 1)


def member(name: str, kind: bytes = tarfile.REGTYPE, size: int = 0, mode: int = 0o644) -> Any:
    found = tarfile.TarInfo(name)
    found.type, found.size, found.mode = kind, size, mode
    found.linkname = "/etc/passwd" if kind in (tarfile.SYMTYPE, tarfile.LNKTYPE) else ""
    return found


def archive(*members: tuple[Any, bytes], **settings: Any) -> bytes:
    """Return a tarball of these entries, in this order."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", **settings) as tar:
        for each, content in members:
            tar.addfile(each, io.BytesIO(content))
    return gzip.compress(packed.getvalue(), mtime=0)


def bundle(contents: Mapping[str, bytes | str] = FILES, root: str = "my-bot") -> bytes:
    """Return a bundle with these files in one directory."""
    found = {
        f"{root}/{name}": text if isinstance(text, bytes) else text.encode()
        for name, text in contents.items()
    }
    entries = [(member(name, size=len(content)), content) for name, content in found.items()]
    return archive((member(root, tarfile.DIRTYPE), b""), *entries)


NEXT = bundle(files(formation_afs=manifest("A bot", "A better bot")))
"""The bot's second version."""
THIRD = bundle(files(formation_afs=manifest("A bot", "The best bot")))


class Control:
    """Signs and sends requests."""

    def __init__(self, emulator: Emulator) -> None:
        self.url = emulator.server_url
        self._keys = (emulator.environ["MUXI_KEY_ID"], emulator.environ["MUXI_SECRET_KEY"])
        self.server = emulator.server

    def headers(
        self, method: str, path: str, at: float | None = None, *, secret: str | None = None
    ) -> dict[str, str]:
        """Return the signature headers of a call (contract server-api 2)."""
        key_id, own = self._keys
        stamp = int(time.time() if at is None else at)
        text = f"{stamp};{method};{path.partition('?')[0]}".encode()
        key = (secret or own).encode()
        digest = base64.b64encode(hmac.new(key, text, hashlib.sha256).digest())
        signature = f"key={key_id}, timestamp={stamp}, signature={digest.decode()}"
        return {"Authorization": f"MUXI-HMAC {signature}"}

    def ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        headers = {**self.headers(method, path), **more.pop("headers", {})}
        # Creating a TLS context takes longer than most responses.
        return httpx.request(
            method, self.url + path, headers=headers, verify=NO_TLS, timeout=60, **more
        )

    def get(self, path: str, **more: Any) -> Any:
        """Return the data of a response."""
        answer = self.ask("GET", path, **more)
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]

    def summary(self, formation_id: str = "my-bot") -> Any:
        """Return a formation as it is in the list."""
        found = self.get(FORMATIONS)["formations"]
        return next(each for each in found if each["id"] == formation_id)

    def deploy(self, body: bytes = bundle(), **headers: str) -> httpx.Response:
        kind = {"Content-Type": "application/gzip", "X-Formation-ID": "my-bot"}
        given = {**kind, **{name.replace("_", "-"): text for name, text in headers.items()}}
        return self.ask("POST", FORMATIONS, content=body, headers=given)

    def update(self, body: bytes, **headers: str) -> httpx.Response:
        given = {name.replace("_", "-"): text for name, text in headers.items()}
        return self.ask("PUT", BOT, content=body, headers=given)

    def act(self, action: str, *, stream: bool = False) -> httpx.Response:
        accept = {"Accept": "text/event-stream"} if stream else {}
        return self.ask("POST", f"{BOT}/{action}", headers=accept)

    def draft(self, action: str, **more: Any) -> httpx.Response:
        headers = more.pop("headers", {})
        body = {"action": action, **more}
        return self.ask("POST", f"{BOT}/draft/files", json=body, headers=headers)

    def chat(self, kind: str = "api", message: str = "Ho") -> httpx.Response:
        """Send a turn to the bot through the proxy."""
        body = {"message": message, "stream": False}
        where = f"{self.url}/{kind}/my-bot/v1/chat"
        return httpx.post(where, json=body, headers=KEYS, verify=NO_TLS)

    def status(self) -> str:
        return str(self.get(BOT)["status"])


STREAM = {"Accept": "text/event-stream"}


def events(answer: httpx.Response) -> list[tuple[str, dict[str, Any]]]:
    """Return the events of a response, and check that each has the server's exact framing."""
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/event-stream"
    *frames, rest = answer.text.split("\n\n")
    assert rest == ""
    found: list[tuple[str, dict[str, Any]]] = []
    for frame in frames:
        name, data = frame.split("\n")
        assert name.startswith("event: ")
        assert data.startswith("data: ")
        found.append((name[7:], json.loads(data[6:])))
    return found


def stages(answer: httpx.Response) -> list[str]:
    """Return the stages of the progress and the result."""
    return [str(data.get("stage")) if name == "progress" else name for name, data in events(answer)]
