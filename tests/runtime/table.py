"""Which operations a run called, in which mode of the runtime, and what came of it."""

from __future__ import annotations

import json
import logging
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

_ROWS = Path(__file__).parents[1] / "contract" / "formation-endpoints.json"


class Calls(logging.Handler):
    """Counts the calls of clients that log, by operation, mode and outcome."""

    def __init__(self) -> None:
        super().__init__()
        self.modes: dict[str, str] = {}
        """The mode of each runtime, by its URL."""
        self.seen: dict[tuple[str, str], Counter[str]] = {}
        """How often each (operation, mode) had each outcome."""
        rows = json.loads(_ROWS.read_text())
        self.operations = {
            row["id"]: (row["method"], re.compile(re.sub(r"{[^}]+}", "[^/]+", row["path"])))
            for row in sorted(rows, key=lambda row: row["path"].count("{"))
        }

    def emit(self, record: logging.LogRecord) -> None:
        """Count the record of an attempt."""
        if not isinstance(record.args, tuple) or len(record.args) < 3:
            return
        method, url, outcome = (str(part) for part in record.args[:3])
        base, v1, rest = url.partition("/v1/")
        operation = self._operation(method, (v1 + rest).partition("?")[0])
        if base in self.modes and operation is not None:
            found = self.seen.setdefault((operation, self.modes[base]), Counter())
            found[outcome.partition(" in ")[0]] += 1

    def _operation(self, method: str, path: str) -> str | None:
        for name, (verb, pattern) in self.operations.items():
            if verb == method and pattern.fullmatch(path):
                return name
        return None

    def table(self) -> Iterator[str]:
        """One line an operation and mode."""
        for (operation, mode), outcomes in sorted(self.seen.items()):
            counted = ", ".join(f"{outcome} x{n}" for outcome, n in outcomes.most_common())
            yield f"{operation:<32} {mode:<9} {counted}"
