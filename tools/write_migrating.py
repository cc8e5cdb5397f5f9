"""Write the tables of `docs/migrating.md` from `muxi/_official.py`.

`python -m tools.write_migrating` writes them; with `--check` it fails if they are stale.
"""

from __future__ import annotations

import re

from muxi._official import FORMATION, MODULE, SERVER

from .generated import ROOT, main

PAGE = ROOT / "docs" / "migrating.md"
TABLES = {
    "FormationClient": {f"formation.{old}": f"formation.{new}" for old, new in FORMATION.items()},
    "ServerClient": {f"server.{old}": f"server.{new}" for old, new in SERVER.items()},
    "muxi": {f"muxi.{old}": new for old, new in MODULE.items()},
}


def _table(name: str) -> str:
    rows = [f"| `{old}` | `{new}` |" for old, new in TABLES[name].items()]
    return "\n".join(["| `muxi` | `muxi-client` |", "|---|---|", *rows])


def page(text: str) -> str:
    """Return the page with its tables written again, each between two comments."""
    return re.sub(
        r"(<!-- table of (\w+) -->\n\n).*?(<!-- end -->)",
        lambda found: f"{found[1]}{_table(found[2])}\n\n{found[3]}",
        text,
        flags=re.DOTALL,
    )


if __name__ == "__main__":
    main([(PAGE, page(PAGE.read_text()))])
