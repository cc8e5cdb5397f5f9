"""Archives that somebody else made: taken as they are, or refused before anything is sent."""

from __future__ import annotations

import gzip
import io
import re
import subprocess
import tarfile
from collections.abc import Iterable
from pathlib import Path

import pytest

from muxi.bundle import open_bundle
from muxi.errors import BundleError

from ..support.trees import MANIFEST, make_tree
from .test_faults import SECRETIVE, refusal


def archive(path: Path, members: Iterable[tuple[str, bytes, str]], **options: object) -> Path:
    """Write a tar.gz of names, types and contents."""
    with tarfile.open(path, "w:gz", **options) as tar:  # type: ignore[call-overload]
        for name, kind, content in members:
            info = tarfile.TarInfo(name)
            info.type = kind
            info.size = len(content)
            info.linkname = "elsewhere" if kind in (tarfile.SYMTYPE, tarfile.LNKTYPE) else ""
            tar.addfile(info, io.BytesIO(content.encode()))
    return path


MEMBERS = [
    ("bot", tarfile.DIRTYPE, ""),
    ("bot/formation.afs", tarfile.REGTYPE, MANIFEST),
    ("bot/a b/é", tarfile.REGTYPE, "text"),
]


def test_an_archive_is_sent_as_it_is(tmp_path: Path) -> None:
    path = archive(tmp_path / "bot.tgz", [*MEMBERS, ("bot/pipe", tarfile.FIFOTYPE, "")])
    with open_bundle(path) as packed:
        assert packed.file.read() == path.read_bytes()
        assert (packed.bundle.id, packed.bundle.files) == ("my-bot", 2)
        assert packed.bundle.warnings == (f"{path}: bot/pipe is no file; the server drops it.",)
    assert path.exists()


def test_an_archive_by_gnu_tar_is_accepted(tmp_path: Path) -> None:
    make_tree(tmp_path / "bot", {"formation.afs": MANIFEST, "x" * 200 + "/é": "text"})
    subprocess.run(["tar", "-czf", "bot.tar.gz", "bot"], cwd=tmp_path, check=True)
    with open_bundle(tmp_path / "bot.tar.gz") as packed:
        assert packed.bundle.files == 2


def test_an_archive_of_the_working_directory_is_refused(tmp_path: Path) -> None:
    make_tree(tmp_path / "bot", {"formation.afs": MANIFEST})
    subprocess.run(["tar", "-czf", "../bot.tar.gz", "."], cwd=tmp_path / "bot", check=True)
    assert "'.' is a path that the server refuses" in refusal(tmp_path / "bot.tar.gz")


def test_an_archive_by_git_is_refused(tmp_path: Path) -> None:
    header = {"pax_headers": {"comment": "0" * 40}}
    path = archive(tmp_path / "bot.tgz", MEMBERS, **header)
    assert "begins with a pax global header" in refusal(path)


@pytest.mark.parametrize(
    ("name", "kind", "reason"),
    [
        ("other/x", tarfile.REGTYPE, "other/x is outside of bot, the one directory that counts."),
        ("x", tarfile.REGTYPE, "x is outside of bot"),
        ("bot/../../x", tarfile.REGTYPE, "'bot/../../x' is a path that the server refuses."),
        ("/bot/x", tarfile.REGTYPE, "'/bot/x' is a path that the server refuses."),
        ("bot/x", tarfile.SYMTYPE, "bot/x is a link, which the server drops."),
        ("bot/x", tarfile.LNKTYPE, "bot/x is a link, which the server drops."),
        ("bot/a/memory.db", tarfile.REGTYPE, "bot/a/memory.db would replace the memory"),
    ],
)
def test_each_fault_of_a_member(tmp_path: Path, name: str, kind: bytes, reason: str) -> None:
    path = archive(tmp_path / "bot.tgz", [*MEMBERS, (name, kind, "")])
    assert refusal(path).startswith(f"{path}: {reason}")


def test_an_archive_may_bring_a_memory_when_asked(tmp_path: Path) -> None:
    path = archive(tmp_path / "bot.tgz", [*MEMBERS, ("bot/memory.db", tarfile.REGTYPE, "m")])
    with open_bundle(path, include_db=True) as packed:
        assert packed.bundle.files == 3


def test_files_at_the_top_of_an_archive_are_refused(tmp_path: Path) -> None:
    path = archive(tmp_path / "bot.tgz", [("formation.afs", tarfile.REGTYPE, MANIFEST)])
    assert "formation.afs is at the top, where only a directory counts" in refusal(path)


def test_the_manifest_of_an_archive_is_checked(tmp_path: Path) -> None:
    path = archive(tmp_path / "bot.tgz", [("bot/formation.afs", tarfile.REGTYPE, SECRETIVE)])
    assert refusal(path).startswith(f"{path}: bot/secrets.enc is missing: ")
    path = archive(tmp_path / "none.tgz", MEMBERS[:1])
    assert refusal(path).startswith(f"{path}: bot/formation.afs is missing")


def test_an_archive_that_is_none(tmp_path: Path) -> None:
    path = tmp_path / "bot.tgz"
    path.write_bytes(b"PK\3\4 or what")
    assert refusal(path) == f"{path} is not gzip."
    path.write_bytes(b"")
    assert refusal(path) == f"{path} is not gzip."
    path.write_bytes(gzip.compress(b"no tar" * 1000))
    assert re.match(f"{path} is damaged, or no tar.gz: .*invalid header", refusal(path))
    path.write_bytes(gzip.compress(b"\0" * 10240))
    assert refusal(path) == f"{path} is empty."
    path.write_bytes(gzip.compress(b""))
    assert refusal(path) == f"{path} is damaged, or no tar.gz: empty file."


def test_each_cut_and_each_flipped_byte_of_an_archive_is_found(tmp_path: Path) -> None:
    whole = archive(tmp_path / "whole.tgz", MEMBERS).read_bytes()
    path = tmp_path / "bot.tgz"
    for end in range(len(whole)):
        path.write_bytes(whole[:end])
        assert f"{path} is " in refusal(path)
    for at in range(10 + len("whole.tar") + 1, len(whole)):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0x10]) + whole[at + 1 :])
        try:
            with open_bundle(path):
                # Deflate has bits that mean nothing.
                assert gzip.decompress(path.read_bytes()) == gzip.decompress(whole)
        except BundleError as error:
            assert str(path) in str(error)


def test_an_archive_that_goes_on_after_its_end(tmp_path: Path) -> None:
    path = archive(tmp_path / "bot.tgz", MEMBERS)
    path.write_bytes(path.read_bytes() + gzip.compress(b"more"))
    assert refusal(path) == f"{path} is damaged: it has data after its end."


@pytest.mark.parametrize("name", ["bot/formation.afs", "bot/other"])
@pytest.mark.parametrize("size", [1 << 40, 1 << 62, 1 << 70])
def test_a_size_beyond_all_bounds_is_refused(tmp_path: Path, name: str, size: int) -> None:
    info = tarfile.TarInfo(name)
    info.size = size
    path = tmp_path / "bot.tgz"
    path.write_bytes(gzip.compress(info.tobuf(tarfile.GNU_FORMAT) + bytes(10240)))
    assert re.match(rf"{path} is damaged, or no tar\.gz: \w", refusal(path))
