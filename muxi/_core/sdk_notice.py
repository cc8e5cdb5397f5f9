"""Logs that a newer SDK exists. The server reports the version in proxied responses."""

from __future__ import annotations

import math
import os
import re
import threading

from .._version import __version__
from .log import logger

_PAUSE = 12 * 3600.0
_VERSION = re.compile(
    r"v?(?P<release>[0-9]{1,9}(\.[0-9]{1,9}){0,5})"
    r"([-_.]?(?P<stage>dev|alpha|a|beta|b|rc|c|post)[-_.]?(?P<number>[0-9]{0,9}))?(\+[0-9A-Za-z.-]*)?"
)
_STAGES = {"dev": 0, "a": 1, "alpha": 1, "b": 2, "beta": 2, "c": 3, "rc": 3, "": 4, "post": 5}

_lock = threading.Lock()
_told_at = -math.inf


def notify_newer_version(latest: str | None, now: float) -> None:
    """Log that there is a newer version, at most every 12 hours in this process.

    Args:
        latest: The latest version that the server reports, if any.
        now: The time of the response, in Unix seconds.
    """
    global _told_at
    if latest is None or not _newer(latest, __version__):
        return
    if os.environ.get("MUXI_SDK_VERSION_NOTIFICATION") == "0":
        return
    with _lock:
        if now - _told_at < _PAUSE:
            return
        _told_at = now
    logger.info("The server knows version %s of the Python SDK; this is %s.", latest, __version__)


def _newer(one: str, other: str) -> bool:
    ours, theirs = _key(other), _key(one)
    return ours is not None and theirs is not None and theirs > ours


def _key(version: str) -> tuple[list[int], int, int] | None:
    """Return the sort key of a version; None if it isn't a version."""
    found = _VERSION.fullmatch(version)
    if found is None:
        return None
    release = [int(part) for part in found["release"].split(".")]
    while release and release[-1] == 0:
        release.pop()
    return release, _STAGES[found["stage"] or ""], int(found["number"] or 0)
