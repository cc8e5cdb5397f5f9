"""Turns: run them event by event, streamed or not, and record them."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from dataclasses import dataclass, replace
from typing import NoReturn

from ..model import (
    Approval,
    Background,
    Cut,
    Escalation,
    Event,
    Failure,
    Model,
    Outcome,
    Refusal,
    Reply,
    Turn,
    on_the_wire,
)
from .artifact_store import Artifacts
from .directory import Users
from .envelopes import ApiError, check_text, frame, new_id
from .messages import Said, cancelled, greeting, is_greeting, message_of, session_of, text_of, waits
from .store import Requests, Sessions, Tracked
from .turn_events import AFTER_WORK, stages

UNSTREAMABLE = Failure("AttributeError", "'MuxiResponse' object has no attribute '__aiter__'")
"""The failure that a stream sends instead of a reply for which no turn was run."""


class Cancelled(Exception):
    """The turn was cancelled. Raised at a checkpoint."""


class BrokenOff(Exception):
    """Raised to end the connection in the middle of the body."""


@dataclass(frozen=True)
class TurnStores:
    """The stores in which turns are recorded."""

    sessions: Sessions
    requests: Requests
    users: Users
    artifacts: Artifacts


class Turns:
    """Runs the turns of a formation.

    Args:
        model: Returns the outcome of a turn. It runs in a thread, so it may block.
        stores: The stores that record the turns.
        token_pause: Seconds between the words of a stream.
    """

    def __init__(self, model: Model, stores: TurnStores, token_pause: float) -> None:
        self._model = model
        self._sessions = stores.sessions
        self._requests = stores.requests
        self._stores = stores
        self._token_pause = token_pause
        self._running: set[asyncio.Task[None]] = set()

    def begin(self, turn: Turn) -> Tracked:
        """Track a turn and record its message.

        Raises:
            UnicodeEncodeError: One of its texts can't be encoded. Nothing is tracked or recorded.
        """
        for text in (turn.message, turn.session_id, turn.request_id, turn.agent_id or ""):
            check_text(text)
        entry = self._requests.begin(turn.request_id, turn.user_id)
        asked = self._sessions.asks(turn.user_id, turn.session_id)
        entry.fast = is_greeting(turn.message) and not asked
        self._stores.users.know(turn.user_id)
        self._say(turn, "user", turn.message)
        return entry

    def run(self, turn: Turn) -> None:
        """Run a turn in the background."""
        task = asyncio.create_task(self._unheard(turn))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def answer(self, turn: Turn) -> Said:
        """Run a turn to its end and return the reply."""
        began = time.time()
        entry = self.begin(turn)
        outcome = await self._decide(turn)
        try:
            async for _ in self._play(turn, outcome, entry):
                pass
        except Cancelled:
            return Said(cancelled(turn))
        if isinstance(outcome, Failure):
            raise _refused(outcome)
        if isinstance(outcome, Cut):
            raise BrokenOff
        if isinstance(outcome, Reply) and outcome.artifacts:
            raise ApiError(500, "Object of type datetime is not JSON serializable")
        if entry.fast and isinstance(outcome, Reply):
            return Said(greeting(outcome.text, began))
        return Said(message_of(turn, outcome), session_of(turn, outcome))

    async def stream(self, turn: Turn) -> AsyncGenerator[bytes, None]:
        """Run a turn and yield its frames. Closing the generator early cancels the turn."""
        try:
            entry = self.begin(turn)
        except UnicodeEncodeError as problem:
            yield failed(Failure(type(problem).__name__, str(problem)))
            return
        try:
            outcome = await self._decide(turn)
            async with aclosing(self._play(turn, outcome, entry)) as events:
                async for event in events:
                    yield frame({"token": _token(turn, event)})
        except Cancelled:
            await _hang()
        except UnicodeEncodeError as problem:
            # The model's reply can't be encoded.
            outcome = Failure(type(problem).__name__, str(problem))
            entry.end("failed", error=outcome.text)
        except (asyncio.CancelledError, GeneratorExit):
            if not entry.answered:
                entry.end("cancelled")
            raise
        if isinstance(outcome, Refusal | Approval):
            await _hang()
        if isinstance(outcome, Failure):
            yield failed(outcome)
            return
        if isinstance(outcome, Cut):
            if outcome.clean:
                return
            raise BrokenOff
        if isinstance(outcome, Reply) and outcome.widgets:
            yield frame({"ui": on_the_wire(outcome.widgets)}, "ui")
        yield frame({"finished": True}, "done")

    async def _unheard(self, turn: Turn) -> None:
        with suppress(ApiError, BrokenOff):
            await self.answer(turn)

    async def _decide(self, turn: Turn) -> Outcome:
        try:
            outcome = await asyncio.to_thread(self._model, turn)
        except Exception as problem:
            return Failure(type(problem).__name__, str(problem))
        if isinstance(outcome, Approval | Background) and not outcome.workflow_id:
            return replace(outcome, workflow_id=new_id("wrk"))
        return outcome

    async def _play(
        self, turn: Turn, outcome: Outcome, entry: Tracked
    ) -> AsyncGenerator[Event, None]:
        began = time.monotonic()
        token_pause = self._token_pause if turn.stream else 0.0
        for event in stages(turn, outcome, token_pause, fast=entry.fast):
            if event.pause:
                await asyncio.sleep(event.pause)
            if entry.cancelling and event.stage not in AFTER_WORK:
                entry.end("cancelled")
                raise Cancelled
            if event.type == "completed":
                self._finish(turn, outcome, entry)
                event = _timed(event, time.monotonic() - began)
            yield event
        if not entry.answered:
            self._finish(turn, outcome, entry)

    def _finish(self, turn: Turn, outcome: Outcome, entry: Tracked) -> None:
        text = text_of(turn, outcome)
        entry.answered = True
        if isinstance(outcome, Failure):
            entry.end("failed", error=outcome.text)
        elif isinstance(outcome, Escalation):
            entry.escalated = True
            _succeed(entry, outcome)
        elif isinstance(outcome, Cut) and turn.stream:
            entry.end("cancelled")
        elif isinstance(outcome, Background) and not turn.stream:
            entry.status = "running"
            self._say(turn, "assistant", text)
            _succeed(entry, outcome)
        else:
            self._say(turn, "assistant", text)
            if isinstance(outcome, Reply):
                self._stores.artifacts.save(turn, on_the_wire(outcome.artifacts))
            if waits(turn, outcome):
                self._requests.ask(turn.user_id, turn.session_id, turn.request_id)
            else:
                entry.end("completed", result=text)

    def _say(self, turn: Turn, role: str, text: str) -> None:
        agent = (turn.agent_id if role == "user" else None) or "overlord"
        where = (turn.user_id, turn.session_id)
        self._sessions.say(*where, role, text, turn.request_id, agent)


async def _hang() -> NoReturn:
    """Wait until the client disconnects. Some turns end without ending their stream."""
    while True:
        await asyncio.Event().wait()


def failed(failure: Failure) -> bytes:
    """Return the frame that ends the stream of a failed turn."""
    text = failure.text.strip().replace("\n", " ").replace("\r", "")[:200]
    return frame({"error": text, "type": failure.type}, "error")


def _refused(failure: Failure) -> ApiError:
    if failure.type in ("MiddlewareRejectedError", "RbacRejectedError"):
        return ApiError(403, "Insufficient permissions to process this request")
    return ApiError(500, failure.text)


def _succeed(entry: Tracked, outcome: Background | Escalation) -> None:
    """Complete a request when the result of its background work is there."""

    def complete() -> None:
        entry.end("completed", result=outcome.result)

    if outcome.after != math.inf:
        asyncio.get_running_loop().call_later(outcome.after, complete)


def _timed(event: Event, seconds: float) -> Event:
    if "processing_time_ms" not in event.extra:
        return event
    return replace(event, extra={**event.extra, "processing_time_ms": int(seconds * 1000)})


def _token(turn: Turn, event: Event) -> dict[str, object]:
    token: dict[str, object] = {
        "request_id": turn.request_id,
        "user_id": turn.user_id,
        "session_id": turn.session_id,
        "type": event.type,
        "content": event.content,
        "timestamp": time.time(),
    }
    if event.stage is not None:
        token["stage"] = event.stage
    return token | dict(event.extra)
