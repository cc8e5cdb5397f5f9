"""Deployments that are cut: uploads refused half-way, Ctrl-C, cancelled tasks."""

from __future__ import annotations

import os
import re
import socket
import sys
import tarfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import anyio
import anyio.from_thread
import pytest

import muxi
import muxi.bundle
from muxi import AsyncServerClient, ServerClient
from muxi._files.upload import Upload
from muxi.bundle import PackedBundle, open_bundle
from muxi.resources.server import _deployment

from ...support.clients import ClientKind
from ...support.control_answers import (
    COMPLETE,
    FORMATION,
    FOUND,
    HELLO,
    ID,
    NOT_FOUND,
    by_method,
    flat,
    ok,
    refused,
    stage,
)
from ...support.fake_server import Action, FakeServer, Received
from ...support.sse import stream_of

KEYS = {"key_id": "MUXI_test", "secret_key": "sk_test"}
DELETED = ok({"id": ID, "message": "Formation deleted successfully"})
UPDATED_BEFORE = ok(
    {**FORMATION, "version": {"semantic": "1.0.0", "current": "aa", "previous": "99"}}
)
CANCELLED = flat(
    {"message": "m", "formation_id": ID, "staging_port": 1, "status": "running", "current_port": 2}
)


@pytest.fixture(autouse=True)
def _fast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_deployment, "_UNDO_DELAY", 0.001)


def sha256() -> str:
    with open_bundle(HELLO) as packed:
        return packed.bundle.sha256


def deployed(current: str | None, **more: Any) -> Action:
    """A formation that has a bundle."""
    return ok({**FORMATION, **more, "version": {"current": current}})


class Interrupted:
    """A server whose stream goes on only once something was cleaned up.

    Args:
        found: What it answers to looks, in turn, the last one for ever.
        undone: What it answers to a clean-up, in turn.
        stages: What it reports before it is interrupted.
    """

    def __init__(
        self, found: Sequence[Action], *undone: Action, stages: Sequence[str] = ("extracting",)
    ) -> None:
        self.over = threading.Event()
        self._found = list(found)
        self._undone = list(undone)
        self._stages = stages

    def __call__(self, request: Received) -> Action:
        if request.method == "GET":
            return self._found.pop(0) if len(self._found) > 1 else self._found[0]
        if request.method == "DELETE" or request.path.endswith("cancel-update"):
            return self._undone.pop(0)
        stages = [stage(name) for name in self._stages]
        return stream_of(*stages, lambda: self.over.wait(60) and None, COMPLETE)


def interrupt(client_kind: ClientKind, url: str, at: str = "extracting", **options: Any) -> Any:
    """Apply, and break off at a stage: Ctrl-C in sync clients, a cancelled scope else.

    Gives the exception where there is one to be caught.
    """
    if client_kind.name == "sync":

        def press(progress: Any) -> None:
            if progress.stage == at:
                raise KeyboardInterrupt

        with ServerClient(url=url, **KEYS) as client, pytest.raises(KeyboardInterrupt) as caught:
            client.formations.apply(HELLO, on_progress=press, **options)
        return caught.value

    async def main() -> None:
        async with AsyncServerClient(url=url, **KEYS) as client:
            with anyio.CancelScope() as scope:
                await client.formations.apply(
                    HELLO,
                    on_progress=lambda one: scope.cancel() if one.stage == at else None,
                    **options,
                )
                raise AssertionError("it was not cancelled")
            assert scope.cancelled_caught

    anyio.run(main, backend=client_kind.backend)
    return None


def done(server: FakeServer) -> list[str]:
    """What was asked for after the upload."""
    asked = [f"{one.method} {one.path.removeprefix('/rpc/formations/')}" for one in server.received]
    return asked[2:]


LOOK, DELETE, CANCEL = f"GET {ID}", f"DELETE {ID}", f"POST {ID}/cancel-update"
OURS, THEIRS, UNTOLD = deployed("ours"), deployed("theirs"), deployed(None)
IDLE = refused(400, "No update in progress for this formation")


@dataclass(frozen=True)
class Undo:
    """A deployment that is interrupted, and what becomes of it."""

    name: str
    found: list[Action]
    undone: list[Action]
    expected: list[str]
    """What is asked for."""
    left: str | None = None
    """A part of the reason why it isn't undone."""
    stages: tuple[str, ...] = ("extracting",)

    def __str__(self) -> str:
        return self.name


UNDOS = [
    Undo("ours is deleted", [NOT_FOUND, OURS], [DELETED], [LOOK, DELETE]),
    Undo("ours appears later", [NOT_FOUND, NOT_FOUND, OURS], [DELETED], [LOOK] * 2 + [DELETE]),
    Undo("ours is gone", [NOT_FOUND, OURS], [NOT_FOUND], [LOOK, DELETE]),
    Undo("theirs is left alone", [NOT_FOUND, THEIRS], [], [LOOK]),
    Undo("nobody's is left alone", [NOT_FOUND, UNTOLD], [], [LOOK], "doesn't tell which bundle"),
    Undo("it never appears", [NOT_FOUND], [], [LOOK] * 2, "doesn't list it"),
    Undo(
        "refused",
        [NOT_FOUND, OURS],
        [refused(401, "Invalid key")],
        [LOOK, DELETE],
        "Invalid key",
    ),
    Undo("an update", [FOUND], [CANCELLED], [LOOK, CANCEL]),
    Undo(
        "an update that is over",
        [FOUND],
        [IDLE],
        [LOOK, CANCEL],
        stages=("spawning_staging", "extracting"),
    ),
    Undo("an update that begins", [FOUND], [IDLE, CANCELLED], [LOOK, CANCEL, LOOK, CANCEL]),
    Undo("an update that is done", [FOUND, OURS], [], [LOOK], "finished already"),
    Undo("an update of what is gone", [FOUND, NOT_FOUND], [], [LOOK]),
    Undo(
        "an update after another, too early",
        [UPDATED_BEFORE],
        [],
        [],
        "stops the version that runs",
    ),
    Undo(
        "an update after another, in time",
        [UPDATED_BEFORE],
        [CANCELLED],
        [LOOK, CANCEL],
        stages=("spawning_staging", "health_check", "extracting"),
    ),
]


@pytest.mark.parametrize("undo", UNDOS, ids=str)
def test_what_is_interrupted_is_undone_if_it_is_ours(
    client_kind: ClientKind,
    undo: Undo,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    never = undo.found == [NOT_FOUND]
    monkeypatch.setattr(_deployment, "_UNDO_WITHIN", 1 if never else 60)
    monkeypatch.setattr(_deployment, "_UNDO_DELAY", 0.1 if never else 0.001)
    ours = deployed(sha256())
    found = [ours if one is OURS else one for one in undo.found]
    script = Interrupted(found, *undo.undone, stages=undo.stages)
    with FakeServer(script) as server:
        exc = interrupt(client_kind, server.url)
        script.over.set()
    asked = done(server)
    assert asked[: len(undo.expected)] == undo.expected
    assert set(asked[len(undo.expected) :]) <= {LOOK}
    warnings = [one.getMessage() for one in caplog.records if one.levelname == "WARNING"]
    assert len(warnings) == (undo.left is not None)
    if undo.left is not None:
        assert undo.left in warnings[0]
        if exc is not None and sys.version_info >= (3, 11):
            assert exc.__notes__ == warnings


@pytest.mark.parametrize("found", [FOUND, NOT_FOUND])
def test_nothing_is_undone_that_was_to_stay(client_kind: ClientKind, found: Action) -> None:
    script = Interrupted([found])
    with FakeServer(script) as server:
        interrupt(client_kind, server.url, cleanup=False)
        script.over.set()
    assert done(server) == []


def test_an_upload_whose_last_piece_was_being_written_is_undone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The server may have it all, though the client doesn't know of the last write."""
    real = Upload.mark_sent

    def pressed(upload: Upload) -> None:
        if upload.is_complete and upload.sent < upload.size:
            raise KeyboardInterrupt
        real(upload)

    monkeypatch.setattr(Upload, "mark_sent", pressed)
    with FakeServer(Interrupted([NOT_FOUND, deployed(sha256())], DELETED)) as server:
        with ServerClient(url=server.url, **KEYS) as client, pytest.raises(KeyboardInterrupt):
            client.formations.apply(HELLO)
        asked = [one.method for one in server.received]
    # The server may have read the upload only after the requests that followed.
    assert [method for method in asked if method != "POST"] == ["GET", "GET", "DELETE"]


def apply(on_progress: Callable[[Any], None], server: Any) -> Any:
    return server.formations.apply(HELLO, on_progress=on_progress)


def test_a_callback_that_fails_ends_the_call_and_undoes_nothing(client_kind: ClientKind) -> None:
    def fail(progress: Any) -> None:
        raise LookupError(progress.stage)

    def fail_later(progress: Any) -> None:
        if progress.stage == "extracting":
            fail(progress)

    for callback, at in ((fail, "uploading"), (fail_later, "extracting")):
        deployed = stream_of(stage("extracting"), COMPLETE)
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


@pytest.mark.thorough("trio")
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


@pytest.mark.thorough("trio")
def test_uploads_are_read_a_piece_at_a_time(client_kind: ClientKind, tmp_path: Path) -> None:
    source, sizes = large(tmp_path / "large"), []
    with FakeServer(lambda r: NOT_FOUND if r.method == "GET" else stream_of(COMPLETE)) as server:
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
    closed: list[Callable[[], bool]] = []
    real = muxi.bundle.open_bundle

    @contextmanager
    def watched(*args: Any, **options: Any) -> Iterator[Any]:
        with real(*args, **options) as packed:
            closed.append(lambda: packed.file.closed)
            yield packed

    monkeypatch.setattr(muxi.bundle, "open_bundle", watched)
    for answers in ([FOUND], [NOT_FOUND, refused(500, "x")], [NOT_FOUND, stream_of(COMPLETE)]):
        with FakeServer(*answers) as server:
            try:
                client_kind.server(server.url, lambda s: s.formations.deploy(HELLO))
            except muxi.MuxiError:
                continue
    assert [one() for one in closed] == [True] * 3


@pytest.mark.anyio
async def test_a_bundle_that_was_packed_after_a_cancellation_is_closed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    opened: list[Watched] = []
    real = muxi.bundle.open_bundle

    class Watched:
        def __init__(self, source: Path, *, include_db: bool) -> None:
            self.real = real(source, include_db=include_db)
            opened.append(self)

        def __enter__(self) -> PackedBundle:
            anyio.from_thread.run_sync(scope.cancel)
            self.packed = self.real.__enter__()
            return self.packed

        def __exit__(self, *exc: Any) -> bool | None:
            return self.real.__exit__(*exc)

    monkeypatch.setattr(muxi.bundle, "open_bundle", Watched)
    async with AsyncServerClient(url="http://127.0.0.1:1", **KEYS) as client:
        with anyio.CancelScope() as scope:
            await client.formations.apply(HELLO)
    assert scope.cancelled_caught
    assert [one.packed.file.closed for one in opened] == [True]


@pytest.mark.thorough("trio")
def test_an_upload_that_breaks_off_says_how_far_it_came(
    client_kind: ClientKind, tmp_path: Path
) -> None:
    source = large(tmp_path / "large")
    with hasty(b"") as url, pytest.raises(muxi.ConnectionError) as caught:
        client_kind.server(url, lambda s: s.formations.deploy(source))
    assert re.search(r", an upload, after \d+ of \d+ bytes failed: ", str(caught.value))
