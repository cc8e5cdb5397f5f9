"""The operations on drafts and through the proxy, with the public clients."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

import muxi

from ...support.control_answers import ID
from ...support.plain_http import NO_TLS
from ...support.waiting import until
from .plane import CLIENT_KEY, Plane

MANIFEST = f'id: {ID}\ndescription: Written on the server\nversion: "1.0.0"\n'


def draft_init(plane: Plane) -> None:
    made = plane.ask(lambda s: s.drafts.create(ID))
    assert (made.action, made.mode, made.draft.exists) == ("init", "new", True)
    assert (made.live.version, made.live.status) == (None, None)
    with pytest.raises(muxi.ConflictError) as caught:
        plane.ask(lambda s: s.drafts.create(ID))
    assert caught.value.code == "DraftAlreadyExists"
    plane.ask(lambda s: s.drafts.discard(ID))
    plane.deploy()
    clone = plane.ask(lambda s: s.drafts.create(ID, mode="clone"))
    assert clone.draft.base_version == clone.live.version == "1.0.0"
    assert clone.draft.created_at.tzinfo is not None


def draft_list(plane: Plane) -> None:
    plane.deploy()
    plane.ask(lambda s: s.drafts.create(ID, mode="clone"))
    found = plane.ask(lambda s: s.drafts.list(ID))
    kinds = {each.name: each.type for each in found}
    assert (kinds["agents/"], kinds["formation.afs"], found.path) == ("dir", "file", ".")
    agents = plane.ask(lambda s: s.drafts.list(ID, "agents"))
    sizes = {file.name: file.stat().st_size for file in (plane.folder / "agents").iterdir()}
    assert {each.name: each.size for each in agents} == sizes


def draft_read(plane: Plane) -> None:
    plane.ask(lambda s: s.drafts.create(ID))
    found = plane.ask(lambda s: s.drafts.read(ID, "formation.afs"))
    assert f"id: {ID}" in found.text
    with pytest.raises(muxi.NotFoundError) as caught:
        plane.ask(lambda s: s.drafts.read(ID, "none"))
    assert (caught.value.code, caught.value.status_code) == ("FileNotFound", 404)


def draft_write(plane: Plane) -> None:
    plane.ask(lambda s: s.drafts.create(ID))
    for content in ("Grüß <&> Gott\n", bytes(range(256)), b""):
        data = content.encode() if isinstance(content, str) else content
        written = plane.ask(lambda s, content=content: s.drafts.write(ID, "a/b c", content))
        assert (written.path, written.size, written.written) == ("a/b c", len(data), True)
        assert plane.ask(lambda s: s.drafts.read(ID, "a/b c")).data == data
    with pytest.raises(muxi.ValidationError) as caught:
        plane.ask(lambda s: s.drafts.write(ID, "../x", "x"))
    assert caught.value.code == "InvalidPath"


def draft_delete(plane: Plane) -> None:
    plane.ask(lambda s: s.drafts.create(ID))
    plane.ask(lambda s: s.drafts.write(ID, "a/b", "x"))
    assert plane.ask(lambda s: s.drafts.delete(ID, "a")).deleted
    assert [each.name for each in plane.ask(lambda s: s.drafts.list(ID))] == ["formation.afs"]


def draft_discard(plane: Plane) -> None:
    plane.ask(lambda s: s.drafts.create(ID))
    gone = plane.ask(lambda s: s.drafts.discard(ID))
    assert (gone.discarded, gone.draft.exists) == (True, False)
    with pytest.raises(muxi.NotFoundError) as caught:
        plane.ask(lambda s: s.drafts.discard(ID))
    assert caught.value.code == "DraftNotFound"


def draft_deploy(plane: Plane) -> None:
    plane.ask(lambda s: s.drafts.create(ID))
    plane.ask(lambda s: s.drafts.write(ID, "formation.afs", MANIFEST))
    found = plane.ask(lambda s: s.drafts.deploy(ID))
    assert (found.formation_id, found.status, found.port) == (ID, "running", plane.look()["port"])
    plane.emulator.server.quirks.draft_digest = False
    plane.ask(lambda s: s.drafts.create(ID, mode="clone"))
    plane.ask(lambda s: s.drafts.write(ID, "note.txt", "Another"))
    again = plane.ask(lambda s: s.drafts.deploy(ID))
    assert (again.version, again.previous_version) == (2, 1)
    assert again.port == plane.look()["port"]


def dev_run(plane: Plane) -> None:
    run = plane.ask(lambda s: s.dev.run(path=str(plane.folder)))
    assert (run.success, run.formation_id, run.status) == (True, ID, "running")
    assert plane.look() is None
    assert plane.chat(mode="draft").text == "You said: Hi"
    with pytest.raises(muxi.ConflictError, match=f"already running on port {run.port}"):
        plane.ask(lambda s: s.dev.run(path=str(plane.folder)))
    with pytest.raises(muxi.ValidationError, match="Path must be absolute"):
        plane.ask(lambda s: s.dev.run(path="here"))


def dev_stop(plane: Plane) -> None:
    plane.ask(lambda s: s.dev.run(path=str(plane.folder)))
    assert plane.ask(lambda s: s.dev.stop(ID)).status == "stopped"
    until(lambda: plane.left == set())
    with pytest.raises(muxi.NotFoundError, match=f"Draft formation {ID} not found"):
        plane.ask(lambda s: s.dev.stop(ID))


def proxy_live(plane: Plane) -> None:
    plane.deploy()

    def use(server: Any) -> Any:
        formation = server.formation_client(ID, client_key=CLIENT_KEY, user_id="alice")
        return formation.chat.stream("Hi there")

    streamed = plane.stream(use)
    assert streamed.result.text == "You said: Hi there"
    assert len(streamed.events) > 2


def proxy_draft(plane: Plane) -> None:
    plane.deploy()
    plane.ask(lambda s: s.drafts.create(ID, mode="clone"))
    plane.ask(lambda s: s.dev.run(formation_id=ID))
    assert plane.chat(mode="draft").text == plane.chat().text == "You said: Hi"
    plane.ask(lambda s: s.formations.stop(ID))
    assert plane.chat(mode="draft").text == "You said: Hi"
    with pytest.raises(muxi.UnavailableError, match=r"is not running \(status: stopped\)"):
        plane.chat(max_retries=0)


def proxy_mcp(plane: Plane) -> None:
    plane.deploy()
    ping = {"jsonrpc": "2.0", "method": "ping", "id": 1}
    key = {"X-Muxi-Client-Key": CLIENT_KEY}
    answer = httpx.post(f"{plane.url}/mcp/{ID}/", json=ping, headers=key, verify=NO_TLS)
    assert "x-muxi-sdk-latest" not in answer.headers
    assert answer.json() == {"jsonrpc": "2.0", "id": 1, "result": {}}
    assert (
        httpx.post(f"{plane.url}/mcp/none", verify=NO_TLS).json()["error"] == "Formation not found"
    )
