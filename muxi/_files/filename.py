"""The name of a downloaded file: the one that the server sent, made safe."""

from __future__ import annotations

import re
from urllib.parse import unquote

# Quoted values first, so that a semicolon in one doesn't start the next parameter.
_PARAMETER = re.compile(r';\s*([^\s=;]+)\s*=\s*("(?:[^"\\]|\\.)*"|[^;]*)')
_REFUSED = frozenset('<>:"|?*')
_DEVICE = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)\s*(\..*)?", re.IGNORECASE)
_LONGEST = 200


def filename_from_header(disposition: str) -> str:
    """Return the name in a `Content-Disposition`, `filename*` before `filename`; empty if none."""
    pairs = [(match[1].lower(), match[2].strip()) for match in _PARAMETER.finditer(disposition)]
    found = dict(reversed(pairs))  # the first of two wins
    charset, _, rest = found.get("filename*", "").partition("'")
    encoded = rest.partition("'")[2]
    if encoded:
        try:
            return unquote(encoded, encoding=charset, errors="replace")
        except (LookupError, ValueError):
            pass  # RFC 5987: use the plain form if the extended one can't be decoded
    plain = found.get("filename", "")
    return re.sub(r"\\(.)", r"\1", plain[1:-1]) if plain.startswith('"') else plain


def sanitize_filename(told: str) -> str:
    """Return a file name without a path that works on every system; empty if nothing is left.

    Leading dots are removed too: a server must not choose a hidden file such as `.bashrc`.
    """
    last = re.split(r"[/\\]", told)[-1]
    kept = "".join("_" if one in _REFUSED or not one.isprintable() else one for one in last)
    name = _shortened(kept.strip(" ."))
    return f"_{name}" if _DEVICE.fullmatch(name) else name


def _shortened(name: str) -> str:
    raw = name.encode()
    if len(raw) <= _LONGEST:
        return name
    ending = name[name.rfind(".") :].encode() if "." in name else b""
    ending = ending if len(ending) <= 20 else b""
    cut = raw[: _LONGEST - len(ending)].decode(errors="ignore").rstrip(" .")
    return cut + ending.decode()
