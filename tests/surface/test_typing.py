"""What mypy and pyright say of every method, of typical uses and of typical mistakes."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from ..support.checkers import ROOT, Checker, Report, mypy, pyright
from .typed_calls import write_typed_calls

MISTAKES = "mistakes.py"


@pytest.mark.parametrize("check", [mypy, pyright], ids=["mypy", "pyright"])
def test_each_mistake_is_reported_and_nothing_else(check: Checker, tmp_path: Path) -> None:
    """Of each method that every kind of client gives just what its description says."""
    write_typed_calls(tmp_path)
    for file in (ROOT / "tests" / "typing").glob("*.py"):
        shutil.copy(file, tmp_path)
    report = check(tmp_path)

    lines = (tmp_path / MISTAKES).read_text().splitlines()
    mistakes = {number for number, line in enumerate(lines, 1) if line.endswith("  # error")}
    assert len(mistakes) >= 20
    assert sum("error" in line for line in lines) == len(mistakes)
    reported = report[MISTAKES]
    assert {line: lines[line - 1] for line in mistakes - reported.keys()} == {}
    assert {line: reported[line] for line in reported.keys() - mistakes} == {}
    assert "".join(complaints(tmp_path, report)) == ""


def complaints(folder: Path, report: Report) -> Iterator[str]:
    """About all files but the mistakes, with the lines they are about."""
    for name, said in report.items():
        lines = (folder / name).read_text().splitlines()
        if name != MISTAKES:
            yield from (f"{name}: {lines[at - 1].strip()}\n  {said[at]}\n" for at in said)
