"""Answers that are files, over real sockets: where they go, and what is left of those cut short."""

from __future__ import annotations

import gzip
import io
import os
import sys
import tracemalloc
from dataclasses import replace
from pathlib import Path
from typing import Any

import anyio
import pytest

import muxi
from muxi._core.call import BodyFormat, Call, KeyKind
from muxi._files.download import DownloadedFile, DownloadTarget

from ..support.clients import ClientKind
from ..support.fake_server import FAST, Answer, Drop, FakeServer, Silence, failure

BODY = os.urandom(600_000)
NAMED = {"Content-Disposition": "attachment; filename=\"a.bin\"; filename*=UTF-8''%C3%A4.bin"}
WHOLE = Answer(200, BODY, NAMED)
SHORT = Answer(200, BODY, NAMED, missing=10)


def call(to: Any, **more: Any) -> Call[DownloadedFile]:
    save = DownloadTarget(to, fallback="f", **more)
    return Call("GET", "/file", DownloadedFile, KeyKind.CLIENT, shape=BodyFormat.FILE, save=save)


def fetch(
    client_kind: ClientKind, server: FakeServer, to: Any, max_retries: int = 0, **more: Any
) -> Any:
    retry = replace(FAST, max_retries=max_retries)
    return client_kind.formation(
        server.url, lambda f: f._transport.call(call(to, **more)), retry=retry, timeout=5
    )


def names(folder: Path) -> list[str]:
    return sorted(one.name for one in folder.iterdir())


def test_a_file_goes_into_a_directory(client_kind: ClientKind, tmp_path: Path) -> None:
    with FakeServer(WHOLE) as server:
        saved = fetch(client_kind, server, tmp_path)
        assert server.received[0].headers["accept"] == "*/*"
    assert saved == DownloadedFile(tmp_path / "ä.bin", "ä.bin", len(BODY))
    assert names(tmp_path) == ["ä.bin"]
    assert (tmp_path / "ä.bin").read_bytes() == BODY


def test_the_name_is_ours_where_the_server_has_none(
    client_kind: ClientKind, tmp_path: Path
) -> None:
    with FakeServer(Answer(200, b"x")) as server:
        assert fetch(client_kind, server, str(tmp_path)).path == tmp_path / "f"


def test_a_name_of_the_server_replaces_nothing(client_kind: ClientKind, tmp_path: Path) -> None:
    (tmp_path / "ä.bin").write_bytes(b"old")
    with FakeServer(WHOLE) as server, pytest.raises(FileExistsError, match="give the path"):
        fetch(client_kind, server, tmp_path)
    assert names(tmp_path) == ["ä.bin"]
    assert (tmp_path / "ä.bin").read_bytes() == b"old"


def test_a_path_is_replaced(client_kind: ClientKind, tmp_path: Path) -> None:
    target = tmp_path / "mine"
    target.write_bytes(b"old")
    with FakeServer(WHOLE) as server:
        assert fetch(client_kind, server, target) == DownloadedFile(target, "ä.bin", len(BODY))
    assert (names(tmp_path), target.read_bytes()) == (["mine"], BODY)


def test_an_open_file_is_written_and_left_open(client_kind: ClientKind, tmp_path: Path) -> None:
    with (tmp_path / "x").open("wb", buffering=0) as file, FakeServer(WHOLE) as server:
        file.write(b"before")
        assert fetch(client_kind, server, file) == DownloadedFile(None, "ä.bin", len(BODY))
        file.write(b"after")
    assert (tmp_path / "x").read_bytes() == b"before" + BODY + b"after"


class Meagre:
    """A file that takes a little at a time, and can't go back."""

    def __init__(self) -> None:
        self.got = b""

    def write(self, data: bytes, /) -> int:
        self.got += data[:70_000]
        return len(data[:70_000])


def test_a_file_may_take_less_than_it_is_given(client_kind: ClientKind) -> None:
    file = Meagre()
    with FakeServer(WHOLE) as server:
        fetch(client_kind, server, file)
    assert file.got == BODY


@pytest.mark.parametrize("retries", [0, 2])
def test_what_is_cut_short_leaves_nothing(
    client_kind: ClientKind, tmp_path: Path, retries: int
) -> None:
    with FakeServer(SHORT) as server:
        with pytest.raises(muxi.ConnectionError) as caught:
            fetch(client_kind, server, tmp_path, max_retries=retries)
        assert len(server.received) == retries + 1
        assert caught.value.sent
        (tmp_path / "mine").write_bytes(b"old")
        with pytest.raises(muxi.ConnectionError):
            fetch(client_kind, server, tmp_path / "mine")
    assert (names(tmp_path), (tmp_path / "mine").read_bytes()) == (["mine"], b"old")


def test_an_open_file_is_as_it_was(client_kind: ClientKind) -> None:
    file = io.BytesIO(b"before")
    file.seek(0, io.SEEK_END)
    with FakeServer(SHORT) as server, pytest.raises(muxi.ConnectionError):
        fetch(client_kind, server, file)
    assert (file.getvalue(), file.tell()) == (b"before", 6)


def test_what_an_open_file_holds_is_overwritten_by_a_whole_answer_only(
    client_kind: ClientKind, tmp_path: Path
) -> None:
    old = b"old" * 200_000
    (tmp_path / "x").write_bytes(old)
    with (tmp_path / "x").open("r+b") as file:
        file.seek(3)
        with FakeServer(SHORT) as server, pytest.raises(muxi.ConnectionError):
            fetch(client_kind, server, file)
        file.flush()
        assert (file.tell(), (tmp_path / "x").read_bytes()) == (3, old)
        with FakeServer(SHORT, WHOLE) as server:
            fetch(client_kind, server, file, max_retries=1)
        file.flush()
        assert file.tell() == 3 + len(BODY)
    assert (tmp_path / "x").read_bytes() == old[:3] + BODY + old[3 + len(BODY) :]


def test_a_retried_download_starts_from_the_first_byte(
    client_kind: ClientKind, tmp_path: Path
) -> None:
    file = io.BytesIO()
    script = SHORT, failure(503, "SYSTEM_OVERLOAD"), WHOLE
    with FakeServer(*script, *script) as server:
        fetch(client_kind, server, tmp_path, max_retries=2)
        fetch(client_kind, server, file, max_retries=2)
        assert len(server.received) == 6
    assert file.getvalue() == (tmp_path / "ä.bin").read_bytes() == BODY


def test_what_can_not_be_taken_back_is_not_tried_again(client_kind: ClientKind) -> None:
    with FakeServer(SHORT, WHOLE) as server, pytest.raises(muxi.ConnectionError):
        fetch(client_kind, server, Meagre(), max_retries=2)
    assert len(server.received) == 1
    file = Meagre()
    with FakeServer(failure(503, "SYSTEM_OVERLOAD"), WHOLE) as server:
        fetch(client_kind, server, file, max_retries=2)
    assert file.got == BODY


@pytest.mark.parametrize(
    ("trouble", "kind", "code"),
    [
        (failure(404, "NOT_FOUND"), muxi.NotFoundError, "NOT_FOUND"),
        (Answer(302, b"x"), muxi.MuxiError, None),
        (Drop(), muxi.ConnectionError, None),
    ],
)
def test_errors_are_errors_and_no_files(
    client_kind: ClientKind,
    tmp_path: Path,
    trouble: Answer | Drop,
    kind: type[muxi.MuxiError],
    code: str | None,
) -> None:
    with FakeServer(trouble) as server, pytest.raises(kind) as caught:
        fetch(client_kind, server, tmp_path)
    assert (type(caught.value), caught.value.code) == (kind, code)
    assert names(tmp_path) == []


def test_progress(client_kind: ClientKind, tmp_path: Path) -> None:
    seen: list[tuple[int, int | None]] = []
    with FakeServer(WHOLE) as server:
        fetch(client_kind, server, tmp_path, on_progress=lambda *told: seen.append(told))
    assert len(seen) > 1
    assert [received for received, _ in seen] == sorted({received for received, _ in seen})
    assert seen[-1] == (len(BODY), len(BODY))
    assert {total for _, total in seen} == {len(BODY)}


def test_progress_of_what_is_packed_has_no_total(client_kind: ClientKind) -> None:
    seen: list[tuple[int, int | None]] = []
    file = io.BytesIO()
    packed = Answer(200, gzip.compress(b"x" * 50_000), {"Content-Encoding": "gzip"})
    with FakeServer(packed) as server:
        saved = fetch(client_kind, server, file, on_progress=lambda *told: seen.append(told))
    assert (saved.size, file.getvalue(), seen[-1]) == (50_000, b"x" * 50_000, (50_000, None))


class Enough(Exception):
    pass


def test_whoever_watches_may_stop_it(client_kind: ClientKind, tmp_path: Path) -> None:
    def stop(received: int, total: int | None) -> None:
        raise Enough

    with FakeServer(WHOLE) as server, pytest.raises(Enough):
        fetch(client_kind, server, tmp_path, on_progress=stop, max_retries=2)
    assert (names(tmp_path), len(server.received)) == ([], 1)


def test_a_file_that_somebody_removes_changes_no_error(
    client_kind: ClientKind, tmp_path: Path
) -> None:
    def stop(received: int, total: int | None) -> None:
        for part in tmp_path.iterdir():
            part.unlink()
        raise Enough

    with FakeServer(WHOLE) as server, pytest.raises(Enough):
        fetch(client_kind, server, tmp_path, on_progress=stop)


def test_a_bad_file_never_gets_its_name(client_kind: ClientKind, tmp_path: Path) -> None:
    looked: list[bytes] = []

    def check(file: Path) -> None:
        looked.append(file.read_bytes())
        raise muxi.InvalidResponseError("No good.")

    with FakeServer(WHOLE) as server, pytest.raises(muxi.InvalidResponseError):
        fetch(client_kind, server, tmp_path, check=check, max_retries=2)
    assert (names(tmp_path), looked, len(server.received)) == ([], [BODY], 1)


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_a_cancelled_transfer_leaves_nothing(backend: str, tmp_path: Path) -> None:
    async def main(url: str) -> None:
        async with muxi.AsyncFormationClient(url=url, client_key="c") as client:
            with anyio.CancelScope() as scope:
                to = call(tmp_path, on_progress=lambda *_: scope.cancel())
                await client._transport.call(to)
            assert scope.cancelled_caught

    with FakeServer(SHORT) as server:
        anyio.run(main, server.url, backend=backend)
    assert names(tmp_path) == []


@pytest.mark.parametrize("to", [io.StringIO(), sys.stdout, 7, None])
def test_what_takes_no_bytes_is_refused_before_anything_is_sent(to: Any) -> None:
    with pytest.raises(muxi.ValidationError, match="for writing bytes"):
        call(to)


def test_a_device_is_not_replaced(client_kind: ClientKind) -> None:
    with FakeServer(WHOLE) as server, pytest.raises(muxi.ValidationError, match="no regular file"):
        fetch(client_kind, server, os.devnull)
    assert not Path(os.devnull).is_file()


def test_no_directory_is_made(client_kind: ClientKind, tmp_path: Path) -> None:
    with FakeServer(WHOLE) as server, pytest.raises(FileNotFoundError):
        fetch(client_kind, server, tmp_path / "none" / "x")


def test_a_silent_transfer_times_out(client_kind: ClientKind, tmp_path: Path) -> None:
    with FakeServer(Silence()) as server, pytest.raises(muxi.TimeoutError):
        client_kind.formation(
            server.url, lambda f: f._transport.call(call(tmp_path)), timeout=0.05, max_retries=0
        )


def test_a_large_file_is_never_held_whole(client_kind: ClientKind, tmp_path: Path) -> None:
    large = b"x" * 16_000_000
    with FakeServer(Answer(200, large)) as server:
        fetch(client_kind, server, tmp_path / "warm")
        tracemalloc.start()
        try:
            saved = fetch(client_kind, server, tmp_path / "large")
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert saved.size == len(large)
    assert peak < 8_000_000
