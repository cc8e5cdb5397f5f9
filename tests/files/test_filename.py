"""Names of downloaded files: read as they are told, and safe to write under."""

from __future__ import annotations

import os
import re
import tempfile
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from muxi._files.filename import filename_from_header, sanitize_filename


@given(st.text() | st.from_regex(r"[./\\:~ a-z\x00-\x1f]{0,300}", fullmatch=True))
@example("../../etc/passwd")
@example("..\\..\\x")
@example(".bashrc")
@example("CON.txt")
@example("\ud800/\udfff")
@example("é" * 300 + ".tar.gz")
@example("x" * 198 + " . .txt")
def test_no_name_leads_anywhere_else(told: str) -> None:
    name = sanitize_filename(told)
    assert sanitize_filename(name) == name
    if name:
        assert name.isprintable()
        assert not re.search(r'[/\\<>:"|?*]', name)
        assert not name.startswith((".", " "))
        assert not name.endswith((".", " "))
        assert len(name.encode()) <= 210
        assert Path("folder", name).parent == Path("folder")


@pytest.mark.parametrize("name", ["report.pdf", "été 2026.txt", "a;b.txt", "x" * 200, "a_b-c(1)"])
def test_harmless_names_stay(name: str) -> None:
    assert sanitize_filename(name) == name


@given(st.text().map(sanitize_filename).filter(bool))
def test_a_name_that_may_be_is_made(name: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / name).write_bytes(b"x")
        assert os.listdir(folder) == [name]


@given(st.text(st.characters(codec="utf-8"), min_size=1))
def test_any_name_survives_the_header(name: str) -> None:
    assert (
        filename_from_header(f"inline; filename=\"x\"; filename*=UTF-8''{quote(name, safe='')}")
        == name
    )
    plain = name.replace("\\", "\\\\").replace('"', '\\"')
    assert filename_from_header(f'attachment; filename="{plain}"') == name


@pytest.mark.parametrize(
    ("disposition", "name"),
    [
        ("", ""),
        ("inline", ""),
        ("attachment; filename=plain.txt", "plain.txt"),
        ("attachment; FileName = plain.txt ; size=3", "plain.txt"),
        ('attachment; filename="a;b.txt"; x=y', "a;b.txt"),
        ("attachment; filename*=iso-8859-1'en'%E4.txt; filename=a.txt", "ä.txt"),
        ("attachment; filename*=nonsense''%E4.txt; filename=a.txt", "a.txt"),
        ("attachment; filename*=broken; filename=a.txt", "a.txt"),
        ("attachment; filename=first; filename=second", "first"),
    ],
)
def test_dispositions(disposition: str, name: str) -> None:
    assert filename_from_header(disposition) == name


@given(st.text())
def test_no_disposition_is_too_strange(disposition: str) -> None:
    assert isinstance(filename_from_header(f"attachment; {disposition}"), str)
