"""Manifests: the control plane's checks, and how a formation is read from its files."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import yaml
from yaml.scanner import ScannerError

from ..formation.manifest import BESIDE, Manifest, as_list, as_map

NAMES = ("formation.afs", "formation.yaml", "formation.yml")

_SAFE = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
_BASE = yaml.CBaseLoader if yaml.__with_libyaml__ else yaml.BaseLoader
"""The parsers of libyaml are ten times as fast, and their errors have the words of Go's parser."""
_RESERVED = frozenset({"health", "ping", "rpc", "server", "admin", "metrics", "api"})
_SECRET = re.compile(r"\$\{\{ secrets\.(\w+)")


class BadManifest(Exception):
    """The manifest is missing or unusable."""


@dataclass(frozen=True)
class Facts:
    """The parts of a manifest that the control plane reads."""

    id: str
    name: str
    version: str
    """Empty when the manifest has none."""
    runtime: str
    secrets: tuple[str, ...]
    """Names of the secrets that the manifest file refers to."""


def find(directory: Path) -> Path:
    """Find the manifest file in a formation's directory."""
    for name in NAMES:
        if (directory / name).is_file():
            return directory / name
    tried = f"no formation config file found (tried: [{' '.join(NAMES)}])"
    raise BadManifest(f"Failed to find formation config: {tried}")


def facts(directory: Path) -> Facts:
    """Read a directory's manifest as the control plane does."""
    prefix = "Failed to parse formation config: "
    file = find(directory)
    try:
        text = file.read_text("utf-8")
        # Keep every scalar as text: the version 1.10 isn't 1.1.
        found: object = yaml.load(text, _BASE)
    except (OSError, ValueError, RecursionError, yaml.YAMLError) as problem:
        raise BadManifest(f"{prefix}{prefix.lower()}{_yaml_problem(problem)}") from None
    values = {key: value for key, value in as_map(found).items() if isinstance(value, str)}
    if found and not isinstance(found, dict):
        raise BadManifest(f"{prefix}{prefix.lower()}{_unmarshal_problem(found)}")
    for article, key in (("an", "id"), ("a", "description")):
        if not values.get(key):
            raise BadManifest(f"{prefix}formation config must have {article} '{key}' field")
    if values["id"] in _RESERVED:
        raise BadManifest(f"{prefix}formation ID '{values['id']}' is reserved")
    return Facts(
        values["id"],
        values.get("name", ""),
        values.get("version", ""),
        values.get("muxi_runtime") or "latest",
        tuple(dict.fromkeys(_SECRET.findall(text))),
    )


def _yaml_problem(problem: Exception) -> str:
    """Return the error text of Go's YAML parser, as close as Python's parser allows."""
    if not isinstance(problem, yaml.MarkedYAMLError) or problem.problem_mark is None:
        return f"yaml: {problem}"
    line = problem.problem_mark.line + isinstance(problem, ScannerError)
    expected = re.match(r"expected (?:the )?(.+?), but found", problem.problem or "")
    text = f"did not find expected {expected[1]}" if expected else problem.problem
    return f"yaml: line {line}: {text}" if line else f"yaml: {text}"


def _unmarshal_problem(found: object) -> str:
    kind = "seq" if isinstance(found, list) else f"str `{found}`"
    where = f"line 1: cannot unmarshal !!{kind} into formation.Formation"
    return f"yaml: unmarshal errors:\n  {where}"


def id_problem(formation_id: str) -> str | None:
    """Return why an id is invalid (contract server-api 8.4)."""
    if not formation_id:
        return "formation ID cannot be empty"
    if not 3 <= len(formation_id) <= 50:
        return "formation ID must be 3-50 characters"
    if formation_id in _RESERVED:
        return f'formation ID "{formation_id}" is reserved'
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{1,48}[a-z0-9]", formation_id):
        return "formation ID must contain only lowercase letters, numbers, and hyphens"
    return None


def secrets_problem(directory: Path, names: tuple[str, ...]) -> str | None:
    """Return an error if the manifest refers to secrets and one of their files is missing."""
    for file, what in (("secrets.enc", "encrypted secrets are"), (".key", "encryption key is")):
        if names and not (directory / file).is_file():
            missing = f"'{file}' file not found - {what} required"
            return f"formation references secrets ([{' '.join(names)}]) but {missing}"
    return None


def mark(directory: Path, server_id: str) -> None:
    """Write the server's id into the manifest, as the server does. Comments are lost."""
    try:
        file = find(directory)
        found = _mapping(file)
    except BadManifest:
        return  # the formation won't start, and reports this error itself
    marked = {**found, "_server_id": server_id, "_deployment_mode": "server"}
    file.write_text(yaml.safe_dump(marked, allow_unicode=True), "utf-8")


def write_manifest(directory: Path, manifest: Manifest) -> None:
    """Write the files of a formation from a manifest that has everything inside."""
    directory.mkdir(parents=True)
    kept = {key: value for key, value in manifest.items() if key not in BESIDE}
    text = yaml.safe_dump(kept, sort_keys=False, allow_unicode=True)
    (directory / NAMES[0]).write_text(text, "utf-8")
    for key in BESIDE:
        for name, content in as_map(manifest.get(key)).items():
            (directory / key).mkdir(exist_ok=True)
            (directory / key / f"{name}.md").write_text(str(content), "utf-8")
        if isinstance(whole := manifest.get(key), str):
            (directory / key).write_text(whole, "utf-8")


def read_manifest(directory: Path) -> Manifest:
    """Read the manifest of a formation's directory, with agents and MCP servers inside.

    Raises:
        BadManifest: A formation can't start with this manifest.
    """
    found = _mapping(find(directory))
    manifest = {key: value for key, value in found.items() if not key.startswith("_")}
    _resolve(manifest, "agents", directory / "agents", "Agent")
    servers = directory / ("mcps" if (directory / "mcps").is_dir() else "mcp")
    _resolve(_part(manifest, "mcp"), "servers", servers, "MCP server")
    outbound = _part(_part(manifest, "a2a"), "outbound")
    _resolve(outbound, "services", directory / "a2a", "A2A service")
    for key in BESIDE:
        files = sorted((directory / key).glob("*.md"))
        if files:
            manifest[key] = {file.stem: _text(file) for file in files}
        elif (directory / key).is_file():
            manifest[key] = _text(directory / key)
    return manifest


def _part(whole: dict[str, object], key: str) -> dict[str, object]:
    if not isinstance(whole.get(key), dict):
        return {}
    part = as_map(whole[key])
    whole[key] = part
    return part


def _resolve(config: dict[str, object], key: str, directory: Path, kind: str) -> None:
    """Replace the ids in a list with the contents of the files that define them."""
    declared = as_list(config.get(key))
    if not any(isinstance(each, str) for each in declared):
        return
    known: dict[str, dict[str, object]] = {}
    for file in _declarations(directory):
        content = {"id": file.stem, **_mapping(file)}
        if str(content["id"]) in known:
            raise BadManifest(f"Duplicate {kind} ID '{content['id']}' found in '{file.name}'")
        known[str(content["id"])] = content
    resolved: list[object] = []
    for each in declared:
        if isinstance(each, str) and each not in known:
            where = f"{directory.name}/ directory. Available: {[*known]}"
            raise BadManifest(f"{kind} '{each}' declared in formation but not found in {where}")
        resolved.append(known[each] if isinstance(each, str) else each)
    config[key] = resolved


def _declarations(directory: Path) -> list[Path]:
    return sorted(file for file in directory.glob("*") if file.suffix in (".afs", ".yaml", ".yml"))


def _mapping(file: Path) -> dict[str, object]:
    try:
        found: object = yaml.load(_text(file), _SAFE)
    except (ValueError, RecursionError, yaml.YAMLError) as problem:
        raise BadManifest(f"{file.name}: {problem}") from None
    content = {str(key): value for key, value in as_map(found).items()}
    if not isinstance(found, dict):
        raise BadManifest(f"{file.name} is not a mapping")
    return content


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except (OSError, ValueError) as problem:
        raise BadManifest(f"{file.name}: {problem}") from None
