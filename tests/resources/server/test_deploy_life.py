"""Deployments that are cut: uploads refused half-way, Ctrl-C, cancelled tasks."""

from __future__ import annotations

import os
import re
import socket
import tarfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import anyio
import pytest

import muxi
from muxi import AsyncServerClient, ServerClient
from muxi.resources.server import _deployment

from ...support.clients import ClientKind
from ...support.control_answers import (
    COMPLETE,
    FOUND,
    HELLO,
    ID,
    NOT_FOUND,
    by_method,
    flat,
    ok,
    refused,
    stage,
    stream,
)
from ...support.fake_server import Action, FakeServer, Received

KEYS = {"key_id": "MUXI_test", "secret_key": "sk_test"}
DELETED = ok({"id": ID, "message": "Formation deleted successfully"})
CANCELLED = flat(
    {"message": "m", "formation_id": ID, "staging_port": 1, "status": "running", "current_port": 2}
)


@pytest.fixture(autouse=True)
def _fast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_deployment, "_UNDO_ATTEMPTS", 2)
    monkeypatch.setattr(_deployment, "_UNDO_DELAY", 0.01)


class Interrupted:
    """A server whose stream goes on only once something was cleaned up.

    Args:
        exists: The formation is there already.
        undone: What to answer to a clean-up, in turn.
    """

    def __init__(self, *undone: Action, exists: bool) -> None:
        self.over = threading.Event()
        self._undone = list(undone)
        self._exists = exists

    def __call__(self, request: Received) -> Action:
        if request.method == "GET":
            return FOUND if self._exists else NOT_FOUND
        if request.method == "DELETE" or request.path.endswith("cancel-update"):
            return self._undone.pop(0)
        return stream(stage("extracting"), lambda: self.over.wait(10) and None, COMPLETE)


def interrupt(client_kind: ClientKind, url: str, **options: Any) -> None:
    """Apply, and break off at the first stage: Ctrl-C in sync clients, a cancelled scope else."""
    if client_kind.name == "sync":

        def press(progress: Any) -> None:
            if progress.stage == "extracting":
                raise KeyboardInterrupt

        with ServerClient(url=url, **KEYS) as client, pytest.raises(KeyboardInterrupt):
            client.formations.apply(HELLO, on_progress=press, **options)
        return

    async def main() -> None:
        async with AsyncServerClient(url=url, **KEYS) as client:
            with anyio.CancelScope() as scope:
                await client.formations.apply(
                    HELLO,
                    on_progress=lambda one: scope.cancel() if one.stage == "extracting" else None,
                    **options,
                )
                raise AssertionError("it was not cancelled")
            assert scope.cancelled_caught

    anyio.run(main, backend=client_kind.name)


@pytest.mark.parametrize(
    ("exists", "undone", "expected"),
    [
        (False, [DELETED], ["DELETE /rpc/formations/hello-formation"]),
        (False, [NOT_FOUND, DELETED], ["DELETE /rpc/formations/hello-formation"] * 2),
        (False, [NOT_FOUND, NOT_FOUND], ["DELETE /rpc/formations/hello-formation"] * 2),
        (False, [refused(401, "Invalid key")], ["DELETE /rpc/formations/hello-formation"]),
        (True, [CANCELLED], ["POST /rpc/formations/hello-formation/cancel-update"]),
        (
            True,
            [refused(400, "No update in progress for this formation"), CANCELLED],
            ["POST /rpc/formations/hello-formation/cancel-update"] * 2,
        ),
    ],
)
def test_what_is_interrupted_is_undone(
    client_kind: ClientKind, exists: bool, undone: list[Action], expected: list[str]
) -> None:
    script = Interrupted(*undone, exists=exists)
    with FakeServer(script) as server:
        interrupt(client_kind, server.url)
        script.over.set()
    assert [f"{one.method} {one.path}" for one in server.received][2:] == expected


@pytest.mark.parametrize("exists", [True, False])
def test_nothing_is_undone_that_was_to_stay(client_kind: ClientKind, exists: bool) -> None:
    script = Interrupted(exists=exists)
    with FakeServer(script) as server:
        interrupt(client_kind, server.url, cleanup=False)
        script.over.set()
    assert len(server.received) == 2


def apply(on_progress: Callable[[Any], None], server: Any) -> Any:
    return server.formations.apply(HELLO, on_progress=on_progress)


def test_a_callback_that_fails_ends_the_call_and_undoes_nothing(client_kind: ClientKind) -> None:
    def fail(progress: Any) -> None:
        raise LookupError(progress.stage)

    def fail_later(progress: Any) -> None:
        if progress.stage == "extracting":
            fail(progress)

    for callback, at in ((fail, "uploading"), (fail_later, "extracting")):
        deployed = stream(stage("extracting"), COMPLETE)
        with (
            FakeServer(by_method(POST=deployed)) as server,
            pytest.raises(LookupError, match=at),
        ):
            client_kind.server(server.url, partial(apply, callback))
        assert "DELETE" not in [one.method for one in server.received]


def large(folder: Path) -> Path:
    """A formation of some megabytes that gzip can't make smaller."""
    folder.mkdir()
    for file in HELLO.rglob("*.afs"):
        target = folder / file.relative_to(HELLO)
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(file.read_bytes())
    (folder / "noise.bin").write_bytes(os.urandom(8_000_000))
    return folder


@contextmanager
def hasty(answer: bytes) -> Iterator[str]:
    """A server that finds nothing, and answers uploads after their first bytes and hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            while True:
                try:
                    connection, _ = listening.accept()
                except OSError:
                    return
                with connection:
                    head = b""
                    while b"\r\n\r\n" not in head:
                        head += connection.recv(4096)
                    if head.startswith(b"GET"):
                        connection.sendall(
                            b"HTTP/1.1 404 Not Found\r\nContent-Type: application/json\r\n"
                            b"Connection: close\r\nContent-Length: 2\r\n\r\n{}"
                        )
                        continue
                    connection.sendall(answer)
                    connection.shutdown(socket.SHUT_WR)
                    for _ in range(4):  # then the rest is refused
                        connection.recv(65536)

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        listening.shutdown(socket.SHUT_RDWR)
    thread.join()


def test_an_answer_before_the_end_of_the_upload_isnt_lost(
    client_kind: ClientKind, tmp_path: Path
) -> None:
    source = large(tmp_path / "large")
    body = b'{"error":"Conflict","message":"Formation already exists","code":409}'
    answer = (
        b"HTTP/1.1 409 Conflict\r\nContent-Type: application/json\r\nConnection: close\r\n"
        b"Content-Length: %d\r\n\r\n%s" % (len(body), body)
    )
    with hasty(answer) as url, pytest.raises(muxi.MuxiError) as caught:
        client_kind.server(url, lambda s: s.formations.deploy(source))
    assert caught.value.sent is True
    # A reset may overtake the answer; what must not happen is a second upload or a raw error.
    assert isinstance(caught.value, (muxi.ConflictError, muxi.ConnectionError))


def test_uploads_are_read_a_piece_at_a_time(client_kind: ClientKind, tmp_path: Path) -> None:
    source, sizes = large(tmp_path / "large"), []
    with FakeServer(lambda r: NOT_FOUND if r.method == "GET" else stream(COMPLETE)) as server:
        client_kind.server(
            server.url,
            lambda s: s.formations.deploy(source, on_progress=lambda one: sizes.append(one.sent)),
        )
        body = server.received[1].body
    sent = [size for size in sizes if size is not None]
    steps = [after - before for before, after in zip([0, *sent], sent, strict=False)]
    assert (sent[-1], max(steps) <= 256 * 1024, len(sent) > 20) == (len(body), True, True)
    (tmp_path / "x.tar.gz").write_bytes(body)
    with tarfile.open(tmp_path / "x.tar.gz") as archive:
        assert f"{ID}/noise.bin" in archive.getnames()


def test_no_file_stays_open(client_kind: ClientKind, monkeypatch: pytest.MonkeyPatch) -> None:
    import muxi.bundle

    closed: list[Callable[[], bool]] = []
    real = muxi.bundle.open_bundle

    @contextmanager
    def watched(*args: Any, **options: Any) -> Iterator[Any]:
        with real(*args, **options) as packed:
            closed.append(lambda: packed.file.closed)
            yield packed

    monkeypatch.setattr(muxi.bundle, "open_bundle", watched)
    for answers in ([FOUND], [NOT_FOUND, refused(500, "x")], [NOT_FOUND, stream(COMPLETE)]):
        with FakeServer(*answers) as server:
            try:
                client_kind.server(server.url, lambda s: s.formations.deploy(HELLO))
            except muxi.MuxiError:
                continue
    assert [one() for one in closed] == [True] * 3


def test_an_upload_that_breaks_off_says_how_far_it_came(
    client_kind: ClientKind, tmp_path: Path
) -> None:
    source = large(tmp_path / "large")
    with hasty(b"") as url, pytest.raises(muxi.ConnectionError) as caught:
        client_kind.server(url, lambda s: s.formations.deploy(source))
    assert re.search(r", an upload, after \d+ of \d+ bytes failed: ", str(caught.value))
