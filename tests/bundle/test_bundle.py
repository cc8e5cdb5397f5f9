"""Bundles of directories: what is in them, and that the same files make the same bytes."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tarfile
import tempfile
import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from muxi.bundle import open_bundle
from muxi.errors import BundleError

from ..support.trees import MANIFEST, extract_all, make_tree, tree_of


def packed(source: Path, **options: bool) -> bytes:
    with open_bundle(source, **options) as packed:
        return packed.file.read()


def names(source: Path, **options: bool) -> set[str]:
    with open_bundle(source, **options) as packed, tarfile.open(fileobj=packed.file) as tar:
        return {name.removeprefix("my-bot/") for name in tar.getnames()} - {"my-bot"}


def test_a_bundle_is_described(tmp_path: Path) -> None:
    make_tree(tmp_path, {"formation.afs": MANIFEST, "agents/a.afs": "id: a", "docs": None})
    with open_bundle(str(tmp_path)) as packed:
        bundle, content = packed.bundle, packed.file.read()
    assert (bundle.id, bundle.version, bundle.name) == ("my-bot", "1.2.0", "My Bot")
    assert (bundle.files, bundle.size) == (2, len(content))
    assert bundle.sha256 == hashlib.sha256(content).hexdigest()
    assert bundle.warnings == ()
    assert packed.file.closed
    # gzip's header tells neither time nor name nor system.
    assert content[:10] == bytes.fromhex("1f8b 08 00 00000000 00 ff")


def test_the_example_is_deployable() -> None:
    with open_bundle(Path(__file__).parents[2] / "examples/hello-formation") as packed:
        assert (packed.bundle.id, packed.bundle.files) == ("hello-formation", 4)
        assert packed.bundle.warnings == ()


def test_the_layout_is_the_servers(tmp_path: Path) -> None:
    make_tree(tmp_path, {"formation.yaml": MANIFEST, "a/b/c": "", ".key": "k", "secrets.enc": "s"})
    (tmp_path / "a/run.sh").write_text("echo")
    (tmp_path / "a/run.sh").chmod(0o700)
    with open_bundle(tmp_path) as packed, tarfile.open(fileobj=packed.file) as tar:
        members = tar.getmembers()
        assert tar.pax_headers == {}
    assert [(member.name, oct(member.mode)) for member in members] == [
        ("my-bot", "0o755"),
        ("my-bot/.key", "0o600"),
        ("my-bot/a", "0o755"),
        ("my-bot/a/b", "0o755"),
        ("my-bot/a/b/c", "0o644"),
        ("my-bot/a/run.sh", "0o755"),
        ("my-bot/formation.yaml", "0o644"),
        ("my-bot/secrets.enc", "0o600"),
    ]
    assert {(m.uid, m.gid, m.uname, m.gname, m.mtime) for m in members} == {
        (0, 0, "", "", 315532800)
    }


def test_what_the_cli_leaves_out_is_left_out(tmp_path: Path) -> None:
    left_out = [
        ".git/config", ".muxi/state", "secrets", ".env", ".env.local", "x/node_modules/y/z.js",
        "x/__pycache__/m.pyc", "m.pyc", ".DS_Store", "run.log", "x/a.tmp", ".vscode/s", ".idea/s",
    ]  # fmt: skip
    kept = [".github/ci.yml", "secrets-old/s", ".environment", "secrets.enc", ".key", "logs/a.txt"]
    make_tree(tmp_path, {"formation.afs": MANIFEST, **dict.fromkeys([*left_out, *kept], "x")})
    found = {name for name in names(tmp_path) if not (tmp_path / name).is_dir()}
    assert found == {"formation.afs", *kept}


def test_the_memory_is_sent_only_when_asked(tmp_path: Path) -> None:
    make_tree(tmp_path, {"formation.afs": MANIFEST, "memory.db": "m", "memory.db-wal": "w"})
    assert names(tmp_path) == {"formation.afs"}
    assert names(tmp_path, include_db=True) == {"formation.afs", "memory.db", "memory.db-wal"}


PARTS = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="/\0"), min_size=1, max_size=20
).filter(lambda part: part not in (".", "..") and len(part.encode()) < 200)
LONG = st.builds(str.__mul__, st.sampled_from("aéb "), st.integers(90, 120))
PATHS = st.lists(PARTS | LONG, min_size=1, max_size=12).map(lambda parts: ["t", *parts, "t"])
FILES = st.lists(
    st.tuples(PATHS, st.none() | st.binary(max_size=2000), st.integers(0o400, 0o777)), max_size=8
)


@settings(max_examples=settings.default.max_examples // 3)
@given(FILES)
def test_any_tree_arrives_as_it_is(files: list[tuple[list[str], bytes | None, int]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        top = make_tree(Path(folder) / "in", {"formation.afs": MANIFEST})
        for parts, content, mode in files:
            # So marked, no part is on the exclusion list. Paths that clash are not made.
            path = top.joinpath(*(f"_{part}_" for part in parts))
            try:
                make_tree(top, {str(path.relative_to(top)): content})
            except OSError:
                continue
            path.chmod(mode if content is not None else 0o755)
        archive = Path(folder) / "a.tgz"
        archive.write_bytes(packed(top))
        expected = {
            name: made and (0o755 if made[0] & 0o100 else 0o644, made[1])
            for name, made in tree_of(top).items()
        }
        for number, extract in enumerate([extract_by_python, extract_by_gnu_tar]):
            to = Path(folder) / str(number)
            to.mkdir()
            extract(archive, to)
            assert tree_of(to / "my-bot") == expected
            assert os.listdir(to) == ["my-bot"]
        with open_bundle(archive) as again:
            assert again.bundle.files == sum(made is not None for made in expected.values())


def extract_by_python(archive: Path, to: Path) -> None:
    with tarfile.open(archive) as tar:
        extract_all(tar, to)


def extract_by_gnu_tar(archive: Path, to: Path) -> None:
    run = subprocess.run(
        ["tar", "-xpzf", archive, "-C", to], check=True, capture_output=True, text=True
    )
    assert run.stderr == ""


MAKE_AND_PACK = """
import hashlib, os, sys, time
from pathlib import Path
from muxi.bundle import open_bundle
from tests.support.trees import make_tree
top, order, umask, zone = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3], 8), sys.argv[4]
os.umask(umask)
os.environ["TZ"] = zone
time.tzset()
files = {f"d{n % 3}/é{n}": str(n) for n in range(9)} | {"formation.afs": sys.argv[5]}
make_tree(top, dict(list(files.items())[::order]))
os.utime(top / "formation.afs", (order + 5, order + 5))
with open_bundle(top) as packed:
    print(packed.bundle.sha256, hashlib.sha256(packed.file.read()).hexdigest())
"""


def test_same_files_make_the_same_bytes(tmp_path: Path) -> None:
    made = {
        subprocess.run(
            [sys.executable, "-c", MAKE_AND_PACK, tmp_path / str(number), *how, MANIFEST],
            check=True,
            capture_output=True,
            text=True,
            cwd=Path(__file__).parents[2],
        ).stdout
        for number, how in enumerate(
            [("1", "022", "UTC"), ("-1", "077", "Asia/Tokyo"), ("1", "000", "America/New_York")]
        )
    }
    assert len(made) == 1
    assert len(set(made.pop().split())) == 1


def test_a_changed_file_makes_other_bytes(tmp_path: Path) -> None:
    first = packed(make_tree(tmp_path, {"formation.afs": MANIFEST, "a": "1"}))
    assert packed(make_tree(tmp_path, {"a": "2"})) != first


def test_a_file_that_changes_meanwhile_is_an_error(tmp_path: Path) -> None:
    make_tree(tmp_path, {"formation.afs": MANIFEST, "big": os.urandom(8_000_000)})
    done = threading.Event()

    def write() -> None:
        with (tmp_path / "big").open("ab", buffering=0) as file:
            while not done.is_set():
                file.write(b"more")

    writer = threading.Thread(target=write)
    writer.start()
    try:
        with pytest.raises(BundleError, match=r"big changed while it was read"):
            packed(tmp_path)
    finally:
        done.set()
        writer.join()


def test_no_temporary_file_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    temporary = make_tree(tmp_path / "tmp", {})
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    before = os.listdir("/proc/self/fd")
    with (
        pytest.raises(KeyError),
        open_bundle(make_tree(tmp_path / "b", {"formation.afs": MANIFEST})),
    ):
        raise KeyError
    assert list(temporary.iterdir()) == []
    assert os.listdir("/proc/self/fd") == before
