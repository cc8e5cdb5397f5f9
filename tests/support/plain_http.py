"""For tests that look at a server on loopback without the SDK."""

from __future__ import annotations

import ssl

NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Pass it as `verify`: httpx takes 5 to 40 ms to make a context of its own for each call."""


def port_of(url: str) -> int:
    """Return the port in a URL without a path."""
    return int(url.rpartition(":")[2])
