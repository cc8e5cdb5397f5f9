"""Links, special files and odd names in a formation's directory."""

from __future__ import annotations

import os
import re
import tarfile
from pathlib import Path

import pytest

from muxi.bundle import open_bundle

from ..support.trees import MANIFEST, make_tree
from .test_faults import refusal


def test_links_to_files_inside_are_followed(tmp_path: Path) -> None:
    make_tree(tmp_path / "bot", {"formation.afs": MANIFEST, "a/b": "text"})
    (tmp_path / "bot/link").symlink_to("a/b")
    with open_bundle(tmp_path / "bot") as packed, tarfile.open(fileobj=packed.file) as tar:
        member = tar.getmember("my-bot/link")
        content = tar.extractfile(member)
        assert member.isreg()
        assert content is not None
        assert content.read() == b"text"


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("../outside", "leads out"),
        ("/etc/passwd", "leads out"),
        ("nowhere", "leads nowhere"),
        ("link", "leads nowhere"),
        ("a", "link to a directory"),
        (".env", "left out of bundles"),
        ("memory.db", "left out of bundles"),
    ],
)
def test_other_links_are_refused(tmp_path: Path, target: str, reason: str) -> None:
    files = {"formation.afs": MANIFEST, "a/b": "", ".env": "", "memory.db": ""}
    make_tree(tmp_path / "bot", dict(files))
    make_tree(tmp_path, {"outside": "secret"})
    (tmp_path / "bot/link").symlink_to(target)
    assert re.search(f"link is a link .*{reason}|link is a {reason}", refusal(tmp_path / "bot"))


def test_a_special_file_is_left_out_with_a_warning(tmp_path: Path) -> None:
    make_tree(tmp_path, {"formation.afs": MANIFEST})
    os.mkfifo(tmp_path / "pipe")
    with open_bundle(tmp_path) as packed:
        assert packed.bundle.files == 1
        assert packed.bundle.warnings == (f"{tmp_path}/pipe is no file, and is left out.",)


def test_a_name_that_is_no_utf8_is_refused(tmp_path: Path) -> None:
    make_tree(tmp_path, {"formation.afs": MANIFEST})
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9")).write_text("")
    assert "caf\\udce9' has a name that is no UTF-8" in refusal(tmp_path)
