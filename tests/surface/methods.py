"""The methods of both services, found by machine, and arguments to call them with."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timezone
from inspect import Parameter, signature
from io import BytesIO
from os import PathLike
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import AwareDatetime, BaseModel, SecretStr

from muxi import MuxiError
from muxi._core.call import Call
from muxi._core.endpoint import FlowCall, MethodDescriptor
from muxi._core.resource import Namespace
from muxi._core.steps import ConsumeStream, Pages, RunInThread, StreamCall
from muxi._files.download import OnProgress, Writable
from muxi.models._base import Request
from muxi.models.formation._files import Readable
from muxi.resources.formation import FormationApi
from muxi.resources.server import ServerApi

from ..support.endpoint_calls.memory import PRIVATE_KEY

Arguments = dict[str, Any]
Descriptor = MethodDescriptor[Any, ..., Any]


class _Again:
    """A file that is as new each time."""

    name = "again.txt"

    def read(self) -> bytes:
        return b"x"


_SIMPLE: dict[object, list[object]] = {
    str: ["a b"],
    bytes: [b"x"],
    bool: [True, False],
    int: [7],
    float: [0.5],
    object: ["anything"],
    Any: ["anything"],
    date: [date(2025, 1, 2)],
    datetime: [datetime(2025, 1, 2, tzinfo=timezone.utc)],
    AwareDatetime: [datetime(2025, 1, 2, tzinfo=timezone.utc)],
    SecretStr: [SecretStr("hidden")],
    PathLike[str]: [Path(__file__).with_name("__init__.py")],
    Writable: [BytesIO()],
    Readable: [_Again()],
    MuxiError: [MuxiError("It failed", request_id="a b")],
    OnProgress: [lambda received, total: None],
}

_NOTE = Path(__file__).with_name("__init__.py")
_HELLO = Path(__file__).parents[2] / "examples" / "hello-formation"

_FIXED: Arguments = {"private_key": PRIVATE_KEY}
"""With other values nothing is sent."""

_OF_METHOD: dict[str, Arguments] = {
    "formation.memories.ingest": {"source": "mail"},  # a text alone is refused
    "formation.requests.wait": {"timeout": 0},  # else it waits for what nobody knows
}

_WITH: dict[str, Arguments] = {"type=recurring": {"schedule": "0 9 * * *"}}
"""What an argument wants another one to be."""


@dataclass(frozen=True)
class Method:
    """A method by its way from the client, such as `sessions.get`."""

    service: Literal["formation", "server"]
    path: tuple[str, ...]
    descriptor: Descriptor

    def __str__(self) -> str:
        return ".".join((self.service, *self.path))

    @property
    def name(self) -> str:
        return self.path[-1]

    def namespace(self, client: object) -> object:
        """What holds the method on a client."""
        for name in self.path[:-1]:
            client = getattr(client, name)
        return client

    def of(self, client: object) -> Callable[..., Any]:
        """The method of a client."""
        bound: Callable[..., Any] = getattr(self.namespace(client), self.name)
        return bound

    def parameters(self) -> list[Parameter]:
        """All but `self`."""
        return list(signature(self.descriptor.__wrapped__).parameters.values())[1:]

    def evaluated(self, annotation: str) -> object:
        """The type that an annotation means, in the module of the method."""
        found: object = eval(annotation, self.descriptor.__wrapped__.__globals__)
        return found

    @property
    def _fixed(self) -> Arguments:
        return {**_FIXED, **_OF_METHOD.get(str(self), {})}

    def values(self, parameter: Parameter) -> list[object]:
        """A value for each alternative of a parameter."""
        fixed = self._fixed
        if parameter.name in fixed:
            return [fixed[parameter.name]]
        if parameter.name == "source" and "PathLike" in str(parameter.annotation):
            return [str(_HELLO), _HELLO]  # a bundle, not just any file
        found = values_of(self.evaluated(parameter.annotation))
        if parameter.name == "files":
            found = [[str(_NOTE)] if one == _SIMPLE[str] else one for one in found]
        return found

    def required(self) -> Arguments:
        """The fewest arguments."""
        return {
            one.name: self.values(one)[0]
            for one in self.parameters()
            if one.default is Parameter.empty
        }

    def variants(self) -> list[Arguments]:
        """The fewest arguments, then with each alternative of each parameter in turn."""
        parameters = self.parameters()
        names = {one.name for one in parameters}
        fewest = self.required() | {k: v for k, v in self._fixed.items() if k in names}
        return [fewest] + [
            {**fewest, one.name: value, **_WITH.get(f"{one.name}={value}", {})}
            for one in parameters
            for value in self.values(one)
        ]


def values_of(kind: object) -> list[object]:
    """A value for each alternative of a type."""
    if kind in _SIMPLE:
        return _SIMPLE[kind]
    origin, inner = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return values_of(inner[0])
    if origin in (Union, UnionType):
        return _values_of_union(inner)
    if origin is Literal:
        return list(inner)
    if origin is Callable:
        return [lambda *told: None]
    if origin in (list, Sequence):
        return [[value] for value in values_of(inner[0])]
    if origin is tuple:
        return [tuple(values_of(one)[0] for one in inner)]
    if origin in (dict, Mapping):
        return [{"key": value} for value in values_of(inner[1])]
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return [_model(kind)]
    raise AssertionError(f"The tests know no value of {kind}: add one here.")


def _values_of_union(alternatives: Sequence[object]) -> list[object]:
    """A mapping beside a model is taken for that model."""
    found: list[object] = []
    for kind in alternatives:
        models = [value for value in found if isinstance(value, BaseModel)]
        if get_origin(kind) is Mapping and models:
            found.append(models[-1].model_dump(exclude_unset=True))
        elif kind is not NoneType:
            found.extend(values_of(kind))
    return found


def _model(kind: type[BaseModel]) -> BaseModel:
    """A request with every field; of an answer, what it needs and the ids."""
    wanted = {
        name: values_of(field.annotation)[0]
        for name, field in kind.model_fields.items()
        if issubclass(kind, Request) or field.is_required() or name.endswith("_id")
    }
    return kind.model_validate(wanted)


def first_call(described: object) -> Call[Any]:
    """The call that a description sends first."""
    if isinstance(described, StreamCall):
        if isinstance(described.call, Call):
            return described.call
        described = described.prepare(described.reader("http://server"))
    if isinstance(described, Pages):
        return first_call(described.next_page())
    if isinstance(described, FlowCall):
        described = iter(described)
    if isinstance(described, Generator):
        try:
            step: object = next(described)
            while isinstance(step, RunInThread):
                step = described.send(step.run())
        except StopIteration as stop:
            step = stop.value
        described.close()
        described = first_call(step.stream) if isinstance(step, ConsumeStream) else step
    assert isinstance(described, Call)
    return described


def walk(
    service: Literal["formation", "server"], api: type[object], path: tuple[str, ...] = ()
) -> Iterator[Method]:
    """All methods of a resource and of its namespaces."""
    members = {name: value for kind in reversed(api.__mro__) for name, value in vars(kind).items()}
    for name, member in members.items():
        if isinstance(member, MethodDescriptor):
            yield Method(service, (*path, name), member)
        elif isinstance(member, Namespace):
            yield from walk(service, member.kind, (*path, name))


METHODS = [*walk("formation", FormationApi), *walk("server", ServerApi)]
