"""Rules that the package holds: short endpoints, docstrings, types, imports."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import get_origin

import pytest

from .source import MODULES, PACKAGE, Definition, Function, Module

_LAZY_PACKAGES = ["muxi", "muxi.models.formation", "muxi.models.server", "muxi.testing"]
_EXACTLY_TYPED = (
    "muxi.clients",
    "muxi.errors",
    "muxi.retry",
    "muxi.auth",
    "muxi.settings",
    "muxi.resources",
)


def public_names(package: ModuleType) -> set[str]:
    """What users may import from a package; not its submodules."""
    return {
        name
        for name in dir(package)
        if not name.startswith("_") and not isinstance(getattr(package, name), ModuleType)
    }


def stub_names(package: ModuleType) -> set[str]:
    """What type checkers and editors see in a package."""
    stub = ast.parse(Path(f"{package.__file__}i").read_text())
    imports = [node for node in stub.body if isinstance(node, ast.ImportFrom)]
    assert imports == stub.body
    return {alias.asname or "" for node in imports for alias in node.names}


def is_public(node: Definition) -> bool:
    return not node.name.startswith("_")


def resource_methods() -> Iterator[tuple[Module, Function]]:
    """The methods of all namespaces."""
    for module in MODULES:
        for kind in module.tree.body if module.is_in("muxi.resources") else ():
            if isinstance(kind, ast.ClassDef) and any(
                ast.unparse(base) == "Resource" for base in kind.bases
            ):
                yield from ((module, node) for node in kind.body if isinstance(node, Function))


def annotations(node: Function) -> Iterator[ast.expr]:
    """Of all parameters and of what is returned."""
    given = node.args
    every = [*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg, given.kwarg]
    yield from (one.annotation for one in every if one is not None and one.annotation is not None)
    if node.returns is not None:
        yield node.returns


def says_any(annotation: ast.expr) -> bool:
    return any(
        (isinstance(node, ast.Name) and node.id == "Any")
        or (isinstance(node, ast.Attribute) and node.attr == "Any")
        for node in ast.walk(annotation)
    )


def test_the_rules_see_the_package() -> None:
    names = {module.name for module in MODULES}
    assert names >= {"muxi", "muxi.clients", "muxi.models.formation.chat"}
    assert len([*resource_methods()]) > 10


@pytest.mark.parametrize("name", _LAZY_PACKAGES)
def test_checkers_interpreter_and_star_import_see_the_same_names(name: str) -> None:
    package = import_module(name)
    public = {one for one in stub_names(package) if not one.startswith("_")}
    starred: dict[str, object] = {}
    exec(f"from {name} import *", starred)
    assert starred.keys() - {"__builtins__"} == public == public_names(package)
    assert all(value is getattr(package, one) for one, value in starred.items() if one in public)


@pytest.mark.parametrize("service", ["formation", "server"])
def test_each_namespace_is_in_its_package(service: str) -> None:
    package = import_module(f"muxi.resources.{service}")
    stub = ast.parse(Path(package.__path__[0]).with_name(f"_{service}.pyi").read_text())
    made = {node.name for node in stub.body if isinstance(node, ast.ClassDef)}
    namespaces = {name for name in made if not name.startswith(("Async", "Raw"))}
    assert len(namespaces) > 3
    assert public_names(package) == namespaces


@pytest.mark.parametrize("name", _LAZY_PACKAGES)
def test_public_classes_have_docstrings_of_their_own(name: str) -> None:
    package = import_module(name)
    found = {one: getattr(package, one) for one in public_names(package)}
    # On Python 3.10, `Callable[…]` is a type, too.
    classes = {
        one: value
        for one, value in found.items()
        if isinstance(value, type) and get_origin(value) is None
    }
    assert classes
    assert [one for one, value in classes.items() if not vars(value).get("__doc__")] == []


def test_endpoints_are_short() -> None:
    """At most 3 statements on average, docstrings apart: what is longer is no description."""
    counts = [
        sum(isinstance(one, ast.stmt) for one in ast.walk(node)) - 1 - bool(ast.get_docstring(node))
        for _, node in resource_methods()
        if {ast.unparse(one) for one in node.decorator_list}
        & {"endpoint", "flow", "streaming", "paging"}
    ]
    assert len(counts) > 100
    assert sum(counts) / len(counts) <= 3


def test_public_signatures_have_no_any() -> None:
    loose = [
        f"{module.at(annotation.lineno)} {node.name}: {ast.unparse(annotation)}"
        for module in MODULES
        if module.is_in(*_EXACTLY_TYPED)
        for node in module.definitions()
        if isinstance(node, Function) and (is_public(node) or node.name.endswith("__"))
        for annotation in annotations(node)
        if says_any(annotation)
    ]
    assert loose == []


def test_few_modules_know_httpx() -> None:
    knowing = {
        module.name
        for module in MODULES
        for one in module.imports
        if one.at_run_time and one.is_of("httpx", "httpx_sse", "httpcore")
    }
    assert "muxi._http.pool" in knowing
    assert [name for name in knowing if not name.startswith("muxi._http.")] == []


def test_models_import_nothing_but_models() -> None:
    wrong = [
        f"{module.at(one.line)} {one.name}"
        for module in MODULES
        if module.is_in("muxi.models")
        for one in module.imports
        if one.is_of("muxi") and not one.is_of("muxi.models", "muxi._lazy", "muxi.errors")
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("statement", "absent"),
    [
        ("import muxi", {"httpx", "pydantic", "asyncio", "typing", "re"}),
        ("from muxi import FormationClient", {"httpx", "pydantic"}),
    ],
)
def test_imports_are_cheap(statement: str, absent: set[str]) -> None:
    code = f"import sys; before = {{*sys.modules}}; {statement}; print(*{{*sys.modules}} - before)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=PACKAGE.parent, capture_output=True, text=True, check=True
    )
    loaded = set(done.stdout.split())
    assert "muxi" in loaded
    assert loaded & absent == set()
