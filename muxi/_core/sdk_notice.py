"""Logs that a newer SDK exists. The server reports the version in proxied responses."""

from __future__ import annotations

import math
import os
import threading

from .._version import __version__
from .log import logger
from .versions import is_older

_PAUSE = 12 * 3600.0

_lock = threading.Lock()
_told_at = -math.inf


def notify_newer_version(latest: str | None, now: float) -> None:
    """Log that there is a newer version, at most every 12 hours in this process.

    Args:
        latest: The latest version that the server reports, if any.
        now: The time of the response, in Unix seconds.
    """
    global _told_at
    if latest is None or not is_older(__version__, latest):
        return
    if os.environ.get("MUXI_SDK_VERSION_NOTIFICATION") == "0":
        return
    with _lock:
        if now - _told_at < _PAUSE:
            return
        _told_at = now
    logger.info("The server knows version %s of the Python SDK; this is %s.", latest, __version__)
