"""Run a program in a process that was forked for it, and write down which of its lines ran."""

from __future__ import annotations

import ast
import json
import os
import runpy
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

# Imported before the fork, once for all pages.
import httpcore  # noqa: F401
import httpx  # noqa: F401

import muxi._http.transport
import muxi.clients.server
import muxi.models.formation
import muxi.models.server
import muxi.resources.formation
import muxi.resources.server
import muxi.settings

for models in (muxi.models.formation, muxi.models.server):
    for name in dir(models):
        getattr(models, name)


def lines_of(code: CodeType) -> set[int]:
    """All lines that have code, of functions within too."""
    own = {line for _, _, line in code.co_lines() if line}
    inner = (lines_of(one) for one in code.co_consts if isinstance(one, CodeType))
    return own.union(*inner)


def handlers_of(tree: ast.Module) -> set[int]:
    """The lines of `except` clauses, and those of `pass`: where one raises, it isn't reached."""
    exempt = [node for node in ast.walk(tree) if isinstance(node, (ast.ExceptHandler, ast.Pass))]
    return {line for node in exempt for line in range(node.lineno, (node.end_lineno or 0) + 1)}


def run(folder: Path, variables: Mapping[str, str]) -> None:
    """Run `page.py` of a folder, with the example's folder as its argument.

    Writes `stdout`, `stderr` and `not_run.json` into the folder.
    """
    os.chdir(folder)
    os.environ.update(variables)
    for number, name in ((1, "stdout"), (2, "stderr")):
        os.dup2(os.open(name, os.O_WRONLY | os.O_CREAT), number)
    program = str(folder / "page.py")
    sys.argv = [program, "examples/hello-formation"]
    _trace(program, folder / "not_run.json")


def _trace(program: str, report: Path) -> None:
    ran: set[int] = set()

    def trace(frame: FrameType, event: str, arg: object) -> Any:
        if frame.f_code.co_filename != program:
            return None
        ran.add(frame.f_lineno)
        return trace

    threading.settrace(trace)
    sys.settrace(trace)
    try:
        runpy.run_path(program, run_name="__main__")
    finally:
        sys.settrace(None)
        source = Path(program).read_text()
        wanted = lines_of(compile(source, program, "exec")) - handlers_of(ast.parse(source))
        report.write_text(json.dumps(sorted(wanted - ran)))
