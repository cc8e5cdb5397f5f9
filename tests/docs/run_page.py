"""Run a program and write down which of its lines ran: `run_page.py PROGRAM REPORT ARGUMENT…`."""

from __future__ import annotations

import ast
import json
import runpy
import sys
import threading
from importlib import import_module
from pathlib import Path
from types import CodeType, FrameType
from typing import Any


def lines_of(code: CodeType) -> set[int]:
    """All lines that have code, of functions within too."""
    own = {line for _, _, line in code.co_lines() if line}
    inner = (lines_of(one) for one in code.co_consts if isinstance(one, CodeType))
    return own.union(*inner)


def handlers_of(tree: ast.Module) -> set[int]:
    """The lines of `except` clauses, and those of `pass`: where one raises, it isn't reached."""
    exempt = [node for node in ast.walk(tree) if isinstance(node, (ast.ExceptHandler, ast.Pass))]
    return {line for node in exempt for line in range(node.lineno, (node.end_lineno or 0) + 1)}


def main(program: str, report: str) -> None:
    ran: set[int] = set()

    def trace(frame: FrameType, event: str, arg: object) -> Any:
        if frame.f_code.co_filename != program:
            return None
        ran.add(frame.f_lineno)
        return trace

    for module in ("httpx", "muxi.clients", "muxi.models.formation", "muxi.models.server"):
        import_module(module)  # the trace would slow it down

    threading.settrace(trace)
    sys.settrace(trace)
    try:
        runpy.run_path(program, run_name="__main__")
    finally:
        sys.settrace(None)
        source = Path(program).read_text()
        wanted = lines_of(compile(source, program, "exec")) - handlers_of(ast.parse(source))
        Path(report).write_text(json.dumps(sorted(wanted - ran)))


if __name__ == "__main__":
    sys.argv = sys.argv[1:]
    main(sys.argv[0], sys.argv.pop(1))
