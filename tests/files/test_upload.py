"""Files that are sent: pieces, attempts, and a file that changes meanwhile."""

from __future__ import annotations

import os
from pathlib import Path

import anyio
import pytest

from muxi._files.upload import Upload
from muxi._http.messages import UploadBody
from muxi.errors import BundleError

CONTENT = os.urandom(600_000)


def send(upload: Upload) -> bytes:
    """All that an attempt writes."""
    upload.rewind()
    return rest_of(upload)


def rest_of(upload: Upload) -> bytes:
    written = b""
    while piece := upload.read():
        written += piece
        upload.mark_sent()
    return written


def test_each_attempt_sends_all_of_it(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(CONTENT)
    told: list[int] = []
    with (tmp_path / "x").open("rb") as file:
        upload = Upload(file, len(CONTENT), "application/gzip", told.append)
        file.seek(5)
        assert send(upload) == CONTENT
        assert send(upload) == CONTENT
    assert told == [262_144, 524_288, 600_000] * 2
    assert (upload.sent, upload.is_complete) == (600_000, True)


@pytest.mark.parametrize("backend", ["sync", "asyncio", "trio"])
def test_each_attempt_of_a_client_sends_all_of_it(tmp_path: Path, backend: str) -> None:
    (tmp_path / "x").write_bytes(CONTENT)

    async def sent(body: UploadBody) -> bytes:
        return b"".join([piece async for piece in body])

    with (tmp_path / "x").open("rb") as file:
        body = UploadBody(Upload(file, len(CONTENT), "application/gzip"))
        for _ in range(2):
            whole = b"".join(body) if backend == "sync" else anyio.run(sent, body, backend=backend)
            assert whole == CONTENT


def test_the_piece_that_is_being_written_counts(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(CONTENT)
    with (tmp_path / "x").open("rb") as file:
        upload = Upload(file, len(CONTENT), "application/gzip")
        upload.rewind()
        for expected in (False, False, True):
            upload.mark_sent()
            upload.read()
            assert upload.is_complete is expected
    assert upload.sent == 524_288


@pytest.mark.parametrize("how", ["grows", "shrinks", "is emptied", "is rewritten"])
def test_a_file_that_changes_is_not_sent_to_its_end(tmp_path: Path, how: str) -> None:
    path = tmp_path / "x"
    path.write_bytes(CONTENT)
    os.utime(path, (1, 1))
    with path.open("rb") as file:
        upload = Upload(file, len(CONTENT), "application/gzip")
        upload.rewind()
        upload.read()
        upload.mark_sent()
        if how == "grows":
            path.write_bytes(CONTENT + b"more")
        elif how == "is rewritten":
            path.write_bytes(CONTENT[::-1])
        else:
            os.truncate(path, 300_000 if how == "shrinks" else 0)
        with pytest.raises(BundleError, match=r"changed while it was sent") as caught:
            rest_of(upload)
    assert caught.value.sent is False
    assert not upload.is_complete


def test_a_change_after_the_last_piece_is_none(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"small")
    os.utime(tmp_path / "x", (1, 1))
    with (tmp_path / "x").open("rb") as file:
        upload = Upload(file, 5, "application/gzip")
        assert upload.read() == b"small"
        upload.mark_sent()
        os.truncate(tmp_path / "x", 0)
        assert upload.read() == b""
