"""Artifacts: their recorded content, and what recordings can't show."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import muxi
from muxi.models import formation as m
from muxi.resources.formation.artifacts import Artifacts

from ...support.clients import ADMIN_KEY, CLIENT_KEY, ClientKind
from ...support.fake_server import FAST, Answer, FakeServer, failure
from ...support.recorded import Recording, recordings

CONTENTS = [one for one in recordings() if "content-disposition" in one.headers]
NONE = failure(404, "NOT_FOUND")
USES: list[Callable[[Any], Any]] = [
    lambda f: f.artifacts.list(),
    lambda f: f.artifacts.get("a"),
    lambda f: f.artifacts.list_versions("a"),
    lambda f: f.artifacts.download("a", io.BytesIO()),
]


@pytest.mark.parametrize("recording", CONTENTS, ids=str)
def test_recorded_contents(client_kind: ClientKind, recording: Recording, tmp_path: Path) -> None:
    headers = {k: v for k, v in recording.headers.items() if k != "content-length"}
    with FakeServer(Answer(200, recording.body, headers)) as server:
        found = client_kind.formation(server.url, lambda f: f.artifacts.download("a", tmp_path))
    assert found == m.ArtifactFile(
        path=tmp_path / "note.txt",
        name="note.txt",
        size=21,
        content_type="text/plain; charset=utf-8",
        artifact_id=recording.path.split("/")[3],
        version=1,
    )
    assert found.path.read_bytes() == recording.body == b"a note from the stub\n"


def test_there_are_recorded_contents() -> None:
    assert len(CONTENTS) >= 2


def test_a_proxy_may_lose_the_headers(client_kind: ClientKind) -> None:
    file = io.BytesIO()
    with FakeServer(Answer(200, b"x")) as server:
        found = client_kind.formation(server.url, lambda f: f.raw.artifacts.download("a", file))
    assert (found.status_code, found.attempts, file.getvalue()) == (200, 1, b"x")
    assert found.data == m.ArtifactFile(
        path=None,
        name="a",
        size=1,
        content_type="application/octet-stream",
        artifact_id="a",
        version=None,
    )


@pytest.mark.parametrize("use", USES)
def test_artifacts_take_either_key_and_need_a_user(
    client_kind: ClientKind, use: Callable[[Any], Any]
) -> None:
    with FakeServer(NONE) as server:
        for keys in ({}, {"client_key": None}):
            with pytest.raises(muxi.NotFoundError):
                client_kind.formation(server.url, use, **keys)
        first, second = (request.headers for request in server.received)
    assert (first["x-muxi-client-key"], first["x-muxi-user-id"]) == (CLIENT_KEY, "alice")
    assert (second["x-muxi-admin-key"], second["x-muxi-user-id"]) == (ADMIN_KEY, "alice")
    for keys in ({}, {"client_key": None}):
        with pytest.raises(muxi.ValidationError, match="needs a user"):
            client_kind.formation("http://muxi.test", use, user_id=None, **keys)


def test_a_version_is_asked_for(client_kind: ClientKind, tmp_path: Path) -> None:
    with FakeServer(failure(500, "INTERNAL_ERROR"), Answer(200, b"x")) as server:
        client_kind.formation(
            server.url,
            lambda f: f.artifacts.download("a", tmp_path, version=2, user_id="bob"),
            retry=FAST,
        )
        assert [one.path for one in server.received] == ["/v1/artifacts/a/content?version=2"] * 2
        assert server.received[0].headers["x-muxi-user-id"] == "bob"


def test_what_the_server_would_refuse_is_not_sent() -> None:
    for limit in (0, 101):
        with pytest.raises(
            muxi.ValidationError, match="limit must be a whole number from 1 to 100"
        ):
            Artifacts.list.build(limit=limit)
    assert Artifacts.list.build(limit=100).query == {"limit": "100"}
    with pytest.raises(muxi.ValidationError, match="version must be a whole number from 1"):
        Artifacts.download.build("a", "x", version=0)
    with pytest.raises(muxi.ValidationError, match="for writing bytes"):
        Artifacts.download.build("a", io.StringIO())  # type: ignore[arg-type]
