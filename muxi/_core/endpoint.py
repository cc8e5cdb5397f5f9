"""Turns functions that describe calls into methods, sync or async depending on the transport."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field
from functools import partial, wraps
from inspect import Signature, signature
from types import FunctionType, MethodType
from typing import (
    TYPE_CHECKING,
    Any,
    ClassVar,
    Concatenate,
    Generic,
    ParamSpec,
    Protocol,
    TypeVar,
    overload,
)

from ..errors import MuxiError, ValidationError
from . import telemetry
from .call import Call, EventT, IdError, Response, ResultT, T
from .checks import check_delay
from .steps import Flow, Pages, StreamCall
from .telemetry import observe_method
from .tracebacks import trimmed

if TYPE_CHECKING:
    from typing_extensions import Self

    from .async_stream import AsyncStream
    from .options import Options
    from .stream import Stream

P = ParamSpec("P")
DescribedT = TypeVar("DescribedT")
TransportT = TypeVar("TransportT", covariant=True)

_MODULE = re.compile(r"\b[a-z_]\w*\.(?=[A-Z])")
"""The module prefix of a type in an annotation, such as `m.`."""


_SECONDS = frozenset({"timeout", "silence_timeout", "stall_after", "poll_interval"})
"""The arguments of methods that are seconds. All are keyword-only."""


class Sync:
    """Marks namespaces whose methods return the data."""


class Async:
    """Marks namespaces whose methods return an awaitable of the data."""


class RawSync:
    """Marks namespaces whose methods return a `Response`."""


class RawAsync:
    """Marks namespaces whose methods return an awaitable of a `Response`."""


class Transport(Protocol):
    """Runs calls. Its methods return results, or awaitables of results."""

    @property
    def is_async(self) -> bool:
        """Whether its methods return awaitables."""
        ...

    @property
    def options(self) -> Options:
        """The options for every call."""
        ...

    def view(self, options: Options, /) -> Self:
        """Return a transport with the same connections and other options."""
        ...

    def call(self, call: Call[Any], /) -> object:
        """Make a call and return its data."""
        ...

    def respond(self, call: Call[Any], /) -> object:
        """Make a call and return its whole `Response`."""
        ...

    def run(self, steps: Flow[Any], /) -> object:
        """Run a flow of several calls."""
        ...

    def stream(self, call: StreamCall[Any, Any], /) -> object:
        """Return a stream, which opens when it is used."""
        ...

    def iterate(self, pages: Pages[Any], /) -> object:
        """Iterate over the items of all pages."""
        ...


class Resource(Generic[TransportT]):
    """A namespace of methods on a transport. Its type argument decides what they return."""

    _raw = False

    def __init__(self, transport: Transport, *, raw: bool = False) -> None:
        self._transport = transport
        self._raw = raw

    def __repr__(self) -> str:
        options = self._transport.options
        user = f", user_id={options.user_id!r}" if options.user_id is not None else ""
        raw = ", raw=True" if self._raw else ""
        return f"{type(self).__name__}({options.base_url!r}{user}{raw})"


def _transport_of(resource: Resource[Any]) -> Transport:
    return resource._transport  # pyright: ignore[reportPrivateUsage]  # same module


def _is_raw(resource: Resource[Any]) -> bool:
    return resource._raw  # pyright: ignore[reportPrivateUsage]  # same module


class _Method(Generic[P, DescribedT]):
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

    def _describe(
        self, resource: Resource[Any] | None, *args: P.args, **kwargs: P.kwargs
    ) -> DescribedT:
        for name in _SECONDS.intersection(kwargs):
            check_delay(name, kwargs[name])
        try:
            return self.__wrapped__(resource, *args, **kwargs)
        except IdError as exc:
            given = signature(self.__wrapped__).bind(object(), *args, **kwargs).arguments
            names = [name for name, value in given.items() if value is exc.part]
            raise ValidationError(f"{names[0] if names else 'An id'} {exc.problem}") from None

    def _bound(self, resource: Resource[Any]) -> MethodType:
        kind = _transport_of(resource).is_async, _is_raw(resource)
        function = self._functions.get(kind)
        if function is None:
            function = self._functions[kind] = self._function(*kind)
        return MethodType(function, resource)

    def _function(self, is_async: bool, raw: bool) -> FunctionType:
        describe, begin, operation = self._describe, self._begin, self._operation
        runs = self.is_awaited and not is_async

        @wraps(self.__wrapped__)
        def method(resource: Resource[Any], /, *args: P.args, **kwargs: P.kwargs) -> Any:  # noqa: ANN401
            transport = _transport_of(resource)
            try:
                with observe_method(operation) if runs else nullcontext():
                    described = describe(resource, *args, **kwargs)
                    del args, kwargs  # tracebacks show local variables, and these may be secrets
                    return begin(transport, described, raw=raw)
            except MuxiError as exc:
                raise trimmed(exc, transport.options)  # noqa: B904  # the same error

        @wraps(self.__wrapped__)
        async def awaited(resource: Resource[Any], /, *args: P.args, **kwargs: P.kwargs) -> object:
            try:
                with observe_method(operation):
                    begun = method(resource, *args, **kwargs)
                    del args, kwargs
                    return await begun
            except MuxiError as exc:
                raise trimmed(exc, _transport_of(resource).options)  # noqa: B904  # the same error

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


class _DescribedOnce(_Method[P, DescribedT]):
    """A method whose description is one value, such as a `Call`."""

    def build(self, *args: P.args, **kwargs: P.kwargs) -> DescribedT:
        """Return the description without sending it. It doesn't depend on the client."""
        return self._describe(None, *args, **kwargs)


@dataclass(frozen=True)
class FlowCall(Generic[T]):
    """A method of several calls as a value. Each iteration runs it again."""

    describe: Callable[[], Flow[T]] = field(repr=False)

    def __iter__(self) -> Flow[T]:
        return self.describe()


class endpoint(_DescribedOnce[P, Call[T]]):
    """Turns a function that describes one call into a method."""

    describes = "Call"
    returns = "{1}"
    returns_raw = "Response[{1}]"

    def _begin(self, transport: Transport, described: Call[T], *, raw: bool) -> Any:  # noqa: ANN401
        return transport.respond(described) if raw else transport.call(described)

    def _names(self) -> Mapping[str, object]:
        return {"Response": Response}

    @overload
    def __get__(self, instance: None, owner: type) -> Self: ...
    @overload
    def __get__(self, instance: Resource[Sync], owner: type) -> Callable[P, T]: ...
    @overload
    def __get__(
        self, instance: Resource[Async], owner: type
    ) -> Callable[P, Coroutine[Any, Any, T]]: ...
    @overload
    def __get__(self, instance: Resource[RawSync], owner: type) -> Callable[P, Response[T]]: ...
    @overload
    def __get__(
        self, instance: Resource[RawAsync], owner: type
    ) -> Callable[P, Coroutine[Any, Any, Response[T]]]: ...
    def __get__(self, instance: Resource[Any] | None, owner: type) -> object:
        return self if instance is None else self._bound(instance)


class flow(_Method[P, Flow[T]]):
    """Turns a generator that makes several calls into a method. Raw clients return its data too."""

    describes = "Flow"
    returns = returns_raw = "{1}"

    def describe(self, *args: P.args, **kwargs: P.kwargs) -> Flow[T]:
        """Return the steps, for one run."""
        return self._describe(None, *args, **kwargs)

    def build(self, *args: P.args, **kwargs: P.kwargs) -> FlowCall[T]:
        """Return the description without sending anything."""
        return FlowCall(partial(self.describe, *args, **kwargs))

    def _begin(self, transport: Transport, described: Flow[T], *, raw: bool) -> Any:  # noqa: ANN401
        return transport.run(described)

    @overload
    def __get__(self, instance: None, owner: type) -> Self: ...
    @overload
    def __get__(self, instance: Resource[Sync | RawSync], owner: type) -> Callable[P, T]: ...
    @overload
    def __get__(
        self, instance: Resource[Async | RawAsync], owner: type
    ) -> Callable[P, Coroutine[Any, Any, T]]: ...
    def __get__(self, instance: Resource[Any] | None, owner: type) -> object:
        return self if instance is None else self._bound(instance)


class streaming(_DescribedOnce[P, StreamCall[EventT, ResultT]]):
    """Turns a function that describes a call with a stream of events into a method."""

    describes = "StreamCall"
    returns = returns_raw = "{0}Stream[{1}]"
    is_awaited = False

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

    @overload
    def __get__(self, instance: None, owner: type) -> Self: ...
    @overload
    def __get__(
        self, instance: Resource[Sync | RawSync], owner: type
    ) -> Callable[P, Stream[EventT, ResultT]]: ...
    @overload
    def __get__(
        self, instance: Resource[Async | RawAsync], owner: type
    ) -> Callable[P, AsyncStream[EventT, ResultT]]: ...
    def __get__(self, instance: Resource[Any] | None, owner: type) -> object:
        return self if instance is None else self._bound(instance)


class paging(_DescribedOnce[P, Pages[T]]):
    """Turns a function that describes pages into a method. Raw clients return the items, too."""

    describes = "Pages"
    returns = returns_raw = "{0}Iterator[{1}]"
    is_awaited = False

    def _begin(self, transport: Transport, described: Pages[T], *, raw: bool) -> Any:  # noqa: ANN401
        return transport.iterate(described)

    def _names(self) -> Mapping[str, object]:
        return {"Iterator": Iterator, "AsyncIterator": AsyncIterator}

    @overload
    def __get__(self, instance: None, owner: type) -> Self: ...
    @overload
    def __get__(
        self, instance: Resource[Sync | RawSync], owner: type
    ) -> Callable[P, Iterator[T]]: ...
    @overload
    def __get__(
        self, instance: Resource[Async | RawAsync], owner: type
    ) -> Callable[P, AsyncIterator[T]]: ...
    def __get__(self, instance: Resource[Any] | None, owner: type) -> object:
        return self if instance is None else self._bound(instance)
