"""docs/reliability.md names a test for each promise, and each exists."""

from __future__ import annotations

import ast
import re

from .environment import ROOT

PAGE = ROOT / "docs" / "reliability.md"
NAMED = re.compile(r"`([\w/]+\.py)::(\w+)`")


def test_each_promise_names_a_test() -> None:
    rows = [line for line in PAGE.read_text().splitlines() if line.startswith("| ")]
    promises = [row for row in rows if not re.search(r"\| test \|$", row)]
    assert len(promises) > 30
    assert [row for row in promises if len(NAMED.findall(row)) != 1] == []


def test_each_named_test_exists() -> None:
    named = NAMED.findall(PAGE.read_text())
    found = {file: _tests(file) for file, _ in named}
    assert [(file, name) for file, name in named if name not in found[file]] == []


def _tests(file: str) -> set[str]:
    tree = ast.parse((ROOT / "tests" / file).read_text())
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    return {one.name for one in tree.body if isinstance(one, functions)}
