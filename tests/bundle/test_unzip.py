"""Downloads are unpacked whole and inside their directory, or not at all."""

from __future__ import annotations

import stat
import struct
import zipfile
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muxi.bundle.unzip import check_zip, unpack
from muxi.errors import BundleError

from ..support.trees import make_tree, tree_of


def zipped(path: Path, members: Iterable[tuple[str, bytes]]) -> Path:
    path.parent.mkdir(exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members:
            file.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return path


MEMBERS = [("formation.afs", b"id: my-bot"), ("agents/", b""), ("agents/a", b"a" * 999)]


def refusal(path: Path, to: Path) -> str:
    """The error, after which nothing is there that was not before."""
    before = tree_of(to.parent)
    with pytest.raises(BundleError) as caught:
        unpack(path, to)
    assert tree_of(to.parent) == before
    return str(caught.value)


@pytest.mark.parametrize("exists", [False, True])
def test_a_download_is_unpacked(tmp_path: Path, exists: bool) -> None:
    to = tmp_path / "new/deep/to"
    if exists:
        to.mkdir(parents=True)
    unpack(zipped(tmp_path / "a.zip", [*MEMBERS, ("secrets.enc", b"s"), ("b/c/d", b"")]), to)
    found = {name: made and made[1] for name, made in tree_of(to).items()}
    assert found == {
        "formation.afs": b"id: my-bot",
        "agents": None,
        "agents/a": b"a" * 999,
        "secrets.enc": b"s",
        "b": None,
        "b/c": None,
        "b/c/d": b"",
    }
    assert stat.S_IMODE((to / "secrets.enc").stat().st_mode) == 0o600
    assert [path.name for path in to.parent.iterdir()] == ["to"]


@pytest.mark.parametrize(
    "name",
    ["/a", "../a", "a/../../b", "a/./b", "a//b", "..\\a", "a\\..\\..\\b", "\\a", "C:\\a", "c:a",
     "x/C:/a", "/", "..", "//server/a"],
)  # fmt: skip
def test_paths_that_lead_out_are_refused(tmp_path: Path, name: str) -> None:
    path = zipped(tmp_path / "in/a.zip", [*MEMBERS, (name, b"x")])
    assert "is not a path inside the directory" in refusal(path, tmp_path / "to")


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR])
def test_links_and_special_files_are_refused(tmp_path: Path, kind: int) -> None:
    path = tmp_path / "in.zip"
    with zipfile.ZipFile(path, "w") as file:
        info = zipfile.ZipInfo("link")
        info.external_attr = (kind | 0o777) << 16
        file.writestr(info, "/etc/passwd")
    assert "'link' is a link, a special file, or encrypted" in refusal(path, tmp_path / "to")


@pytest.mark.parametrize(
    "clash", [[("a", b""), ("a", b"")], [("a", b""), ("a/b", b"")], [("a", b""), ("a/", b"")]]
)
@pytest.mark.filterwarnings("ignore:Duplicate name:UserWarning")
def test_members_that_clash_are_refused(tmp_path: Path, clash: list[tuple[str, bytes]]) -> None:
    path = zipped(tmp_path / "a.zip", clash)
    assert "can't be extracted" in refusal(path, tmp_path / "to")


def test_a_method_that_python_lacks_is_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", MEMBERS[:1])
    whole = bytearray(path.read_bytes())
    at = whole.index(b"PK\1\2")
    struct.pack_into("<H", whole, 8, 99)
    struct.pack_into("<H", whole, at + 10, 99)
    path.write_bytes(whole)
    assert "can't be extracted" in refusal(path, tmp_path / "to")


def flagged(path: Path, bit: int) -> Path:
    """The zip with a flag set in both of its first member's headers."""
    whole = bytearray(path.read_bytes())
    for signature, offset in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        at = whole.index(signature) + offset
        struct.pack_into("<H", whole, at, struct.unpack_from("<H", whole, at)[0] | bit)
    path.write_bytes(whole)
    return path


def test_an_encrypted_zip_is_refused(tmp_path: Path) -> None:
    path = flagged(zipped(tmp_path / "a.zip", MEMBERS[:1]), 1)
    assert "encrypted" in refusal(path, tmp_path / "to")
    with pytest.raises(BundleError, match="encrypted"):
        check_zip(path)


def test_a_name_that_is_no_utf_8_is_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", [("abc", b"x")])
    path.write_bytes(path.read_bytes().replace(b"abc", b"\xff\xfe\xff"))
    path = flagged(path, 0x800)
    assert "can't be read: 'utf-8' codec" in refusal(path, tmp_path / "to")
    with pytest.raises(BundleError, match="utf-8"):
        check_zip(path)


@pytest.mark.parametrize("name", ["a" * 300, "a" * 200 + "/" + "b" * 300])
def test_a_name_that_no_file_can_have_is_refused(tmp_path: Path, name: str) -> None:
    path = zipped(tmp_path / "a.zip", [(name, b"x")])
    assert "File name too long" in refusal(path, tmp_path / "to")


def test_a_small_zip_that_holds_far_too_much_is_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", [("a", bytes(40 << 20)), ("b", bytes(40 << 20))])
    assert "would unpack to 83886080 bytes; 67108864 is the most" in refusal(path, tmp_path / "to")
    with pytest.raises(BundleError, match="would unpack to"):
        check_zip(path)


def test_any_wrong_byte_is_a_bundle_error_or_harmless(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", MEMBERS)
    whole = path.read_bytes()
    refused = 0
    for at in range(len(whole)):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :])
        for read in (check_zip, lambda one, at=at: unpack(one, tmp_path / f"to{at}")):
            try:
                read(path)
            except BundleError:
                refused += 1
    assert refused > len(whole) / 2


def test_each_cut_is_found(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", MEMBERS)
    whole = path.read_bytes()
    for end in range(len(whole)):
        path.write_bytes(whole[:end])
        assert refusal(path, tmp_path / "to")


def test_a_wrong_byte_in_a_file_is_found(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("a", "right")
    path.write_bytes(path.read_bytes().replace(b"right", b"wrong"))
    assert (
        refusal(path, tmp_path / "to")
        == f"{path} is damaged or can't be read: Bad CRC-32 for file 'a'."
    )


def test_a_directory_that_is_taken_is_left_alone(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", MEMBERS)
    make_tree(tmp_path, {"full/mine": "x", "file": "x", "empty": None})
    (tmp_path / "link").symlink_to("empty")
    for name in ("full", "file", "link"):
        assert "exists already" in refusal(path, tmp_path / name)


@given(st.lists(st.tuples(st.text(st.sampled_from("./\\C:ab"), min_size=1), st.binary())))
@pytest.mark.filterwarnings("ignore:Duplicate name:UserWarning")
def test_nothing_is_ever_written_outside(
    tmp_path_factory: pytest.TempPathFactory, members: list[tuple[str, bytes]]
) -> None:
    top = tmp_path_factory.mktemp("top")
    path = zipped(top / "a.zip", members)
    try:
        unpack(path, top / "x" / "to")
    except BundleError:
        assert list((top / "x").iterdir()) == []
    else:
        assert [path.name for path in (top / "x").iterdir()] == ["to"]
    assert sorted(path.name for path in top.iterdir()) == ["a.zip", "x"]
