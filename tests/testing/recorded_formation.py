"""The recorded formation as a manifest."""

from __future__ import annotations

from pathlib import Path

import yaml

from muxi.testing.formation.manifest import Manifest

_FOLDER = Path(__file__).parent / "lab"


def recorded_manifest() -> Manifest:
    """Return the formation's document with the files beside it."""
    manifest = yaml.safe_load((_FOLDER / "formation.yaml").read_text())
    for key in ("sops", "triggers"):
        manifest[key] = {each.stem: each.read_text() for each in (_FOLDER / key).glob("*.md")}
    return manifest
