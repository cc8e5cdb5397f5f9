"""Where the emulator's answer is meant to differ from the recorded one, and why."""

from __future__ import annotations

_PAGE = "The server's page is its own; a browser sees as well from a plain one that it is up."

DIFFERENCES = {
    "root": _PAGE,
    "v1_root": _PAGE,
    "v1_root_slash": _PAGE,
    "v1_v1": _PAGE,
}
