"""The package as text: its files, what they import and what they define."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import muxi

PACKAGE = Path(muxi.__file__).parent
Function = ast.FunctionDef | ast.AsyncFunctionDef
Definition = Function | ast.ClassDef


@dataclass(frozen=True)
class Import:
    """A name that a module imports, absolute: `muxi._call.Call` or `httpx`."""

    name: str
    line: int
    at_run_time: bool

    def is_of(self, *modules: str) -> bool:
        """It is one of these modules, or something in one."""
        return any(f"{self.name}.".startswith(f"{module}.") for module in modules)


@dataclass(frozen=True)
class Module:
    """A file of the package."""

    name: str
    file: Path

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.file.read_text())

    @cached_property
    def imports(self) -> list[Import]:
        """All of them, within functions too."""
        return list(self._imports(self.tree, at_run_time=True))

    def is_in(self, *packages: str) -> bool:
        """It is one of these modules, or in one of these packages."""
        return any(f"{self.name}.".startswith(f"{package}.") for package in packages)

    def at(self, line: int) -> str:
        """A place, as editors understand it."""
        return f"{self.file.relative_to(PACKAGE.parent)}:{line}"

    def definitions(self) -> Iterator[Definition]:
        """Classes and functions of the module, and the methods of its classes."""
        for node in self.tree.body:
            if isinstance(node, Definition):
                yield node
            if isinstance(node, ast.ClassDef):
                yield from (inner for inner in node.body if isinstance(inner, Definition))

    def _imports(self, node: ast.AST, *, at_run_time: bool) -> Iterator[Import]:
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(alias.name, node.lineno, at_run_time)
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                name = f"{self.origin(node)}.{alias.name}"
                yield Import(name, node.lineno, at_run_time)
        elif isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
            for inner in node.body:
                yield from self._imports(inner, at_run_time=False)
            for inner in node.orelse:
                yield from self._imports(inner, at_run_time=at_run_time)
        else:
            for child in ast.iter_child_nodes(node):
                yield from self._imports(child, at_run_time=at_run_time)

    def origin(self, node: ast.ImportFrom) -> str:
        """The absolute name of what is imported from."""
        if not node.level:
            return node.module or ""
        package = self.name.split(".") + (["__init__"] if self.file.stem == "__init__" else [])
        return ".".join([*package[: -node.level], *([node.module] if node.module else [])])


def modules() -> list[Module]:
    """All modules of the package but those of `muxi.testing`."""
    found = []
    for file in sorted(PACKAGE.rglob("*.py")):
        parts = file.relative_to(PACKAGE.parent).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        found.append(Module(name, file))
    return [module for module in found if not module.is_in("muxi.testing")]


MODULES = modules()
