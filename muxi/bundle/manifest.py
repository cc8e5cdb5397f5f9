"""Checks a formation's manifest as the server does (server-api 8.2 to 8.4)."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from ..errors import BundleError, ConfigurationError

NAMES = ("formation.afs", "formation.yaml", "formation.yml")
"""The names of the manifest. The server reads the first one that exists."""

_SECRET = re.compile(rb"\$\{\{\s*secrets\.([^}\s]+)")
"""The runtime's pattern. The server only knows the spelling with one space."""
_ID = re.compile(r"[a-z0-9][a-z0-9-]{1,48}[a-z0-9]")
_RESERVED = {"health", "ping", "rpc", "server", "admin", "metrics", "api"}
_KEPT_BY_THE_SERVER = {"MUXI.md", "muxi.md", "PENDING-MUXI.md"}


@dataclass(frozen=True)
class Manifest:
    """The fields of a manifest that identify a bundle."""

    id: str
    version: str | None
    name: str | None


def check_formation(
    where: str, files: Collection[str], manifests: Mapping[str, bytes]
) -> tuple[Manifest, list[str]]:
    """Check a formation as the server does before a start, and warn of ignored files and fields.

    Args:
        where: The prefix of file names in messages.
        files: The names of all files, relative to the formation's directory.
        manifests: The contents of the files with a manifest's name.

    Raises:
        BundleError: The server would refuse the formation.
        ConfigurationError: PyYAML is not installed.
    """
    found = [name for name in NAMES if name in manifests]
    if not found:
        raise BundleError(f"{where}{NAMES[0]} is missing (nor is there a formation.yaml or .yml).")
    content = manifests[found[0]]
    manifest = _read(where + found[0], content)
    _check_secrets(where, found[0], content, files)
    warnings = [f"{where}{name} is ignored: {found[0]} is read." for name in found[1:]]
    warnings += [
        f"{where}{name} counts in the first deployment only: updates keep the server's own."
        for name in sorted(_KEPT_BY_THE_SERVER.intersection(files))
    ]
    return manifest, warnings


def _read(where: str, content: bytes) -> Manifest:
    fields = _mapping(where, content)
    for field in ("id", "description"):
        if fields.get(field) in (None, ""):
            raise BundleError(f"{where} has no {field}.")
        if isinstance(fields[field], dict | list):
            raise BundleError(f"{where}: {field} is no text.")
    identifier = _text(where, "id", fields["id"])
    if reason := _refusal(identifier):
        raise BundleError(f"{where}: {reason}.")
    version = fields.get("version")
    name = fields.get("name")
    return Manifest(
        id=identifier,
        version=None if version in (None, "") else _version(where, version),
        name=name if isinstance(name, str) else None,
    )


def _mapping(where: str, content: bytes) -> Mapping[object, object]:
    try:
        import yaml
    except ImportError:
        raise ConfigurationError(
            "Reading a manifest needs the package PyYAML: pip install 'muxi-client[deploy]'."
        ) from None
    loader = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
    loaded: dict[object, object] | list[object] | str | float | None
    try:
        loaded = yaml.load(content, loader)
    except yaml.MarkedYAMLError as exc:
        # The error's message would quote the line, which may contain a key.
        line = f", line {exc.problem_mark.line + 1}" if exc.problem_mark else ""
        raise BundleError(f"{where}{line} is not valid YAML: {exc.problem}.") from None
    except (yaml.YAMLError, ValueError, RecursionError) as exc:
        raise BundleError(f"{where} is not valid YAML: {exc}.") from None
    if not isinstance(loaded, dict):
        raise BundleError(f"{where} is not a YAML mapping.")
    return loaded


def _refusal(identifier: str) -> str | None:
    """Return the server's reason to refuse an id, in its words; None if it is valid."""
    if not 3 <= len(identifier) <= 50:
        return "formation ID must be 3-50 characters"
    if identifier in _RESERVED:
        return f'formation ID "{identifier}" is reserved'
    if not _ID.fullmatch(identifier):
        return "formation ID must contain only lowercase letters, numbers, and hyphens"
    return None


def _text(where: str, field: str, value: object) -> str:
    if not isinstance(value, str):
        raise BundleError(f'{where}: YAML reads {field} as {value!r}; put it in quotes: "…".')
    return value


def _version(where: str, value: object) -> str:
    version = _text(where, "version", value)
    if not re.fullmatch(r"[!-~]([ -~]*[!-~])?", version):
        raise BundleError(f"{where}: version {version!r} can't be sent as a header.")
    return version


def _check_secrets(where: str, manifest: str, content: bytes, files: Collection[str]) -> None:
    names = list(dict.fromkeys(name.decode(errors="replace") for name in _SECRET.findall(content)))
    for needed in ("secrets.enc", ".key"):
        if names and needed not in files:
            raise BundleError(
                f"{where}{needed} is missing: {manifest} refers to secrets ({', '.join(names)})."
            )
