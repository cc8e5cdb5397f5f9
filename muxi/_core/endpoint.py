"""Turns functions that describe calls into methods, sync or async depending on the transport.

Type checkers read what clients return in stubs, which `make generate` writes from the descriptions.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import field
from functools import partial, wraps
from inspect import Signature, signature
from types import FunctionType, MethodType
from typing import Any, ClassVar, Concatenate, Generic, ParamSpec, TypeVar, overload

from ..errors import MuxiError, ValidationError
from . import telemetry
from .call import Call, EventT, IdError, Response, ResultT, T
from .checks import check_delay
from .resource import Resource, Transport, is_raw, transport_of
from .steps import Flow, Pages, StreamCall
from .telemetry import observe_method
from .tracebacks import trimmed
from .values import value

P = ParamSpec("P")
DescribedT = TypeVar("DescribedT")
ReturnT = TypeVar("ReturnT")
MethodT = TypeVar("MethodT", bound="MethodDescriptor[Any, ..., Any]")

_MODULE = re.compile(r"\b[a-z_]\w*\.(?=[A-Z])")
"""The module prefix of a type in an annotation, such as `m.`."""


_SECONDS = frozenset({"timeout", "silence_timeout", "stall_after", "poll_interval"})
"""The arguments of methods that are seconds. All are keyword-only."""


class MethodDescriptor(Generic[ReturnT, P, DescribedT]):
    """Base class of the four kinds of methods. Creates real functions from a description."""

    describes: ClassVar[str]
    """The type that the decorated function returns."""
    returns: ClassVar[str]
    """The method's return type, made of that type's arguments."""
    returns_raw: ClassVar[str]
    """The method's return type on `client.raw`."""
    is_awaited: ClassVar[bool] = True

    def __init__(self, describe: Callable[Concatenate[Any, P], DescribedT]) -> None:
        self._functions: dict[tuple[bool, bool], FunctionType] = {}
        self.__doc__ = describe.__doc__
        self.__wrapped__ = describe

    def __set_name__(self, owner: type, name: str) -> None:
        if not hasattr(self, "_home"):  # else it is an alias in another class
            self._home = owner, name

    def __reduce__(self) -> tuple[object, ...]:
        return getattr, self._home

    # Editors read the types of `__get__` and of the functions below: they follow neither `Self` nor
    # a class as a decorator. A method of a live object is shown as a sync client has it.
    @overload
    def __get__(self, instance: Resource, owner: object) -> Callable[P, ReturnT]: ...
    @overload
    def __get__(self: MethodT, instance: None, owner: object) -> MethodT: ...
    def __get__(self, instance: Resource | None, owner: object) -> object:
        return self if instance is None else self._bound(instance)

    @property
    def _operation(self) -> str:
        """The method's name for users and traces, such as `chat.send`."""
        owner, name = self._home
        return f"{owner.__name__.removesuffix('Api').lower()}.{name}"

    def build(self, *args: P.args, **kwargs: P.kwargs) -> object:
        """Return the description without sending it. It doesn't depend on the client."""
        raise NotImplementedError

    def _begin(self, transport: Transport, described: DescribedT, *, raw: bool) -> Any:  # noqa: ANN401
        raise NotImplementedError

    def _names(self) -> Mapping[str, object]:
        """Return the names that `returns` may refer to."""
        return {}

    def _describe(self, resource: Resource | None, *args: P.args, **kwargs: P.kwargs) -> DescribedT:
        for name in _SECONDS.intersection(kwargs):
            check_delay(name, kwargs[name])
        try:
            return self.__wrapped__(resource, *args, **kwargs)
        except IdError as exc:
            given = signature(self.__wrapped__).bind(object(), *args, **kwargs).arguments
            names = [name for name, value in given.items() if value is exc.part]
            raise ValidationError(f"{names[0] if names else 'An id'} {exc.problem}") from None

    def _bound(self, resource: Resource) -> MethodType:
        kind = transport_of(resource).is_async, is_raw(resource)
        function = self._functions.get(kind)
        if function is None:
            function = self._functions[kind] = self._function(*kind)
        return MethodType(function, resource)

    def _function(self, is_async: bool, raw: bool) -> FunctionType:
        describe, begin, operation = self._describe, self._begin, self._operation
        runs = self.is_awaited and not is_async

        @wraps(self.__wrapped__)
        def method(resource: Resource, /, *args: P.args, **kwargs: P.kwargs) -> Any:  # noqa: ANN401
            transport = transport_of(resource)
            try:
                with observe_method(operation if runs else None):
                    described = describe(resource, *args, **kwargs)
                    del args, kwargs  # tracebacks show local variables, and these may be secrets
                    return begin(transport, described, raw=raw)
            except MuxiError as exc:
                raise trimmed(exc, transport.options)  # noqa: B904  # the same error

        @wraps(self.__wrapped__)
        async def awaited(resource: Resource, /, *args: P.args, **kwargs: P.kwargs) -> object:
            try:
                with observe_method(operation):
                    begun = method(resource, *args, **kwargs)
                    del args, kwargs
                    return await begun
            except MuxiError as exc:
                raise trimmed(exc, transport_of(resource).options)  # noqa: B904  # the same error

        function: object = awaited if is_async and self.is_awaited else method
        assert isinstance(function, FunctionType)
        template = self.returns_raw if raw else self.returns
        self._annotate(function, template, "Async" if is_async else "")
        vars(function)["build"] = self.build
        return function

    def _annotate(self, function: FunctionType, template: str, client_kind: str) -> None:
        """Give the function the annotations of the method, which returns data instead of a call.

        `typing.get_type_hints` finds the types; `inspect.signature` and `help` show their names as
        users import them from `muxi`.
        """
        described = signature(self.__wrapped__)
        kind, _, answer = str(described.return_annotation).removesuffix("]").partition("[")
        assert kind == self.describes, f"{function.__qualname__} returns no {self.describes}"
        returned = template.format(client_kind, answer)
        hint = eval(returned, {**self.__wrapped__.__globals__, **self._names()})
        function.__annotations__ = {**self.__wrapped__.__annotations__, "return": hint}
        parameters = [
            one.replace(annotation=_MODULE.sub("", one.annotation))
            if isinstance(one.annotation, str)
            else one
            for one in described.parameters.values()
        ]
        vars(function)["__signature__"] = Signature(
            parameters, return_annotation=_MODULE.sub("", returned)
        )


@value
class FlowCall(Generic[T]):
    """A method of several calls as a value. Each iteration runs it again."""

    describe: Callable[[], Flow[T]] = field(repr=False)

    def __iter__(self) -> Flow[T]:
        return self.describe()


class Endpoint(MethodDescriptor[T, P, Call[T]], Generic[T, P]):
    """A method of one call."""

    describes = "Call"
    returns = "{1}"
    returns_raw = "Response[{1}]"

    def build(self, *args: P.args, **kwargs: P.kwargs) -> Call[T]:
        """Return the description without sending it. It doesn't depend on the client."""
        return self._describe(None, *args, **kwargs)

    def _begin(self, transport: Transport, described: Call[T], *, raw: bool) -> Any:  # noqa: ANN401
        return transport.respond(described) if raw else transport.call(described)

    def _names(self) -> Mapping[str, object]:
        return {"Response": Response}


class FlowMethod(MethodDescriptor[T, P, Flow[T]], Generic[T, P]):
    """A method of several calls. Raw clients return its data too."""

    describes = "Flow"
    returns = returns_raw = "{1}"

    def build(self, *args: P.args, **kwargs: P.kwargs) -> FlowCall[T]:
        """Return the description without sending anything."""
        return FlowCall(partial(self._describe, None, *args, **kwargs))

    def _begin(self, transport: Transport, described: Flow[T], *, raw: bool) -> Any:  # noqa: ANN401
        return transport.run(described)


class StreamMethod(
    MethodDescriptor[object, P, StreamCall[EventT, ResultT]],
    Generic[EventT, ResultT, P],
):
    """A method that streams the events of a call."""

    describes = "StreamCall"
    returns = returns_raw = "{0}Stream[{1}]"
    is_awaited = False

    def build(self, *args: P.args, **kwargs: P.kwargs) -> StreamCall[EventT, ResultT]:
        """Return the description without sending it. It doesn't depend on the client."""
        return self._describe(None, *args, **kwargs)

    def _begin(
        self, transport: Transport, described: StreamCall[EventT, ResultT], *, raw: bool
    ) -> Any:  # noqa: ANN401
        stream: Any = transport.stream(described)
        if telemetry.observer is not None:
            stream.observe(telemetry.observer.stream(self._operation))
        return stream

    def _names(self) -> Mapping[str, object]:
        from .async_stream import AsyncStream
        from .stream import Stream

        return {"Stream": Stream, "AsyncStream": AsyncStream}


class PagesMethod(MethodDescriptor[Iterator[T], P, Pages[T]], Generic[T, P]):
    """A method that iterates over pages. Raw clients return the items, too."""

    describes = "Pages"
    returns = returns_raw = "{0}Iterator[{1}]"
    is_awaited = False

    def build(self, *args: P.args, **kwargs: P.kwargs) -> Pages[T]:
        """Return the description without sending it. It doesn't depend on the client."""
        return self._describe(None, *args, **kwargs)

    def _begin(self, transport: Transport, described: Pages[T], *, raw: bool) -> Any:  # noqa: ANN401
        return transport.iterate(described)

    def _names(self) -> Mapping[str, object]:
        return {"Iterator": Iterator, "AsyncIterator": AsyncIterator}


def endpoint(describe: Callable[Concatenate[Any, P], Call[T]]) -> Endpoint[T, P]:
    """Turn a function that describes one call into a method."""
    return Endpoint(describe)


def flow(describe: Callable[Concatenate[Any, P], Flow[T]]) -> FlowMethod[T, P]:
    """Turn a generator that makes several calls into a method."""
    return FlowMethod(describe)


def streaming(
    describe: Callable[Concatenate[Any, P], StreamCall[EventT, ResultT]],
) -> StreamMethod[EventT, ResultT, P]:
    """Turn a function that describes a call with a stream of events into a method."""
    return StreamMethod(describe)


def paging(describe: Callable[Concatenate[Any, P], Pages[T]]) -> PagesMethod[T, P]:
    """Turn a function that describes pages into a method."""
    return PagesMethod(describe)
