"""The interpreters that are compared, and the packages in them."""

from __future__ import annotations

import json
import os
import runpy
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
BYTECODE = ROOT / ".cache" / "bytecode"
SAME = ("python", "anyio", "h11", "httpcore", "httpx", "pydantic", "pydantic-core")
"""What plain httpx and this SDK must have in the same versions."""
SHOWN = (*SAME, "httpx-sse", "sniffio", "aiohttp", "httpx2", "muxi", "openai", "anthropic")
ASK = """
import json, platform
from importlib.metadata import distributions
found = {one.name.lower().replace("_", "-"): one.version for one in distributions()}
print(json.dumps({"python": platform.python_version(), **found}))
"""


@dataclass(frozen=True)
class Library:
    """A library that is measured."""

    module: str
    """Its measures, in `libraries`."""
    variable: str
    """The environment variable with the path of its interpreter."""
    about: str
    """What it is, with the names of packages in braces, which stand for their versions."""

    @property
    def is_own(self) -> bool:
        """Whether it runs in this interpreter if the variable isn't set."""
        return self.variable in ("MUXI_PLAIN_PYTHON", "MUXI_OURS_PYTHON")

    @property
    def python(self) -> str | None:
        """The path of its interpreter; `None` if it isn't installed."""
        return os.environ.get(self.variable) or (sys.executable if self.is_own else None)


LIBRARIES = {
    "plain": Library("plain", "MUXI_PLAIN_PYTHON", "plain httpx {httpx}"),
    "ours": Library("ours", "MUXI_OURS_PYTHON", "muxi-client {muxi-client} on httpx {httpx}"),
    "httpx2": Library("over_httpx2", "MUXI_OURS_PYTHON", "muxi-client on httpx2 {httpx2}"),
    "official": Library("official", "MUXI_OFFICIAL_PYTHON", "MUXI's own SDK, muxi {muxi}"),
    "openai": Library("openai_sdk", "MUXI_PEERS_PYTHON", "openai {openai}"),
    "anthropic": Library("anthropic_sdk", "MUXI_PEERS_PYTHON", "anthropic {anthropic}"),
}


def installed() -> dict[str, str]:
    """Return the interpreter of each library that is installed."""
    return {name: one.python for name, one in LIBRARIES.items() if one.python}


def variables(library: str) -> dict[str, str]:
    """Return the environment variables for a library's interpreter.

    This SDK comes from this checkout. The reference gets the same search path. The others don't, as
    MUXI's own SDK has the same import name. All bytecode is cached in the first round, as it is for
    packages that pip installs. A variable that forbids this would compile this SDK each time.
    """
    path = str(ROOT) if LIBRARIES[library].is_own else ""
    cache = {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(BYTECODE)}
    return {**os.environ, **cache, "PYTHONPATH": path}


def packages(library: str, python: str) -> dict[str, str]:
    """Return the versions of the packages that matter in a library's environment."""
    command = [python, "-c", ASK]
    asked = subprocess.run(
        command, check=True, capture_output=True, text=True, env=variables(library)
    )
    versions: dict[str, str] = json.loads(asked.stdout)
    found = {name: versions[name] for name in SHOWN if name in versions}
    if python == LIBRARIES["ours"].python and library != "plain":
        found["muxi-client"] = runpy.run_path(str(ROOT / "muxi" / "_version.py"))["__version__"]
    return found


def describe() -> dict[str, dict[str, object]]:
    """Print and return what is in each library's environment.

    Exits if plain httpx and this SDK have other versions of the packages that both use.
    """
    found: dict[str, dict[str, str]] = {}
    for library, python in installed().items():
        found[library] = packages(library, python)
        versions = "  ".join(f"{name} {version}" for name, version in found[library].items())
        print(f"{library:9} {versions}")
    if unset := sorted(
        {one.variable for one in LIBRARIES.values() if one.variable not in os.environ}
    ):
        print(
            f"Not set: {', '.join(unset)}. Without an environment of their own, plain and ours "
            f"run in {sys.executable}, whose packages may change the ratios. Others don't run."
        )
    plain, ours = found["plain"], found["ours"]
    if other := [name for name in SAME if plain.get(name) != ours.get(name)]:
        sys.exit(f"The environments of plain and ours differ in {', '.join(other)}: delete both.")
    print(flush=True)
    return {
        library: {"about": LIBRARIES[library].about.format_map(versions), "packages": versions}
        for library, versions in found.items()
    }
