"""The SDK method for each path: artifacts."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

from muxi import FormationClient

ASK: list[tuple[str, str, Callable[[FormationClient], object]]] = [
    ("GET", r"/v1/artifacts", lambda f: f.artifacts.list()),
    ("GET", r"/v1/artifacts/[^/]+", lambda f: f.artifacts.get("a")),
    ("GET", r"/v1/artifacts/[^/]+/versions", lambda f: f.artifacts.list_versions("a")),
    ("GET", r"/v1/artifacts/[^/]+/content", lambda f: f.artifacts.download("a", BytesIO())),
]
