"""Write `muxi/resources/_<service>.py` and `.pyi`: the namespaces as each kind of client has them.

A method in `muxi/resources` describes a call; what it returns depends on the client. The stubs say
it in plain classes, which every type checker and editor understands: `Chat`, `AsyncChat`, and
`RawChat`, `AsyncRawChat` for `client.raw`. The modules beside them give these names to the one
class that all of them are.

`python -m tools.write_stubs` writes the files; with `--check` it fails if they are stale.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any

from muxi._core.endpoint import Endpoint, FlowMethod, MethodDescriptor, PagesMethod, StreamMethod

from .generated import PACKAGE, main

RESOURCES = PACKAGE / "resources"
KINDS = ("", "Async", "Raw", "AsyncRaw")
DECORATORS: dict[str, type[MethodDescriptor[Any, ..., Any]]] = {
    "endpoint": Endpoint,
    "flow": FlowMethod,
    "streaming": StreamMethod,
    "paging": PagesMethod,
}
HEAD = '"""Written by `make generate`: the namespaces as each kind of client has them."""\n\n'
IMPORTS = """\
from collections.abc import AsyncIterator, Iterator
from .._core.async_stream import AsyncStream
from .._core.call import Response
from .._core.resource import Resource
from .._core.stream import Stream
"""


@dataclass(frozen=True)
class Namespace:
    """A class of methods in a module of a service."""

    service: str
    module: str
    name: str

    @cached_property
    def tree(self) -> ast.Module:
        """The module that defines it."""
        return ast.parse((RESOURCES / self.service / f"{self.module}.py").read_text())

    @cached_property
    def members(self) -> list[ast.stmt]:
        """The body of its class."""
        [found] = [
            node
            for node in self.tree.body
            if isinstance(node, ast.ClassDef) and node.name == self.name
        ]
        return found.body

    @cached_property
    def imported(self) -> dict[str, str]:
        """The module's imports by the name that they define, as the stub writes them."""
        found: dict[str, str] = {}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.ImportFrom):
                # `...models` in a module of the service is `..models` in the stub
                up = "." * (node.level - 1) if node.level > 1 else f".{self.service}."
                module = f"{up if node.level else ''}{node.module or ''}"
                found |= {
                    one.asname or one.name: f"from {module} import {one.name} as {one.asname}"
                    if one.asname
                    else f"from {module} import {one.name}"
                    for one in node.names
                }
            elif isinstance(node, ast.Import):
                found |= {one.name: f"import {one.name}" for one in node.names}
        return found

    def of(self, name: str) -> Namespace:
        """Return a namespace that this module names: its own, or an imported one."""
        line = self.imported.get(name)
        module = line.split()[1].rpartition(".")[2] if line else self.module
        return Namespace(self.service, module, name)

    def method(self, name: str) -> ast.FunctionDef:
        """Return the description of a method."""
        [found] = [
            node for node in self.members if isinstance(node, ast.FunctionDef) and node.name == name
        ]
        return found

    def methods(self) -> Iterator[tuple[str, ast.FunctionDef]]:
        """Return the descriptions of its methods by name, such as `chat_stream = Chat.stream`."""
        for node in self.members:
            if isinstance(node, ast.FunctionDef) and _decorator(node) in DECORATORS:
                yield node.name, node
            elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Attribute):
                other = self.of(ast.unparse(node.value.value))
                yield ast.unparse(node.targets[0]), other.method(node.value.attr)

    def children(self) -> Iterator[tuple[str, Namespace, str]]:
        """Return the namespaces in it, with their names and docstrings."""
        for pair in pairwise(self.members):
            match pair:
                case (
                    ast.Assign([ast.Name(name)], ast.Call(ast.Name("Namespace"), [ast.Name(kind)])),
                    ast.Expr(ast.Constant(str(docstring))),
                ):
                    yield name, self.of(kind), docstring
                case _:
                    pass

    def all(self) -> Iterator[Namespace]:
        """Return the namespace and all below it."""
        yield self
        for _, child, _ in self.children():
            yield from child.all()

    def used_imports(self) -> Iterator[str]:
        """Return the imports of what the types of its methods name."""
        for _, described in self.methods():
            for part in (described.args, _answer(described)):
                for node in ast.walk(part):
                    if isinstance(node, ast.Name) and node.id in self.imported:
                        yield self.imported[node.id]

    def stub(self, kind: str) -> str:
        """Return the class that a kind of client has."""
        lines = [f"class {kind}{self.name}(Resource):"]
        for name, child, docstring in self.children():
            header = f"def {name}(self) -> {kind}{child.name}:"
            lines += ["@property", f'{header} """{docstring}"""']
        lines += [_stub_method(name, node, kind) for name, node in self.methods()]
        return "\n    ".join(lines)


def _decorator(node: ast.FunctionDef) -> str:
    return ast.unparse(node.decorator_list[0]) if node.decorator_list else ""


def _answer(described: ast.FunctionDef) -> ast.expr:
    """Return `T` of a description that returns `Call[T]`."""
    assert isinstance(described.returns, ast.Subscript)
    return described.returns.slice


def _stub_method(name: str, described: ast.FunctionDef, kind: str) -> str:
    decorator, is_async = DECORATORS[_decorator(described)], kind.startswith("Async")
    template = decorator.returns_raw if kind.endswith("Raw") else decorator.returns
    answer = ast.unparse(_answer(described)).strip("()")
    returned = template.format("Async" if is_async else "", answer)
    keyword = "async def" if is_async and decorator.is_awaited else "def"
    body = "..."
    if name != described.name:  # editors find no docstring at the assignment in the source
        body = f'"""{(ast.get_docstring(described) or "").splitlines()[0]}"""'
    return f"{keyword} {name}({ast.unparse(described.args)}) -> {returned}: {body}"


def _files(service: str, root: str) -> Iterator[tuple[Path, str]]:
    found = sorted(set(Namespace(service, "root", root).all()), key=lambda one: one.name)
    imports = {line for one in found for line in one.used_imports()}
    classes = [one.stub(kind) for one in found for kind in KINDS]
    yield (
        RESOURCES / f"_{service}.pyi",
        HEAD + IMPORTS + "\n".join(sorted(imports)) + "\n\n" + "\n\n".join(classes),
    )
    names = [f"from .{service}.{one.module} import {one.name} as {one.name}" for one in found]
    names += [" = ".join(f"{kind}{one.name}" for kind in (*KINDS[1:], "")) for one in found]
    yield RESOURCES / f"_{service}.py", HEAD + "\n".join(names)


def files() -> Iterator[tuple[Path, str]]:
    """Return the text of each file that is written."""
    yield from _files("formation", "FormationApi")
    yield from _files("server", "ServerApi")


if __name__ == "__main__":
    main(files())
