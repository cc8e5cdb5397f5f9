"""The processes that are measured, and the server that they call.

Where the system can do it, they have a processor of their own, and the server another one.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from environments import LIBRARIES, ROOT, variables

HERE = Path(__file__).parent

Sample = dict[str, float]
"""The `cpu` and `wall` seconds of one call, and how many calls `failed`."""


class WorkerError(Exception):
    """A library can't be measured."""


class Worker:
    """The process of one library."""

    def __init__(self, python: str, library: str, url: str, stack: ExitStack) -> None:
        self._library = library
        self._process = stack.enter_context(
            subprocess.Popen(
                [python, HERE / "worker.py", LIBRARIES[library].module, url],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                env=variables(library),
            )
        )
        stack.callback(self._process.kill)

    def run(self, measure: str) -> Sample | None:
        """Return a sample of a measure, or `None` if the library doesn't have it.

        Raises:
            WorkerError: The process ended.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write(measure + "\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            raise WorkerError(f"{self._library} has ended.") from None
        if not (line := self._process.stdout.readline()):
            raise WorkerError(f"{self._library} failed in {measure}.")
        found: Sample | None = json.loads(line)
        return found


def started(python: str, program: str, library: str, seconds: float) -> Sample:
    """Return what a fresh interpreter that runs a program takes.

    Args:
        python: The interpreter.
        program: What it runs.
        library: Whose environment variables it gets.
        seconds: How much CPU time to measure, at least: the program is started again.
    """
    count, cpu, began = 0, 0.0, time.perf_counter()
    before = children()
    while not count or cpu < seconds:
        subprocess.run(
            [python, "-c", program], check=True, env=variables(library), cwd=ROOT / "docs"
        )
        count, cpu = count + 1, children() - before
    return {"cpu": cpu / count, "wall": (time.perf_counter() - began) / count, "failed": 0}


def children() -> float:
    """Return the CPU seconds of all processes that were started here and have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def printed(python: str, script: tuple[str, ...], url: str) -> float:
    """Return the number that a script of this directory prints."""
    name, *arguments = script
    command = [python, str(HERE / name), *arguments, url]
    run = subprocess.run(
        command, check=True, stdout=subprocess.PIPE, text=True, env=variables("ours")
    )
    return float(run.stdout)


@contextmanager
def server() -> Iterator[str]:
    """Start the server, and give its URL."""
    command = [sys.executable, str(HERE / "server.py")]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as made:
        separate(made.pid)
        assert made.stdout is not None
        try:
            yield f"http://127.0.0.1:{made.stdout.readline().strip()}"
        finally:
            made.kill()


def separate(pid: int) -> None:
    """Give a process the first processor, and this one and those that it starts the last."""
    if sys.platform == "linux":
        first, *others = sorted(os.sched_getaffinity(0))
        if others:
            os.sched_setaffinity(pid, {first})
            os.sched_setaffinity(0, {others[-1]})
