"""This SDK against the real runtime: artifacts; each kind of client."""

from __future__ import annotations

import io
import time
from pathlib import Path
from typing import Any

import pytest

import muxi

from .conftest import Asking, Runtime

NOTE = b"a note from the stub\n"


@pytest.fixture
def owner(runtime: Runtime) -> str:
    """Whose artifacts are those of alice's turns."""
    return runtime.user("alice")


@pytest.fixture
def note(ask: Asking, owner: str) -> Any:
    """What the list says of the note that was made; it is kept a moment after the turn's end."""
    said = "STUB_FILE please write me a note"
    reply = ask.stream(lambda f: f.chat.stream(said, user_id="alice")).result
    assert [artifact.filename for artifact in reply.artifacts] == ["note.txt"]
    for _ in range(300):
        if listed := ask(lambda f: f.artifacts.list(user_id=owner)):
            return listed[0]
        time.sleep(0.1)
    raise AssertionError("The note was not kept.")


def test_artifacts_are_nobody_elses(
    ask: Asking, runtime: Runtime, note: Any, tmp_path: Path
) -> None:
    """Nor hers who spoke, in a formation for one user: they are user "0"'s."""
    for other in ["bob", "0"] if runtime.many_users else ["bob", "alice"]:
        assert len(ask(lambda f: f.artifacts.list(user_id=other))) == 0  # noqa: B023
        for use in (
            lambda f: f.artifacts.get(note.id, user_id=other),  # noqa: B023
            lambda f: f.artifacts.list_versions(note.id, user_id=other),  # noqa: B023
            lambda f: f.artifacts.download(note.id, tmp_path, user_id=other),  # noqa: B023
        ):
            with pytest.raises(muxi.NotFoundError):
                ask(use)
    assert list(tmp_path.iterdir()) == []


def test_an_artifact_and_its_content(ask: Asking, owner: str, note: Any, tmp_path: Path) -> None:
    listed = ask(lambda f: f.artifacts.list(user_id=owner, limit=1))
    assert len(listed) == 1
    assert listed.total >= 1
    [artifact] = listed
    assert (artifact.name, artifact.is_latest, artifact.size_bytes) == ("note.txt", True, 21)
    found = ask(lambda f: f.artifacts.get(artifact.id, user_id=owner))
    assert (found.id, found.version, found.created_at) == (
        artifact.id,
        artifact.version,
        artifact.created_at,
    )

    seen: list[tuple[int, int | None]] = []

    def watch(received: int, total: int | None) -> None:
        seen.append((received, total))

    file = ask(
        lambda f: f.artifacts.download(artifact.id, tmp_path, on_progress=watch, user_id=owner)
    )
    assert (file.path, file.path.read_bytes()) == (tmp_path / "note.txt", NOTE)
    assert (file.artifact_id, file.version) == (artifact.id, artifact.version)
    assert (file.size, file.content_type) == (21, "text/plain; charset=utf-8")
    assert seen[-1] == (21, 21)


def test_versions(ask: Asking, owner: str, note: Any) -> None:
    versions = ask(lambda f: f.artifacts.list_versions(note.id, user_id=owner))
    assert (versions.name, versions[0].id) == ("note.txt", note.id)
    for version in versions:
        file = io.BytesIO()
        sent = ask(
            lambda f: f.artifacts.download(
                note.id,
                file,  # noqa: B023
                version=version.version,  # noqa: B023
                user_id=owner,
            ),
            client_key=None,
        )
        assert (sent.artifact_id, sent.version) == (version.id, version.version)
        assert (sent.path, file.getvalue()) == (None, NOTE)


def test_what_there_is_not(ask: Asking, owner: str, note: Any, tmp_path: Path) -> None:
    for use in (
        lambda f: f.artifacts.get("none", user_id=owner),
        lambda f: f.artifacts.list_versions("none", user_id=owner),
        lambda f: f.artifacts.download("none", tmp_path, user_id=owner),
        lambda f: f.artifacts.download(note.id, tmp_path, version=99, user_id=owner),
    ):
        with pytest.raises(muxi.NotFoundError, match="not found") as caught:
            ask(use)
        assert caught.value.code == "NOT_FOUND"
    assert list(tmp_path.iterdir()) == []
