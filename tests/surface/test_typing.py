"""What mypy and pyright say: nothing of `tests/typing/*_client.py`, and of each mistake."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

import pytest

from .methods import METHODS, Method

ROOT = Path(__file__).parents[2]
TYPING = ROOT / "tests" / "typing"
CLEAN = ["async_client.py", "raw_client.py", "sync_client.py"]

Report = Mapping[str, Mapping[int, str]]
"""By file name and line: the first complaint."""


def _run(*command: str | Path) -> str:
    quiet = {**os.environ, "PYRIGHT_PYTHON_IGNORE_WARNINGS": "1"}
    done = subprocess.run(command, cwd=ROOT, env=quiet, capture_output=True, text=True, timeout=300)
    assert done.returncode == 1, f"no mistake was found:\n{done.stdout}{done.stderr}"
    return done.stdout


def mypy() -> Report:
    found: defaultdict[str, dict[int, str]] = defaultdict(dict)
    command = (sys.executable, "-m", "mypy", "--config-file", ROOT / "pyproject.toml", "--strict")
    for line in _run(*command, "--output", "json", *sorted(TYPING.glob("*.py"))).splitlines():
        said = json.loads(line)
        found[Path(said["file"]).name].setdefault(said["line"], said["message"])
    return found


def pyright() -> Report:
    found: defaultdict[str, dict[int, str]] = defaultdict(dict)
    program = Path(sys.executable).with_name("pyright")
    # A project of its own: the repository's leaves the mistakes out, and files that are named on
    # the command line too.
    output = _run(
        program, "--project", TYPING, "--pythonpath", sys.executable, "--warnings", "--outputjson"
    )
    report = json.loads(output)
    assert report["summary"]["filesAnalyzed"] == len(CLEAN) + 1
    for said in report["generalDiagnostics"]:
        line = said["range"]["start"]["line"] + 1
        found[Path(said["file"]).name].setdefault(line, said["message"])
    return found


@pytest.fixture(scope="module", params=[mypy, pyright], ids=["mypy", "pyright"])
def report(request: pytest.FixtureRequest) -> Report:
    checked: Report = request.param()
    return checked


def test_each_mistake_is_reported_and_nothing_else(report: Report) -> None:
    lines = (TYPING / "mistakes.py").read_text().splitlines()
    mistakes = {number for number, line in enumerate(lines, 1) if line.endswith("  # error")}
    assert len(mistakes) >= 20
    assert sum("error" in line for line in lines) == len(mistakes)
    reported = report["mistakes.py"]
    assert {line: lines[line - 1] for line in mistakes - reported.keys()} == {}
    assert {line: reported[line] for line in reported.keys() - mistakes} == {}


def test_the_rest_is_clean(report: Report) -> None:
    assert [file.name for file in sorted(TYPING.glob("*_client.py"))] == CLEAN
    assert {name: said for name, said in report.items() if name != "mistakes.py"} == {}


@pytest.mark.parametrize("file", CLEAN)
@pytest.mark.parametrize("method", METHODS, ids=str)
def test_each_method_is_checked(method: Method, file: str) -> None:
    text = (TYPING / file).read_text()
    assert re.search(rf"\.{re.escape('.'.join(method.path))}\(", text)
