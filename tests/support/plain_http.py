"""For tests that call a server on loopback with httpx itself."""

from __future__ import annotations

import ssl

NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Pass it as `verify`: httpx takes 5 to 40 ms to make a context of its own for each call."""
