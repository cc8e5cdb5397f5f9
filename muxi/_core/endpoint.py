"""Turns a description of a call into a method, sync or async by the transport it is bound to."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from dataclasses import dataclass
from functools import cached_property, partial, wraps
from inspect import signature
from types import FunctionType, MethodType
from typing import TYPE_CHECKING, Any, ClassVar, Concatenate, Generic, ParamSpec, TypeVar, overload

from .call import Call, EventT, Response, ResultT, T
from .steps import Flow, Pages, StreamCall

if TYPE_CHECKING:
    from typing_extensions import Self

    from .._http.async_stream import AsyncStream
    from .._http.stream import Stream

P = ParamSpec("P")
DescribedT = TypeVar("DescribedT")
TransportT = TypeVar("TransportT", covariant=True)


class Sync:
    """A transport whose calls return their answer."""

    is_async: ClassVar[bool] = False


class Async:
    """A transport whose calls are awaited for their answer."""

    is_async: ClassVar[bool] = True


class RawSync:
    """A transport whose calls return a `Response`."""

    is_async: ClassVar[bool] = False


class RawAsync:
    """A transport whose calls are awaited for a `Response`."""

    is_async: ClassVar[bool] = True


class Resource(Generic[TransportT]):
    """A namespace of methods over a transport; the transport's type decides what they return."""

    def __init__(self, transport: TransportT) -> None:
        self._transport = transport


def _transport_of(resource: Resource[Any]) -> Any:  # noqa: ANN401
    return resource._transport  # pyright: ignore[reportPrivateUsage]  # of this very file


class _Method(Generic[P, DescribedT]):
    """What the four kinds of methods share: the description, and real functions made from it."""

    verb: ClassVar[str]
    """The transport's method that takes the description."""
    awaitable: ClassVar[bool] = True

    def __init__(self, describe: Callable[Concatenate[Any, P], DescribedT]) -> None:
        self._describe = describe
        self.__doc__ = describe.__doc__
        self.__wrapped__ = describe

    def __set_name__(self, owner: type, name: str) -> None:
        self._home = owner, name

    def __reduce__(self) -> tuple[object, ...]:
        return getattr, self._home

    def build(self, *args: P.args, **kwargs: P.kwargs) -> object:
        """The description, without sending it."""
        raise NotImplementedError

    def _bound(self, instance: Resource[Any]) -> MethodType:
        is_async: bool = _transport_of(instance).is_async
        return MethodType(self._async if is_async else self._sync, instance)

    @cached_property
    def _sync(self) -> FunctionType:
        return self._dressed(self._plain(), "")

    @cached_property
    def _async(self) -> FunctionType:
        return self._dressed(self._awaited() if self.awaitable else self._plain(), "Async")

    def _plain(self) -> Callable[..., object]:
        describe, verb = self._describe, self.verb

        @wraps(describe)
        def method(resource: Resource[Any], /, *args: P.args, **kwargs: P.kwargs) -> object:
            return getattr(_transport_of(resource), verb)(describe(resource, *args, **kwargs))

        return method

    def _awaited(self) -> Callable[..., object]:
        describe, verb = self._describe, self.verb

        @wraps(describe)
        async def method(resource: Resource[Any], /, *args: P.args, **kwargs: P.kwargs) -> object:
            made = getattr(_transport_of(resource), verb)(describe(resource, *args, **kwargs))
            return await made

        return method

    def _dressed(self, method: Callable[..., object], client_kind: str) -> FunctionType:
        """The method with the signature that users see: it returns the answer, not its call."""
        assert isinstance(method, FunctionType)
        described = signature(self._describe)
        answer = str(described.return_annotation)
        answer = answer.replace("StreamCall[", f"{client_kind}Stream[")
        answer = answer.replace("Pages[", f"{client_kind}Iterator[")
        if answer.startswith(("Call[", "Flow[")):
            answer = answer.partition("[")[2].removesuffix("]")
        method.__annotations__ = {**self._describe.__annotations__, "return": answer}
        vars(method)["__signature__"] = described.replace(return_annotation=answer)
        vars(method)["build"] = self.build
        return method


class _DescribedOnce(_Method[P, DescribedT]):
    """A method whose description is a value."""

    def build(self, *args: P.args, **kwargs: P.kwargs) -> DescribedT:
        """The description, without sending it."""
        return self._describe(None, *args, **kwargs)


@dataclass(frozen=True)
class FlowCall(Generic[T]):
    """A method of several calls as a value: each iteration begins it again."""

    describe: Callable[[], Flow[T]]

    def __iter__(self) -> Flow[T]:
        return self.describe()


class endpoint(_DescribedOnce[P, Call[T]]):
    """Makes a method of a function that describes one call."""

    verb = "call"

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
    """Makes a method of a generator that makes several calls. Raw clients return its answer too."""

    verb = "run"

    def describe(self, *args: P.args, **kwargs: P.kwargs) -> Flow[T]:
        """The steps, to be taken once."""
        return self._describe(None, *args, **kwargs)

    def build(self, *args: P.args, **kwargs: P.kwargs) -> FlowCall[T]:
        """The description, without sending anything."""
        return FlowCall(partial(self.describe, *args, **kwargs))

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
    """Makes a method of a function that describes a call answered by events."""

    verb = "stream"
    awaitable = False

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
    """Makes a method of a function that describes pages. Raw clients hand out the items too."""

    verb = "iterate"
    awaitable = False

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
