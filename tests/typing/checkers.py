"""Run mypy and pyright, both strict, on files outside the project."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Mapping
from pathlib import Path

ROOT = Path(__file__).parents[2]

Report = Mapping[str, Mapping[int, str]]
"""The first error of each line, by file name and line number."""

Checker = Callable[[Path], Report]
"""Checks all files in a folder."""


def _run(folder: Path, *command: str | Path) -> str:
    quiet = {**os.environ, "PYRIGHT_PYTHON_IGNORE_WARNINGS": "1"}
    done = subprocess.run(command, cwd=ROOT, env=quiet, capture_output=True, text=True, timeout=300)
    assert done.returncode in (0, 1), f"{folder} was not checked:\n{done.stdout}{done.stderr}"
    return done.stdout


def mypy(folder: Path) -> Report:
    """Run `mypy --strict`."""
    found: defaultdict[str, dict[int, str]] = defaultdict(dict)
    files = sorted(folder.glob("*.py"))
    command = (sys.executable, "-m", "mypy", "--config-file", os.devnull, "--strict")
    cache = ("--cache-dir", ROOT / ".mypy_cache" / "tests")
    for line in _run(folder, *command, *cache, "--output", "json", *files).splitlines():
        if line.startswith("{"):  # without errors, the last line is plain text
            said = json.loads(line)
            found[Path(said["file"]).name].setdefault(said["line"], said["message"])
    return found


def pyright(folder: Path) -> Report:
    """Run pyright in strict mode."""
    found: defaultdict[str, dict[int, str]] = defaultdict(dict)
    settings = {"typeCheckingMode": "strict", "pythonVersion": "3.10", "extraPaths": [str(ROOT)]}
    (folder / "pyrightconfig.json").write_text(json.dumps({**settings, "include": ["."]}))
    program = Path(sys.executable).with_name("pyright")
    options = ("--project", folder, "--pythonpath", sys.executable, "--warnings", "--outputjson")
    report = json.loads(_run(folder, program, *options))
    assert report["summary"]["filesAnalyzed"] == len(list(folder.glob("*.py")))
    for said in report["generalDiagnostics"]:
        line = said["range"]["start"]["line"] + 1
        found[Path(said["file"]).name].setdefault(line, said["message"])
    return found
