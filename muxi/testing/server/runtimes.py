"""The runtime versions that a manifest may name (server-observed 1.10)."""

from __future__ import annotations

import re
from collections.abc import Sequence

_TEXT = re.compile(r"(latest|\d+(?:\.\d+)*)(?::([a-z0-9]+(?:-[a-z0-9]+)*))?")
_VARIANTS = ("cuda", "lean", "pytorch")


class InvalidRuntime(Exception):
    """The text isn't a runtime version."""


class UnknownRuntime(Exception):
    """The server has no such version."""


def resolve(text: str, known: Sequence[str]) -> str:
    """Return the version as the server reports it: `latest`, or one that it knows.

    Raises:
        InvalidRuntime: The text isn't `<version>[:<variant>]`, or there is no such variant.
        UnknownRuntime: The server doesn't have this version.
    """
    match = _TEXT.fullmatch(text)
    if match is None:
        wanted = '"<version>[:<variant>]" where version is "latest" or a dotted integer'
        more = "and variant is lowercase kebab"
        raise InvalidRuntime(f'invalid muxi_runtime "{text}": expected {wanted} {more}')
    version, variant = match[1], match[2]
    if variant is not None and variant not in _VARIANTS:
        allowed = ", ".join(f'"{each}"' for each in _VARIANTS)
        where = f'variant "{variant}" in "{text}"'
        raise InvalidRuntime(f"invalid muxi_runtime {where}: allowed variants are {allowed}")
    return version if version == "latest" else _find(version, known)


def _find(version: str, known: Sequence[str]) -> str:
    parts = version.count(".") + 1
    if parts > 3:
        raise UnknownRuntime(f"invalid runtime version format: {version}")
    found = [each for each in known if each == version or each.startswith(f"{version}.")]
    if found:
        return found[-1]
    if parts == 3:
        raise UnknownRuntime(f"runtime version {version} not available")
    raise UnknownRuntime(f"no runtime versions found matching {version}.x")
