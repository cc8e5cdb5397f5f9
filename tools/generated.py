"""Files that are written from others: write them, or check that they are fresh."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "muxi"


def main(files: Iterable[tuple[Path, str]]) -> None:
    """Write the files; with `--check`, fail if one isn't as it would be written."""
    stale: list[str] = []
    for path, text in files:
        wanted = formatted(path, text)
        if not path.exists() or path.read_text() != wanted:
            stale.append(str(path.relative_to(ROOT)))
            if "--check" not in sys.argv:
                path.write_text(wanted)
    if "--check" in sys.argv and stale:
        sys.exit(f"{', '.join(stale)}: not as generated. Run `make generate`.")


def formatted(path: Path, text: str) -> str:
    """Return Python as the project formats it, and other text unchanged."""
    if not path.suffix.startswith(".py"):
        return text
    ruff = Path(sys.executable).with_name("ruff")
    for command in (["check", "--select", "I,F401", "--fix", "--quiet"], ["format"]):
        text = subprocess.run(
            [ruff, *command, "--stdin-filename", path, "-"],
            cwd=ROOT,
            input=text,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
    return text
