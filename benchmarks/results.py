"""What was measured, as a line, as JSON and as a picture."""

from __future__ import annotations

import json
import platform
import statistics
from dataclasses import dataclass, field

from chart import draw
from environments import ROOT
from measures import Measure
from workers import Sample

IMAGES = ROOT / "docs" / "images"


@dataclass
class Result:
    """The numbers of a measure."""

    measure: Measure
    rounds: dict[str, list[float]] = field(default_factory=dict)
    """By library: ratios, or numbers if the measure has a unit."""
    samples: dict[str, list[Sample]] = field(default_factory=dict)
    """What the ratios are made of. `plain` has those of the reference."""
    slow: set[str] = field(default_factory=set)
    """Libraries that are too slow for another round."""
    seconds: float = 0
    """How long the measure took."""

    def add(self, library: str, number: float) -> None:
        self.rounds.setdefault(library, []).append(number)

    def add_pair(self, library: str, sample: Sample, reference: Sample) -> None:
        """Add a sample of a library and that of the reference beside it."""
        self.samples.setdefault(library, []).append(sample)
        self.samples.setdefault("plain", []).append(reference)
        self.add(library, sample["cpu"] / reference["cpu"])

    def add_wall(self, library: str, sample: Sample) -> None:
        """Add a sample of a measure of wall time."""
        self.samples.setdefault(library, []).append(sample)
        self.add(library, sample["wall"])

    def median(self, library: str = "ours") -> float:
        return statistics.median(self.rounds[library])

    @property
    def quartiles(self) -> tuple[float, float]:
        """The 25 % and the 75 % quantile of this SDK's numbers."""
        found = self.rounds["ours"]
        if len(found) == 1:
            return found[0], found[0]
        first, _, last = statistics.quantiles(found, n=4, method="inclusive")
        return first, last

    @property
    def failed(self) -> int:
        """How many calls of this SDK failed."""
        return sum(int(sample["failed"]) for sample in self.samples.get("ours", ()))

    @property
    def hit(self) -> bool:
        return self.median() <= self.measure.goal and not self.failed

    def line(self) -> str:
        measure, (first, last) = self.measure, self.quartiles
        verdict = "hit " if self.hit else "MISS"
        spread = f"({first:.2f}-{last:.2f})"
        goal = f"goal {measure.goal:.2f}"
        parts = [
            f"{measure.title:36} {self.median():6.2f} {measure.unit:2} {spread:13} {goal:9} "
            f"{verdict} {self._times()}"
        ]
        parts += [
            f"{name} {self.median(name):.2f}" for name in self.rounds if name not in ("ours",)
        ]
        if measure.unit == "s":
            parts.append(f"failed {self.failed}")
        return "  ".join(parts).rstrip()

    def _times(self) -> str:
        """Return the medians of CPU and wall time: this SDK, and the reference."""
        if not self.samples:
            return ""
        ours, reference = self.samples["ours"], self.samples["plain"]
        return "  ".join(
            f"{kind} {milliseconds(ours, kind)}/{milliseconds(reference, kind)} ms"
            for kind in ("cpu", "wall")
        )


def milliseconds(samples: list[Sample], kind: str) -> str:
    return f"{statistics.median(sample[kind] for sample in samples) * 1000:.3g}"


def save(results: list[Result], environments: dict[str, dict[str, object]]) -> None:
    """Write the numbers and the picture for the documentation."""
    IMAGES.mkdir(exist_ok=True)
    facts = {
        "python": platform.python_version(),
        "machine": platform.machine(),
        "environments": environments,
        "measures": [
            {
                "name": result.measure.name,
                "title": result.measure.title,
                "reference": result.measure.reference,
                "goal": result.measure.goal,
                "unit": result.measure.unit,
                "median": {name: result.median(name) for name in result.rounds},
                "quartiles": result.quartiles,
                "hit": result.hit,
                "failed": result.failed,
                "rounds": result.rounds,
                "samples": result.samples,
                "seconds": result.seconds,
            }
            for result in results
        ],
    }
    (IMAGES / "bench.json").write_text(json.dumps(facts, indent=1) + "\n")
    (IMAGES / "bench.svg").write_text(draw(results, environments))
