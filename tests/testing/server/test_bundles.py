"""How the server reads archives, malicious ones too, and complete manifests."""

from __future__ import annotations

import gzip
import io
import os
import tarfile
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muxi.testing.server.bundles import BadBundle, extract
from muxi.testing.server.manifests import BadManifest, facts, read_manifest, write_manifest

from .raw_control import archive, bundle, member

OUTSIDE = "invalid file path in archive: "


def tree(root: Path) -> dict[str, bytes]:
    return {str(file.relative_to(root)): file.read_bytes() for file in files_of(root)}


def files_of(root: Path) -> list[Path]:
    return sorted(file for file in root.rglob("*") if file.is_file())


def test_the_first_entry_names_the_directory(tmp_path: Path) -> None:
    body = archive((member("a/x", size=1), b"1"), (member("b/y", size=1), b"2"))
    assert tree(extract(body, tmp_path)) == {"x": b"1"}


@pytest.mark.parametrize(
    ("entries", "why"),
    [
        ([(member("./", tarfile.DIRTYPE), b"")], f"{OUTSIDE}./"),
        ([(member("a/x"), b""), (member("a/../../x"), b"")], f"{OUTSIDE}a/../../x"),
        ([(member("../x"), b"")], f"{OUTSIDE}../x"),
        ([], "empty archive or no root directory found"),
        ([(member("/etc/x"), b"")], "empty archive or no root directory found"),
        ([(member("a"), b""), (member("a/x"), b"")], "failed to read tar header: "),
    ],
)
def test_what_is_no_bundle(tmp_path: Path, entries: list[tuple[Any, bytes]], why: str) -> None:
    target = tmp_path / "target"
    target.mkdir()
    with pytest.raises(BadBundle) as caught:
        extract(archive(*entries), target)
    assert str(caught.value).startswith(why)
    assert [file.name for file in tmp_path.iterdir()] == ["target"]


def test_links_and_devices_are_dropped(tmp_path: Path) -> None:
    kinds = (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE)
    entries = [(member(f"a/{number}", kind), b"") for number, kind in enumerate(kinds)]
    through = (member("a/0/x", size=1), b"1")
    root = extract(archive((member("a/f", size=1), b"1"), *entries, through), tmp_path)
    assert tree(root) == {"f": b"1", "0/x": b"1"}
    assert not any(path.is_symlink() for path in root.rglob("*"))


def test_modes_are_kept(tmp_path: Path) -> None:
    root = extract(archive((member("a/.key", mode=0o600), b"")), tmp_path)
    assert (root / ".key").stat().st_mode & 0o777 == 0o600


def test_a_global_header_is_taken_for_the_directory(tmp_path: Path) -> None:
    body = archive((member("a/x"), b""), pax_headers={"comment": "git"}, format=tarfile.PAX_FORMAT)
    assert extract(body, tmp_path) == tmp_path / "pax_global_header"


@given(cut=st.integers(1, 300), wrong=st.binary(min_size=1, max_size=8))
def test_broken_archives_are_refused_and_nothing_else_happens(cut: int, wrong: bytes) -> None:
    body = bundle()
    plain = bytearray(gzip.decompress(body))
    plain[cut : cut + len(wrong)] = wrong
    for each in (body[:-cut], gzip.compress(bytes(plain))):
        with tempfile.TemporaryDirectory() as directory:
            target = Path(directory) / "target"
            target.mkdir()
            try:
                extract(each, target)
            except BadBundle as problem:
                assert str(problem)
            assert os.listdir(directory) == ["target"]


def test_a_bundle_of_a_bundle_is_read_once(tmp_path: Path) -> None:
    packed = io.BytesIO(bundle())
    with gzip.open(packed) as plain, tarfile.open(fileobj=plain) as reference:
        names = {each.name for each in reference if each.isreg()}
    root = extract(bundle(), tmp_path)
    assert {f"my-bot/{name}" for name in tree(root)} == names


WHOLE = """\
id: whole
description: All there is
agents: [one, {id: inline}]
mcp: {servers: [echo]}
a2a: {outbound: {services: [far]}}
_server_id: x
"""


def written(root: Path, **contents: str) -> Path:
    for name, text in contents.items():
        file = root / name.replace("__", "/").replace("_", ".")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return root


def test_what_the_manifest_names_is_written_out(tmp_path: Path) -> None:
    written(
        tmp_path,
        formation_yaml=WHOLE,
        agents__one_yml="name: One",
        agents__unused_afs="id: unused",
        mcps__server_afs="id: echo\ntype: http",
        a2a__far_afs="url: http://far",
        sops__hire_md="# Hire",
        triggers__ticket_md="${{ data.id }}",
        MUXI_md="Be kind",
    )
    assert read_manifest(tmp_path) == {
        "id": "whole",
        "description": "All there is",
        "agents": [{"id": "one", "name": "One"}, {"id": "inline"}],
        "mcp": {"servers": [{"id": "echo", "type": "http"}]},
        "a2a": {"outbound": {"services": [{"id": "far", "url": "http://far"}]}},
        "sops": {"hire": "# Hire"},
        "triggers": {"ticket": "${{ data.id }}"},
        "MUXI.md": "Be kind",
    }


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    manifest = {
        "id": "bot",
        "agents": [{"id": "one"}],
        "sops": {"hire": "# Hire"},
        "MUXI.md": "Be kind",
    }
    write_manifest(tmp_path / "new", manifest)
    assert read_manifest(tmp_path / "new") == manifest


@pytest.mark.parametrize(
    ("contents", "why"),
    [
        ({}, "Failed to find formation config: "),
        ({"formation_afs": "[1]"}, "formation.afs is not a mapping"),
        ({"formation_afs": "agents: [none]"}, "Agent 'none' declared in formation but not found"),
        ({"formation_afs": "agents: [a]", "agents__a_afs": "["}, "a.afs: "),
        (
            {"formation_afs": "agents: [a]", "agents__a_afs": "id: a", "agents__b_afs": "id: a"},
            "Duplicate Agent ID 'a' found in 'b.afs'",
        ),
    ],
)
def test_formations_that_would_not_start(
    tmp_path: Path, contents: dict[str, str], why: str
) -> None:
    with pytest.raises(BadManifest) as caught:
        read_manifest(written(tmp_path, **contents))
    assert str(caught.value).startswith(why)


def test_the_first_of_three_names_counts(tmp_path: Path) -> None:
    text = "id: bot{}\ndescription: x\nversion: 1.10\n"
    for number, name in enumerate(("formation_yml", "formation_yaml", "formation_afs")):
        found = facts(written(tmp_path, **{name: text.format(number)}))
        assert (found.id, found.version, found.runtime) == (f"bot{number}", "1.10", "latest")


def test_reserved_ids_are_refused_of_manifests_too(tmp_path: Path) -> None:
    written(tmp_path, formation_afs="id: rpc\ndescription: x")
    with pytest.raises(BadManifest, match="formation ID 'rpc' is reserved"):
        facts(tmp_path)
