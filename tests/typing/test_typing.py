"""What mypy and pyright say of every method, of the docs, of typical uses and typical mistakes.

`make types` runs this; `make test` doesn't.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from ..docs.pages import WITH_CODE
from .checkers import Checker, Report, mypy, pyright
from .typed_calls import write_typed_calls

USAGE, MISTAKES = "usage.py", "mistakes.py"


@pytest.mark.parametrize("check", [mypy, pyright], ids=["mypy", "pyright"])
def test_each_mistake_is_reported_and_nothing_else(check: Checker, tmp_path: Path) -> None:
    """Of each method that every kind of client gives just what its description says."""
    write_typed_calls(tmp_path)
    write_pages(tmp_path)
    for name in (USAGE, MISTAKES):
        shutil.copy(Path(__file__).with_name(name), tmp_path)
    report = check(tmp_path)

    lines = (tmp_path / MISTAKES).read_text().splitlines()
    mistakes = {number for number, line in enumerate(lines, 1) if line.endswith("  # error")}
    assert len(mistakes) >= 20
    assert sum("error" in line for line in lines) == len(mistakes)
    reported = report[MISTAKES]
    assert {line: lines[line - 1] for line in mistakes - reported.keys()} == {}
    assert {line: reported[line] for line in reported.keys() - mistakes} == {}
    assert "".join(complaints(tmp_path, report)) == ""


def write_pages(folder: Path) -> None:
    """Write the blocks of each page as one module, each line at its place in the page."""
    for page in WITH_CODE:
        code = page.program().replace("async def main():", "async def main() -> None:")
        name = page.file.stem.lower().replace("-", "_")
        (folder / f"page_{name}.py").write_text(code)


def complaints(folder: Path, report: Report) -> Iterator[str]:
    """About all files but the mistakes, with the lines they are about."""
    for name, said in report.items():
        lines = (folder / name).read_text().splitlines()
        if name != MISTAKES:
            yield from (f"{name}:{at}: {lines[at - 1].strip()}\n  {said[at]}\n" for at in said)
