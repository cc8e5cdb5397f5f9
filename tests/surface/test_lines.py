"""The methods of the namespaces stay short, docstrings included."""

from __future__ import annotations

import ast
from collections import Counter

import pytest

from .lines import averages, main, namespaces, span
from .methods import METHODS

SOURCE = '''
class Things:

    @endpoint
    def get(self, thing_id: str) -> Call[Thing]:
        """Fetch one thing.

        Args:
            thing_id: Which thing.
        """

        return Call("GET", path("things", thing_id), Thing, Auth.ADMIN)

    other = 1
'''


def test_counted_is_all_but_blank_lines() -> None:
    [kind] = ast.parse(SOURCE).body
    assert isinstance(kind, ast.ClassDef)
    method = kind.body[0]
    assert isinstance(method, ast.FunctionDef)
    assert span(method, SOURCE.splitlines()) == 7


def test_every_method_is_counted() -> None:
    verbs = Counter({one.descriptor.__wrapped__: one.descriptor.verb for one in METHODS}.values())
    found = namespaces()
    assert sum(len(one.endpoints) for one in found) == verbs["call"] + verbs["stream"]
    assert sum(len(one.walks) for one in found) == verbs["run"] + verbs["iterate"] > 5


@pytest.mark.parametrize("service", ["formation", "server"])
def test_methods_are_short_on_average(service: str) -> None:
    assert averages(namespaces())[service] <= 12


def test_the_average_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    main()
    printed = capsys.readouterr().out
    assert f"{averages(namespaces())['formation']:.1f}" in printed
    assert "formation.jobs" in printed
