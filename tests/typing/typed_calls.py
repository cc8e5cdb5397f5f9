"""A file of type assertions for each module of methods, written from their descriptions.

Of a method described as `Call[Agent]` it says what each kind of client must make: `Agent`, or a
`Response` of it, awaited or not. Arguments are variables of the types that the description names.
And the method takes what the description takes, no less (first line of `Like`) and no more (second
line). So the stubs, which clients have, say what the descriptors say.
"""

from __future__ import annotations

import ast
import builtins
import sys
from collections import defaultdict
from collections.abc import Iterator
from inspect import Parameter
from pathlib import Path

from muxi._core.endpoint import Endpoint, FlowMethod, PagesMethod, StreamMethod

from ..surface.makers import sync_client
from ..surface.methods import METHODS, Method
from ..surface.source import MODULES, Module

_HEAD = """\
# pyright: reportPrivateUsage=false, reportUnusedImport=false
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Generic, ParamSpec
from typing_extensions import assert_type
from muxi import AsyncFormationClient, AsyncServerClient, FormationClient, Response, ServerClient
from muxi._core.call import Call
from muxi._core.endpoint import FlowCall
from muxi._core.steps import Pages, StreamCall
from muxi._core.async_stream import AsyncStream
from muxi._core.stream import Stream
P = ParamSpec("P")
class Like(Generic[P]):
    def __init__(self, method: Callable[P, object]) -> None: ...
    def same(self, method: Callable[P, object]) -> None: ...
"""

_CLIENTS = ("client", "aclient", "client.raw", "aclient.raw")

_MADE: dict[type[object], tuple[str, ...]] = {
    Endpoint: (*("{}", "{}", "Response[{}]", "Response[{}]"), "Call[{}]"),
    FlowMethod: (*("{}",) * 4, "FlowCall[{}]"),
    StreamMethod: (*("Stream[{}]", "AsyncStream[{}]") * 2, "StreamCall[{}]"),
    PagesMethod: (*("Iterator[{}]", "AsyncIterator[{}]") * 2, "Pages[{}]"),
}
"""What a method gives on a sync client, an async one, on the raw sides of both, and built."""


def write_typed_calls(folder: Path) -> None:
    """Write the files: all methods are in one of them."""
    by_module: defaultdict[str, list[Method]] = defaultdict(list)
    for method in METHODS:
        by_module[method.descriptor.__wrapped__.__module__].append(method)
    for module in MODULES:
        if methods := by_module.pop(module.name, None):
            name = module.name.removeprefix("muxi.resources.").replace(".", "_")
            (folder / f"calls_{name}.py").write_text("\n".join(_lines(module, methods)))
    assert not by_module


def _lines(module: Module, methods: list[Method]) -> Iterator[str]:
    names = {name for method in methods for name in _names(method)}
    yield _HEAD
    yield from _imports(module, names)
    for method in methods:
        yield from _function(method)


def _annotations(method: Method) -> list[str]:
    return [str(one) for one in method.descriptor.__wrapped__.__annotations__.values()]


def _names(method: Method) -> Iterator[str]:
    """The names that the types of a method are made of."""
    for annotation in _annotations(method):
        for node in ast.walk(ast.parse(annotation)):
            if isinstance(node, ast.Name) and not hasattr(builtins, node.id):
                yield node.id


def _imports(module: Module, names: set[str]) -> Iterator[str]:
    """The imports of a module that are needed, absolute, and those of what it defines itself."""
    found = set()
    for node in ast.walk(module.tree):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            start = f"from {module.origin(node)} " if isinstance(node, ast.ImportFrom) else ""
            for alias in node.names:
                known = alias.asname or alias.name
                if known in names:
                    found.add(known)
                    yield f"{start}import {alias.name} as {known}"
    defined = vars(sys.modules[module.name])
    yield from (f"from {module.name} import {name}" for name in names - found if name in defined)


def _function(method: Method) -> Iterator[str]:
    service = f"{method.service.capitalize()}Client"
    parameters = method.parameters()
    typed = [f"{one.name}: {one.annotation}" for one in parameters]
    clients = [f"client: {service}", f"aclient: Async{service}"]
    described = method.descriptor.__wrapped__.__annotations__["return"]
    answer = described.partition("[")[2].removesuffix("]")
    owner = type(method.namespace(sync_client(method.service)))
    home, own = owner.__module__, owner.__name__
    if len(method.path) == 1:
        home, own = f"muxi.resources.{method.service}", f"{method.service.capitalize()}Api"
    path = ".".join(method.path)
    methods = [f"{client}.{path}" for client in _CLIENTS]
    build = f"{own}.{method.name}.build"
    awaited = isinstance(method.descriptor, (Endpoint, FlowMethod))

    yield f"async def {'__'.join(method.path)}({', '.join([*clients, *typed])}) -> None:"
    yield f"    from {home} import {own}"
    given = ", ".join(
        f"{one.name}={one.name}" if one.kind is Parameter.KEYWORD_ONLY else one.name
        for one in parameters
    )
    for call, made in zip([*methods, build], _MADE[type(method.descriptor)], strict=True):
        wait = "await " if awaited and call.startswith("aclient") else ""
        yield f"    _ = assert_type({wait}{call}({given}), {made.format(answer)})"
    for call in methods:
        yield f"    Like({build}).same({call})"
        yield f"    Like({call}).same({build})"
