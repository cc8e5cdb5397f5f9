"""The process of one library: `worker.py LIBRARY URL`.

Reads the names of measures, one a line, and runs each. Prints the CPU and wall seconds of one call
and how many calls failed as JSON; `null` if the library has no such measure. The first time, it
warms up and finds out how often the call fits into `SECONDS`. Later it repeats the call as often.
"""

from __future__ import annotations

import gc
import importlib
import json
import math
import sys
import time
from collections.abc import Callable
from pathlib import Path

SECONDS = 0.3
"""CPU time of a sample, at least."""


def timed(run: Callable[[int], int], count: int) -> dict[str, float]:
    gc.collect()
    cpu, wall = time.process_time(), time.perf_counter()
    failed = run(count)
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    return {"cpu": cpu / count, "wall": wall / count, "failed": failed}


def repetitions(run: Callable[[int], int]) -> int:
    """Return how often a call must be repeated, after warming up."""
    count, found = 1, timed(run, 1)
    if found["cpu"] > SECONDS:
        return count
    while (found := timed(run, count))["cpu"] * count < SECONDS / 4:
        count *= 4
    return math.ceil(SECONDS / found["cpu"])


def main(library: str, url: str) -> None:
    sys.path.insert(0, str(Path(__file__).with_name("libraries")))
    measures: dict[str, Callable[[int], int]] = importlib.import_module(library).measures(url)
    counts: dict[str, int] = {}
    for line in sys.stdin:
        name = line.strip()
        if run := measures.get(name):
            counts[name] = counts.get(name) or repetitions(run)
        print(json.dumps(run and timed(run, counts[name])), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
