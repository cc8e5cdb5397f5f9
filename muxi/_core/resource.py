"""Namespaces of methods, and what they need of a transport."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

if TYPE_CHECKING:
    from typing_extensions import Self

    from .call import Call
    from .options import Options
    from .steps import Flow, Pages, StreamCall


ResourceT = TypeVar("ResourceT", bound="Resource")


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


class Resource:
    """A namespace of methods on a transport, which decides whether they are awaited."""

    _raw = False

    def __init__(self, transport: Transport, *, raw: bool = False) -> None:
        self._transport = transport
        self._raw = raw

    def __repr__(self) -> str:
        if "_transport" not in vars(self):  # a traceback shows a client whose constructor failed
            return f"<{type(self).__name__} without settings>"
        options = self._transport.options
        user = f", user_id={options.user_id!r}" if options.user_id is not None else ""
        raw = ", raw=True" if self._raw else ""
        return f"{type(self).__name__}({options.base_url!r}{user}{raw})"

    if not TYPE_CHECKING:  # checkers and editors know which names exist

        def __getattr__(self, name: str) -> object:
            from .._missing import no_attribute

            raise no_attribute(self, name)


class Namespace(cached_property[ResourceT]):
    """A namespace in another one, such as `client.chat`. It is created when it is first used."""

    def __init__(self, kind: type[ResourceT]) -> None:
        super().__init__(lambda parent: kind(transport_of(parent), raw=is_raw(parent)))
        self.kind = kind
        self.__doc__ = kind.__doc__


def transport_of(resource: Resource) -> Transport:
    """Return the transport that a namespace makes its calls with."""
    return resource._transport  # pyright: ignore[reportPrivateUsage]  # same module


def is_raw(resource: Resource) -> bool:
    """Return whether a namespace belongs to `client.raw`."""
    return resource._raw  # pyright: ignore[reportPrivateUsage]  # same module
