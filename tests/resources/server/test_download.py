"""What a formation runs with, saved (contract server-api 8.6)."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

import muxi
from muxi.models import server as m

from ...support.clients import ClientKind
from ...support.control_answers import ID, NOT_FOUND
from ...support.fake_server import Answer, FakeServer


def zipped(files: dict[str, bytes]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return held.getvalue()


WHOLE = zipped({"agents/": b"", "agents/a.afs": b"a" * 5000, "formation.afs": b"id: x"})
HEADERS = {
    "Content-Type": "application/zip",
    "Content-Disposition": f'attachment; filename="{ID}.zip"',
}


@pytest.mark.parametrize("include_db", [True, False])
def test_a_zip_is_saved_whole(client_kind: ClientKind, tmp_path: Path, include_db: bool) -> None:
    told: list[int] = []
    with FakeServer(Answer(200, WHOLE, HEADERS)) as server:
        found = client_kind.server(
            server.url,
            lambda s: s.formations.download(
                ID,
                tmp_path,
                include_db=include_db,
                on_progress=lambda received, total: told.append(received),
            ),
        )
        [request] = server.received
    query = "?db=true" if include_db else ""
    assert request.path == f"/rpc/formations/{ID}/download{query}"
    assert found == m.DownloadedFormation(path=tmp_path / f"{ID}.zip", size=len(WHOLE))
    assert (found.path.read_bytes(), told[-1]) == (WHOLE, len(WHOLE))


def test_a_zip_is_unpacked(client_kind: ClientKind, tmp_path: Path) -> None:
    with FakeServer(Answer(200, WHOLE, HEADERS)) as server:
        found = client_kind.server(
            server.url, lambda s: s.formations.download(ID, tmp_path / "out", extract=True)
        )
    assert found.path == tmp_path / "out"
    assert (found.path / "agents" / "a.afs").read_bytes() == b"a" * 5000
    assert [one.name for one in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize("extract", [True, False])
@pytest.mark.parametrize(
    "body", [WHOLE[:-30], WHOLE[:200], b"", WHOLE.replace(b"aaaa", b"aaab", 1), b"no zip"]
)
def test_a_zip_that_isnt_whole_is_no_file(
    client_kind: ClientKind, tmp_path: Path, body: bytes, extract: bool
) -> None:
    with (
        FakeServer(Answer(200, body, HEADERS)) as server,
        pytest.raises(muxi.InvalidResponseError, match="incomplete"),
    ):
        client_kind.server(
            server.url, lambda s: s.formations.download(ID, tmp_path / "x", extract=extract)
        )
    assert list(tmp_path.iterdir()) == []


def test_a_zip_that_leads_out_is_not_unpacked(client_kind: ClientKind, tmp_path: Path) -> None:
    with (
        FakeServer(Answer(200, zipped({"../evil": b"x"}), HEADERS)) as server,
        pytest.raises(muxi.MuxiError, match="evil"),
    ):
        client_kind.server(
            server.url, lambda s: s.formations.download(ID, tmp_path / "in" / "x", extract=True)
        )
    assert [one for one in tmp_path.rglob("*") if one.is_file()] == []


def test_what_isnt_there_is_not_found(client_kind: ClientKind, tmp_path: Path) -> None:
    with FakeServer(NOT_FOUND) as server, pytest.raises(muxi.NotFoundError):
        client_kind.server(server.url, lambda s: s.formations.download(ID, tmp_path))
    assert list(tmp_path.iterdir()) == []
