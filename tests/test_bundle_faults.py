"""What the server would refuse or lose is found before anything is sent, and named."""

from __future__ import annotations

import gzip
import io
import re
import subprocess
import sys
import tarfile
from collections.abc import Iterable
from pathlib import Path

import pytest

from muxi.bundle import open_bundle
from muxi.errors import BundleError, MuxiError

from .trees import MANIFEST, make_tree

SECRETIVE = (
    MANIFEST + "key: ${{ secrets.OPENAI }}\nmore: ${{ secrets.B_2 }} ${{ secrets.OPENAI }}\n"
)


def refusal(source: Path, **options: bool) -> str:
    with pytest.raises(BundleError) as caught, open_bundle(source, **options):
        pass
    assert isinstance(caught.value, MuxiError)
    assert isinstance(caught.value, ValueError)
    return str(caught.value)


def test_the_source_is_a_directory_or_an_archive(tmp_path: Path) -> None:
    make_tree(tmp_path, {"file": "", "empty": None, "dropped/.env": ""})
    assert refusal(tmp_path / "none") == f"{tmp_path}/none does not exist."
    assert refusal(tmp_path / "file") == f"{tmp_path}/file is neither a directory nor a .tar.gz."
    assert refusal(tmp_path / "empty") == f"{tmp_path}/empty is empty."
    assert refusal(tmp_path / "dropped") == f"{tmp_path}/dropped is empty."


@pytest.mark.parametrize(
    ("manifest", "reason"),
    [
        ("id: [", " is not valid YAML: while parsing"),
        (b"id: \xff", " is not valid YAML: "),
        ("id: !!python/object:os.system x", " is not valid YAML: could not determine"),
        ("id: 2024-13-45", " is not valid YAML: month must be"),
        ("[" * 5000, " is not valid YAML: maximum recursion"),
        ("", " is not a YAML mapping."),
        ("- id: a", " is not a YAML mapping."),
        ("description: d", " has no id."),
        ("id: my-bot", " has no description."),
        ("id: my-bot\ndescription: ''", " has no description."),
        ("id: my-bot\ndescription: [d]", ": description is no text."),
        ("id: 123\ndescription: d", ': YAML reads id as 123; put it in quotes: "…".'),
        ("id: my\ndescription: d", ": formation ID must be 3-50 characters."),
        (f"id: {'a' * 51}\ndescription: d", ": formation ID must be 3-50 characters."),
        ("id: admin\ndescription: d", ': formation ID "admin" is reserved.'),
        ("id: My-Bot\ndescription: d", ": formation ID must contain only lowercase letters, "),
        ("id: -bot\ndescription: d", ": formation ID must contain only lowercase letters, "),
        ('id: "my-bot\\n"\ndescription: d', ": formation ID must contain only lowercase letters, "),
        ("id: my-bot\ndescription: d\nversion: 1.10", ": YAML reads version as 1.1; put it in "),
        ("id: my-bot\ndescription: d\nversion: 2", ": YAML reads version as 2; put it in quotes"),
        ("id: my-bot\ndescription: d\nversion: é", ": version 'é' can't be sent as a header."),
        ('id: my-bot\ndescription: d\nversion: "1\\n2"', r": version '1\n2' can't be sent as a"),
    ],
)
def test_each_fault_of_a_manifest(tmp_path: Path, manifest: str | bytes, reason: str) -> None:
    make_tree(tmp_path, {"formation.afs": manifest})
    assert refusal(tmp_path).startswith(f"{tmp_path}/formation.afs{reason}")


def test_the_manifest_is_missing(tmp_path: Path) -> None:
    make_tree(tmp_path, {"agents/formation.afs": MANIFEST})
    assert refusal(tmp_path).startswith(f"{tmp_path}/formation.afs is missing")


@pytest.mark.parametrize("identifier", ["abc", "a" * 50, "0-9", "my--bot", "draft"])
def test_ids_that_the_server_takes(tmp_path: Path, identifier: str) -> None:
    make_tree(tmp_path, {"formation.yml": f"id: {identifier}\ndescription: 42"})
    with open_bundle(tmp_path) as packed:
        assert packed.bundle.id == identifier
        assert packed.bundle.version is None


@pytest.mark.parametrize(
    ("given", "missing"),
    [([], "secrets.enc"), ([".key"], "secrets.enc"), (["secrets.enc"], ".key")],
)
def test_secrets_need_their_files(tmp_path: Path, given: list[str], missing: str) -> None:
    make_tree(tmp_path, {"formation.afs": SECRETIVE, **dict.fromkeys(given, "x")})
    assert refusal(tmp_path) == (
        f"{tmp_path}/{missing} is missing: formation.afs refers to secrets (OPENAI, B_2)."
    )


def test_secrets_with_their_files(tmp_path: Path) -> None:
    make_tree(tmp_path, {"formation.afs": SECRETIVE, "secrets.enc": "x", ".key": "x"})
    with open_bundle(tmp_path) as packed:
        assert packed.bundle.files == 3


def test_what_the_server_ignores_is_a_warning(tmp_path: Path) -> None:
    make_tree(tmp_path, {"formation.afs": MANIFEST, "formation.yml": "x", "MUXI.md": "# hi"})
    with open_bundle(tmp_path) as packed:
        assert packed.bundle.warnings == (
            f"{tmp_path}/formation.yml is ignored: formation.afs is read.",
            f"{tmp_path}/MUXI.md counts in the first deployment only: "
            "updates keep the server's own.",
        )


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
    assert refusal(path) == f"{path} is damaged: it goes on after its end."


def test_without_pyyaml_the_error_says_what_to_install(tmp_path: Path) -> None:
    make_tree(tmp_path, {"formation.afs": MANIFEST})
    code = """
import sys
sys.modules["yaml"] = None
from muxi.bundle import open_bundle
from muxi.errors import ConfigurationError
try:
    with open_bundle(sys.argv[1]):
        pass
except ConfigurationError as error:
    print(error)
"""
    run = subprocess.run(
        [sys.executable, "-c", code, tmp_path], check=True, capture_output=True, text=True
    )
    assert "pip install 'muxi-client[deploy]'" in run.stdout
