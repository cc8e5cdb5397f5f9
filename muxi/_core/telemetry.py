"""The place where `muxi.otel` attaches. Without it, `observer` is None and nothing is observed."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from ..errors import MuxiError
    from .messages import HttpRequest, RawResponse


class StreamObserver(Protocol):
    """Observes one stream."""

    def active(self) -> AbstractContextManager[object]:
        """Return a context for opening or reading the stream."""
        ...

    def event(self, text: str) -> None:
        """Note an event and the text in it."""
        ...

    def end(self, error: MuxiError | None) -> None:
        """Note the end. Only the first call counts."""
        ...


class Observer(Protocol):
    """Observes methods, streams and attempts."""

    def method(self, name: str) -> AbstractContextManager[object]:
        """Return a context for running a method, such as `chat.send`."""
        ...

    def stream(self, name: str) -> StreamObserver:
        """Return the observer of a new stream."""
        ...

    def attempt(
        self,
        request: HttpRequest,
        number: int,
        seconds: float,
        reply: RawResponse | None,
        error: MuxiError | None,
        *,
        turn_id: str | None,
    ) -> None:
        """Note an attempt to send a request, the first being number 1."""
        ...


observer: Observer | None = None
_NOT_OBSERVED = nullcontext()


def observe_method(name: str | None) -> AbstractContextManager[object]:
    """Return a context for running a method; one that does nothing if the method has no name."""
    return _NOT_OBSERVED if observer is None or name is None else observer.method(name)
