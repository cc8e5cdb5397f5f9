"""What the emulated formation replies: a queue of outcomes, and a model for the other turns."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import overload

from .model import Model, Outcome, Reply, Turn, echo


class Script:
    """The outcomes of turns."""

    model: Model
    """Returns the outcome of each turn that has no reply in the queue. It runs in a thread."""

    def __init__(self) -> None:
        self.model = echo
        self._queue = deque[Outcome]()

    @overload
    def reply(self, outcome: str, /, *, tools: Sequence[str] = (), delay: float = 0.0) -> None: ...
    @overload
    def reply(self, outcome: Outcome, /) -> None: ...
    def reply(
        self, outcome: str | Outcome, /, *, tools: Sequence[str] = (), delay: float = 0.0
    ) -> None:
        """Queue the reply to the next turn. Each reply is for one turn, of any user.

        When the queue is empty, the `model` answers.

        Args:
            outcome: The text, or any other outcome, such as a `Clarification`.
            tools: The tools that the agent calls before it replies, see `Reply.tools`.
            delay: Seconds before the text.

        Raises:
            ValueError: `tools` or `delay` are given with an outcome that isn't a text.
        """
        if isinstance(outcome, str):
            outcome = Reply(outcome, tools=tools, delay=delay)
        elif tools or delay:
            raise ValueError("tools and delay are for a text; pass them to the Reply instead")
        self._queue.append(outcome)

    def _decide(self, turn: Turn) -> Outcome:
        try:
            return self._queue.popleft()
        except IndexError:
            return self.model(turn)

    def _rewrite(self, model: Model) -> None:
        """Start again with an empty queue."""
        self.model = model
        self._queue.clear()
