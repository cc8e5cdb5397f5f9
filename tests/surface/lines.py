"""How long the methods of the namespaces are: `python -m tests.surface.lines` prints it.

Counted is what stands in the file for one endpoint, a method that describes one call or stream:
decorator, signature, docstring and body, without blank lines. Told beside it are walks, the methods
that make several of these calls, and what methods share, such as imports and helpers.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from muxi._endpoint import endpoint, flow, paging, streaming

from .source import MODULES, Function, Module

ENDPOINTS = (endpoint, streaming)
WALKS = (flow, paging)


@dataclass(frozen=True)
class Namespace:
    """A file of methods."""

    name: str
    endpoints: tuple[int, ...]
    """Lines of each."""
    walks: tuple[int, ...]
    others: int
    """Lines of the file that belong to no method: imports, classes, helpers, properties."""

    @property
    def average(self) -> float:
        return sum(self.endpoints) / len(self.endpoints)


def decorated(module: Module, *decorators: type) -> Iterator[Function]:
    """The methods of some kinds."""
    wanted = {one.__name__ for one in decorators}
    for kind in module.tree.body:
        for node in kind.body if isinstance(kind, ast.ClassDef) else ():
            if isinstance(node, Function) and wanted & {
                ast.unparse(one) for one in node.decorator_list
            }:
                yield node


def span(node: Function, text: list[str]) -> int:
    """The lines of a method that aren't blank, from its decorator to its end."""
    first = min(one.lineno for one in node.decorator_list)
    return sum(bool(line.strip()) for line in text[first - 1 : node.end_lineno])


def namespaces() -> list[Namespace]:
    """All files that have endpoints."""
    found = []
    for module in MODULES:
        if not module.is_in("muxi.resources"):
            continue
        text = module.file.read_text().splitlines()
        endpoints = tuple(span(node, text) for node in decorated(module, *ENDPOINTS))
        walks = tuple(span(node, text) for node in decorated(module, *WALKS))
        if endpoints:
            name = ".".join(module.name.split(".")[-2:])
            others = sum(bool(line.strip()) for line in text) - sum(endpoints) - sum(walks)
            found.append(Namespace(name, endpoints, walks, others))
    return found


def averages(found: list[Namespace]) -> dict[str, float]:
    """Lines an endpoint, by service."""
    by_service: dict[str, list[int]] = defaultdict(list)
    for one in found:
        by_service[one.name.partition(".")[0]] += one.endpoints
    return {service: sum(lines) / len(lines) for service, lines in by_service.items()}


def main() -> None:
    found = namespaces()
    titles = ("endpoints", "lines", "average", "longest", "walks", "others")
    print(f"{'namespace':24}", *(f"{title:>9}" for title in titles))
    for one in found:
        lines = f"{sum(one.endpoints):9} {one.average:9.1f} {max(one.endpoints):9}"
        shared = f"{sum(one.walks):9} {one.others:9}"
        print(f"{one.name:24} {len(one.endpoints):9} {lines} {shared}")
    for service, average in averages(found).items():
        print(f"{service:24} {average:29.1f}")


if __name__ == "__main__":
    main()
