"""The environments of the benchmarks have what pip would install for users."""

from __future__ import annotations

from importlib.metadata import requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

FOLDER = Path(__file__).parents[1] / "benchmarks"
EXTRAS = ("", "aiohttp", "deploy")


def pins(name: str) -> dict[str, str]:
    lines = (FOLDER / name).read_text().splitlines()
    pairs = (line.split("==") for line in lines if not line.startswith("#"))
    return {canonicalize_name(name): version for name, version in pairs}


def needed() -> list[Requirement]:
    found = [Requirement(line) for line in requires("muxi-client") or ()]
    return [
        one
        for one in found
        if one.marker is None or any(one.marker.evaluate({"extra": extra}) for extra in EXTRAS)
    ]


def test_this_sdk_has_its_requirements() -> None:
    pinned = pins("ours.txt")
    assert needed()
    for one in needed():
        assert one.specifier.contains(pinned[canonicalize_name(one.name)]), one


@pytest.mark.parametrize("name", sorted(pins("plain.txt")))
def test_the_reference_has_the_same_versions(name: str) -> None:
    assert pins("plain.txt")[name] == pins("ours.txt")[name]
