"""The process of one library: `worker.py LIBRARY URL`.

Reads the names of measures, one a line, and runs each. Prints the CPU and wall seconds that it took
as JSON; `null` if the library has no such measure.
"""

from __future__ import annotations

import importlib
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path


def timed(run: Callable[[], object]) -> dict[str, float]:
    cpu, wall = time.process_time(), time.perf_counter()
    run()
    return {"cpu": time.process_time() - cpu, "wall": time.perf_counter() - wall}


def main(library: str, url: str) -> None:
    sys.path.insert(0, str(Path(__file__).with_name("libraries")))
    measures: dict[str, Callable[[], object]] = importlib.import_module(library).measures(url)
    for line in sys.stdin:
        run = measures.get(line.strip())
        print(json.dumps(run and timed(run)), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
