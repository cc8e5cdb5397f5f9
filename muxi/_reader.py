"""What makes typed events of server-sent ones. Nothing here does I/O."""

from __future__ import annotations

from typing import Protocol, TypeVar

from ._call import EventT, Steps

ResultT_co = TypeVar("ResultT_co", covariant=True)


class Reader(Protocol[EventT, ResultT_co]):
    """Makes typed events of server-sent ones, and knows when a stream is over."""

    stall_after: float | None
    """Seconds without an event after which `stalled` is asked; None for never."""
    ended: bool
    """The terminal event was read; what still comes is of no interest."""

    def read(self, name: str, data: str) -> EventT | None:
        """The event in a server-sent one; None for those that only steer."""
        ...

    def answered(self, answer: object) -> EventT | None:
        """The event that stands for an answer sent whole; None where `finish` has it."""
        ...

    def text_of(self, event: EventT) -> str:
        """The text that an event adds, asked right after it was read."""
        ...

    def stalled(self) -> Steps[None]:
        """Look elsewhere whether the work has ended, and set `ended` if so."""
        ...

    def finish(self) -> Steps[EventT | None]:
        """At the end of the body: the event that is missing, if any, or raise."""
        ...

    def result(self) -> ResultT_co:
        """What the events add up to, once `ended`."""
        ...

    @property
    def partial(self) -> str:
        """The text so far."""
        ...
