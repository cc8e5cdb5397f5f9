"""Compares this SDK with plain httpx and with other SDKs. Run with `make bench`.

Each library runs in a process and an environment of its own and calls a server on loopback in one
more process. There are `PASSES` passes over all measures, with new processes in each: how fast
Python runs differs from process to process. In a pass, each library warms up and finds out how
often it must repeat the call to take 0.3 s of CPU time. Then each round measures the reference and
the library, one right after the other, in turns in this and in the other order. Other libraries
than this SDK take part in each fourth round. A ratio is the median over rounds of the CPU seconds
over those of the reference beside it. The spread is from the 25 % to the 75 % quantile.

Needs Python 3.11.
"""

from __future__ import annotations

import argparse
import sys
import time
from contextlib import ExitStack
from fnmatch import fnmatch

from environments import describe, installed
from measures import MEASURES, Measure
from results import Result, save
from worker import SECONDS
from workers import Sample, Worker, WorkerError, printed, server, started

PASSES = 3
OTHERS = 4
"""In each fourth round, other libraries than this SDK are measured."""
SLOW = 5.0
"""Another library whose sample takes so many seconds has one round."""


class Pass:
    """One pass over measures.

    Args:
        url: The address of the server.
        rounds: How many rounds each measure has.
        stack: Ends the processes.
    """

    def __init__(self, url: str, rounds: int, stack: ExitStack) -> None:
        self._url = url
        self._rounds = rounds
        self._started: set[tuple[str, str]] = set()
        self._workers = {
            library: Worker(python, library, url, stack) for library, python in installed().items()
        }

    def add(self, result: Result) -> None:
        """Add a measure's rounds to its result."""
        for library in installed():
            if library == "plain" and not result.measure.unit:
                continue
            try:
                self._compare(result, library)
            except WorkerError as exc:
                if library == "ours":
                    sys.exit(f"{result.measure.name}: {exc}")
                print(f"{result.measure.name}: {exc} It is left out.", flush=True)
                self._workers.pop(library, None)

    def _compare(self, result: Result, library: str) -> None:
        """Measure a library, and the reference right before or after it for a ratio."""
        for number in range(self._rounds):
            if library in result.slow or (library != "ours" and number % OTHERS):
                continue
            is_ratio = not result.measure.unit
            # In turns, the reference is first or last.
            reference = self._reference(result.measure) if is_ratio and number % 2 else None
            if (sample := self._sample(result.measure, library)) is None:
                return
            if is_ratio:
                reference = reference or self._reference(result.measure)
                assert reference is not None
                result.add_pair(library, sample, reference)
            else:
                result.add_wall(library, sample)
            if library != "ours" and sample["wall"] > SLOW:
                result.slow.add(library)

    def _reference(self, measure: Measure) -> Sample | None:
        try:
            if measure.over == "plain":
                return self._sample(measure, "plain")
            return self._workers["ours"].run(measure.over)
        except WorkerError as exc:
            sys.exit(f"{measure.name}: {exc} Nothing can be compared without it.")

    def _sample(self, measure: Measure, library: str) -> Sample | None:
        if not measure.programs:
            worker = self._workers.get(library)
            return worker.run(measure.name) if worker else None
        if (program := dict(measure.programs).get(library)) is None:
            return None
        command = installed()[library], program.format(url=self._url), library
        if (measure.name, library) not in self._started:
            self._started.add((measure.name, library))
            started(*command, 0)
        return started(*command, SECONDS)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--only", default="*", help="a name, or a pattern such as 'stream*'")
    parser.add_argument("--rounds", type=int, default=4, help="in each of three passes")
    given = parser.parse_args()
    results = [Result(one) for one in MEASURES if fnmatch(one.name, given.only)]
    if not results:
        sys.exit(f"No measure is {given.only!r}: {', '.join(one.name for one in MEASURES)}.")
    environments = describe()
    with server() as url:
        for number in range(PASSES):
            with ExitStack() as stack:
                current = Pass(url, given.rounds, stack)
                for result in results:
                    began = time.perf_counter()
                    if not result.measure.script:
                        current.add(result)
                    elif number == PASSES - 1:
                        add_script(result, url, given.rounds)
                    took = time.perf_counter() - began
                    result.seconds += took
                    name = f"{number + 1}/{PASSES} {result.measure.name}"
                    print(f"{name:30} {took:6.1f} s", file=sys.stderr, flush=True)
                    if number == PASSES - 1:
                        print(result.line(), flush=True)
    print(f"{sum(result.seconds for result in results):.0f} s")
    if len(results) == len(MEASURES):
        save(results, environments)


def add_script(result: Result, url: str, rounds: int) -> None:
    """Run a measure's script: once for memory, which hardly differs."""
    measure = result.measure
    for _ in range(1 if measure.unit else rounds * PASSES):
        result.add("ours", printed(installed()["ours"], measure.script, url))


if __name__ == "__main__":
    main()
