"""Compares this SDK with plain httpx and with other SDKs. Run with `make bench`.

Each library runs in a process and an environment of its own and calls a server on loopback in one
more process. Rounds are interleaved: each library in turn, again and again, after a round to warm
up. A ratio is the median over rounds of the CPU seconds over those of the reference in the same
round. Needs Python 3.11.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from chart import draw
from measures import MEASURES, Measure

HERE = Path(__file__).parent
IMAGES = HERE.parent / "docs" / "images"
BYTECODE = HERE.parent / ".cache" / "bytecode"
LIBRARIES = {"plain": "plain", "ours": "ours", "httpx2": "over_httpx2", "official": "official"}
PEERS = {"openai": "openai_sdk", "anthropic": "anthropic_sdk"}


@dataclass
class Result:
    """The ratios of all rounds, by library, or seconds if the measure's unit is `s`."""

    measure: Measure
    rounds: dict[str, list[float]] = field(default_factory=dict)

    def median(self, library: str = "ours") -> float:
        return statistics.median(self.rounds[library])

    @property
    def hit(self) -> bool:
        return self.median() <= self.measure.goal


class Worker:
    """The process of one library."""

    def __init__(self, python: str, library: str, url: str, stack: ExitStack) -> None:
        self._process = stack.enter_context(
            subprocess.Popen(
                [python, HERE / "worker.py", library, url],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                env=environment(library),
            )
        )
        stack.callback(self._process.kill)

    def run(self, measure: str) -> dict[str, float] | None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(measure + "\n")
        self._process.stdin.flush()
        found: dict[str, float] | None = json.loads(self._process.stdout.readline())
        return found


def environment(library: str) -> dict[str, str]:
    """Only this SDK is found in this checkout: MUXI's own has the same name.

    All bytecode is cached in the first round, as it is for packages that pip installs. An
    environment that forbids this would compile this SDK alone in each round.
    """
    own = {} if library in ("plain", "ours", "httpx2") else {"PYTHONPATH": ""}
    cache = {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(BYTECODE)}
    return {**os.environ, **cache, **own}


@contextmanager
def server() -> Iterator[str]:
    command = [sys.executable, str(HERE / "server.py")]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as made:
        assert made.stdout is not None
        yield f"http://127.0.0.1:{made.stdout.readline().strip()}"
        made.kill()


def pythons() -> dict[str, str]:
    """The interpreter of each library that is installed."""
    found = dict.fromkeys(("plain", "ours", "httpx2"), sys.executable)
    if official := os.environ.get("MUXI_OFFICIAL_PYTHON"):
        found["official"] = official
    if peers := os.environ.get("MUXI_PEERS_PYTHON"):
        found |= dict.fromkeys(PEERS, peers)
    return found


def started(python: str, program: str, library: str) -> float:
    """The CPU seconds of a fresh interpreter that runs a program."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [python, "-c", program], check=True, env=environment(library), cwd=HERE.parent / "docs"
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def measure_started(measure: Measure, url: str, rounds: int) -> Result:
    programs, found = dict(measure.programs), Result(measure)
    interpreters = {name: python for name, python in pythons().items() if name in programs}
    for number in range(rounds + 1):
        seconds = {
            library: started(python, programs[library].format(url=url), library)
            for library, python in interpreters.items()
        }
        if number:
            add(found, {name: cpu / seconds["plain"] for name, cpu in seconds.items()})
    return found


def measure_calls(measure: Measure, workers: dict[str, Worker], rounds: int) -> Result:
    found = Result(measure)
    for number in range(rounds + 1):
        times = {name: worker.run(measure.name) for name, worker in workers.items()}
        done = {name: time for name, time in times.items() if time is not None}
        if not number:
            continue
        if measure.unit == "s":
            add(found, {name: time["wall"] for name, time in done.items()})
        elif measure.over != "plain":
            other = workers["ours"].run(measure.over)
            assert other is not None
            add(found, {"ours": done["ours"]["cpu"] / other["cpu"]})
        else:
            add(found, {name: time["cpu"] / done["plain"]["cpu"] for name, time in done.items()})
    return found


def add(result: Result, values: dict[str, float]) -> None:
    for library, value in values.items():
        result.rounds.setdefault(library, []).append(value)


def line(result: Result) -> str:
    ours, unit = result.rounds["ours"], result.measure.unit
    others = "  ".join(
        f"{name} {result.median(name):.2f}{unit}"
        for name in result.rounds
        if name not in ("ours", "plain") or (unit and name == "plain")
    )
    verdict = "hit " if result.hit else "MISS"
    spread = f"{min(ours):.2f}-{max(ours):.2f}"
    goal = f"goal {result.measure.goal:.2f}"
    return (
        f"{result.measure.title:34} {result.median():6.2f}{unit:1} ({spread:>11}) "
        f"{goal:9} {verdict}  {others}"
    )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--only", default="", help="measures whose name starts with this")
    parser.add_argument("--rounds", type=int, default=9)
    given = parser.parse_args()
    results = []
    with ExitStack() as stack:
        url = stack.enter_context(server())
        names = {**LIBRARIES, **PEERS}
        workers = {
            name: Worker(python, names[name], url, stack) for name, python in pythons().items()
        }
        for measure in MEASURES:
            if not measure.name.startswith(given.only):
                continue
            if measure.programs:
                results.append(measure_started(measure, url, given.rounds))
            else:
                results.append(measure_calls(measure, workers, given.rounds))
            print(line(results[-1]), flush=True)
    if not given.only:
        save(results)


def save(results: list[Result]) -> None:
    """Write the numbers and the picture for the documentation."""
    IMAGES.mkdir(exist_ok=True)
    facts = {
        "python": platform.python_version(),
        "machine": platform.machine(),
        "measures": [
            {
                "name": result.measure.name,
                "title": result.measure.title,
                "goal": result.measure.goal,
                "unit": result.measure.unit,
                "rounds": result.rounds,
            }
            for result in results
        ],
    }
    (IMAGES / "bench.json").write_text(json.dumps(facts, indent=1) + "\n")
    (IMAGES / "bench.svg").write_text(draw(results))


if __name__ == "__main__":
    main()
