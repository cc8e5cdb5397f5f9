"""Memory and time that a bundle of 200 MB takes. Run with `make bench`.

Memory is the peak of the process, over that after a small bundle of the same directory.
"""

from __future__ import annotations

import os
import resource
import shutil
import sys
import tempfile
import time
from pathlib import Path

from muxi.bundle import open_bundle

MEGABYTES = 200
LIMIT = 8.0


def peak() -> float:
    """Megabytes; Linux counts in KiB, macOS in bytes."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


def fill(top: Path) -> None:
    for number in range(2):
        with (top / f"data{number}").open("wb") as file:
            for _ in range(MEGABYTES // 2):
                # Half of it compresses, as a mix of text and media does.
                file.write(os.urandom(500_000) + bytes(500_000))


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        top, archive = Path(folder) / "bot", Path(folder) / "bot.tar.gz"
        top.mkdir()
        (top / "formation.afs").write_text("id: big-bot\ndescription: A large formation")
        with open_bundle(top):
            before = peak()
        fill(top)
        began = time.perf_counter()
        with open_bundle(top) as packed, archive.open("wb") as copy:
            report(f"bundle of {MEGABYTES} MB", began, before)
            shutil.copyfileobj(packed.file, copy)
        began = time.perf_counter()
        with open_bundle(archive):
            report("its archive, checked", began, before)
    if peak() - before > LIMIT:
        sys.exit(f"The limit is +{LIMIT} MB.")


def report(what: str, began: float, before: float) -> None:
    took, grown = time.perf_counter() - began, peak() - before
    print(f"{what:50} {took:6.2f} s  memory +{grown:.1f} MB  goal +{LIMIT} MB", flush=True)


if __name__ == "__main__":
    main()
