"""The examples in docstrings are run, on what the pages are run on."""

from __future__ import annotations

import ast
import doctest
import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from muxi import FormationClient, ServerClient

from ..surface.source import MODULES, Module
from .environment import BEFORE, environment, with_real_values

_EXAMPLES = re.compile(r"^Examples?:\n((?:(?: .*)?\n)+)", re.MULTILINE)
_FENCED = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Example:
    """The code in the section `Example` of a docstring."""

    name: str
    code: str

    def __str__(self) -> str:
        return self.name


def docstrings(module: Module) -> Iterator[tuple[str, str]]:
    """Of the module, its classes, functions and methods, with their names."""
    yield module.name, ast.get_docstring(module.tree) or ""
    for node in module.tree.body:
        if isinstance(node, (ast.ClassDef, ast.FunctionDef)):
            name = f"{module.name}.{node.name}"
            yield name, ast.get_docstring(node) or ""
            for inner in node.body:
                if isinstance(inner, (ast.FunctionDef, ast.AsyncFunctionDef)):
                    yield f"{name}.{inner.name}", ast.get_docstring(inner) or ""


def examples() -> Iterator[Example]:
    for module in MODULES:
        if "Example" not in module.file.read_text():
            continue  # parsing it takes time, and each worker collects
        for name, docstring in docstrings(module):
            for section in _EXAMPLES.findall(docstring + "\n"):
                code = textwrap.dedent(section)
                yield Example(name, "".join(_FENCED.findall(code)) or code)


SILENT = {
    "muxi.resources.formation.history.History",  # the emulator writes none
    "muxi.fastapi._webhooks.webhook",  # a route that nobody calls
    "muxi.webhooks.unwrap",  # a route that nobody calls
}
"""Examples that come to no `print`."""

EXAMPLES = [*examples()]


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_examples_run(
    example: Example,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    with environment(tmp_path, deploy="my-bot" in example.code) as settings:
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        with FormationClient(user_id="alice") as formation, ServerClient() as server:
            names = {"formation": formation, "alice": formation, "server": server}
            exec(BEFORE.get(example.name, ""), names)
            run(example.name, with_real_values(example.code, settings), names)
    assert capsys.readouterr().out or "print(" not in example.code or example.name in SILENT


def run(name: str, code: str, names: dict[str, Any]) -> None:
    if not code.startswith(">>>"):
        exec(compile(code, name, "exec"), names)
        return
    shown = doctest.DocTestParser().get_doctest(code, names, name, None, 0)
    said: list[str] = []
    doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(shown, out=said.append)
    assert "".join(said) == ""


def test_what_goes_before_an_example_has_one() -> None:
    assert BEFORE.keys() <= {example.name for example in EXAMPLES}
