"""The documentation site: its navigation has every page, its reference every public name."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

import muxi
from muxi._core.resource import Namespace, Resource
from muxi.resources.formation import FormationApi
from muxi.resources.server import ServerApi

from .pages import ROOT

DOCS = ROOT / "docs"


def documented() -> set[object]:
    """The objects that the pages of the reference name."""
    names = [
        name
        for page in (DOCS / "api").glob("*.md")
        for name in re.findall(r"^::: (\S+)$", page.read_text(), re.MULTILINE)
    ]
    return {resolve(name) for name in names}


def resolve(name: str) -> object:
    try:
        return import_module(name)
    except ModuleNotFoundError:
        module, _, attribute = name.rpartition(".")
        return getattr(import_module(module), attribute)


def namespaces(cls: type[Resource[object]]) -> set[type[Resource[object]]]:
    """The class of a client's methods, and of all its namespaces."""
    found = {cls}
    for value in vars(cls).values():
        if isinstance(value, Namespace):
            found |= namespaces(value.kind)
    return found


def test_the_navigation_has_every_page() -> None:
    listed = re.findall(r'" = "(\S+\.md)"', (ROOT / "zensical.toml").read_text())
    pages = [str(page.relative_to(DOCS)) for page in DOCS.rglob("*.md")]
    assert sorted(listed) == sorted(pages)


def test_the_reference_has_every_public_name() -> None:
    found = documented()
    names = [name for name in muxi.__all__ if name != "__version__"]
    public = {name: getattr(muxi, name) for name in names}
    homes = {name: import_module(value.__module__) for name, value in public.items()}
    missing = [name for name in names if not {public[name], homes[name]} & found]
    assert missing == []


def test_the_reference_has_every_namespace() -> None:
    assert (namespaces(FormationApi) | namespaces(ServerApi)) - documented() == set()


def test_the_reference_has_every_module_of_models() -> None:
    modules = {
        import_module(f"muxi.models.{path.parent.name}.{path.stem}")
        for service in ("formation", "server")
        for path in Path(muxi.__path__[0], "models", service).glob("[!_]*.py")
    }
    assert modules - documented() == set()
