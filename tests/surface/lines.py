"""How long the methods of the namespaces are: `python -m tests.surface.lines` prints it.

Counted is what stands in the file for one endpoint: decorator, signature, docstring and body,
without blank lines. What methods share, such as imports and helpers, is told beside it.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from muxi._endpoint import _Method

from .source import MODULES, Function, Module

_DECORATORS = {kind.__name__ for kind in _Method.__subclasses__()}


@dataclass(frozen=True)
class Namespace:
    """A file of methods."""

    name: str
    methods: tuple[int, ...]
    """Lines of each."""
    others: int
    """Lines of the file that belong to no method: imports, classes, helpers, properties."""

    @property
    def average(self) -> float:
        return sum(self.methods) / len(self.methods)


def decorated(module: Module) -> Iterator[Function]:
    """The methods that describe calls."""
    for kind in module.tree.body:
        for node in kind.body if isinstance(kind, ast.ClassDef) else ():
            if isinstance(node, Function) and _DECORATORS & {
                ast.unparse(one) for one in node.decorator_list
            }:
                yield node


def span(node: Function, text: list[str]) -> int:
    """The lines of a method that aren't blank, from its decorator to its end."""
    first = min(one.lineno for one in node.decorator_list)
    return sum(bool(line.strip()) for line in text[first - 1 : node.end_lineno])


def namespaces() -> list[Namespace]:
    """All files that have methods."""
    found = []
    for module in MODULES:
        if not module.is_in("muxi.resources"):
            continue
        text = module.file.read_text().splitlines()
        methods = tuple(span(node, text) for node in decorated(module))
        if methods:
            name = ".".join(module.name.split(".")[-2:])
            others = sum(bool(line.strip()) for line in text) - sum(methods)
            found.append(Namespace(name, methods, others))
    return found


def averages(found: list[Namespace]) -> dict[str, float]:
    """Lines a method, by service."""
    by_service: dict[str, list[int]] = defaultdict(list)
    for one in found:
        by_service[one.name.partition(".")[0]] += one.methods
    return {service: sum(lines) / len(lines) for service, lines in by_service.items()}


def main() -> None:
    found = namespaces()
    print(f"{'namespace':30}{'methods':>8}{'lines':>8}{'average':>9}{'longest':>9}{'others':>8}")
    for one in found:
        lines = f"{len(one.methods):8}{sum(one.methods):8}{one.average:9.1f}{max(one.methods):9}"
        print(f"{one.name:30}{lines}{one.others:8}")
    for service, average in averages(found).items():
        print(f"{service:46}{average:9.1f}")


if __name__ == "__main__":
    main()
