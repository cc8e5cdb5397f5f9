"""The stores of sessions, of tracked requests and of responses to repeat."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from starlette.responses import Response

from .bodies import Message
from .envelopes import new_id

_KEPT = 10_000
_PURGE_INTERVAL = 60.0
_EXPIRY = 300.0
_STUCK = 600.0


@dataclass
class Tracked:
    """A tracked request."""

    request_id: str
    user_id: str
    clock: Callable[[], float] = time.time
    status: str = "processing"
    created_at: float = field(init=False)
    completed_at: float | None = None
    error: str | None = None
    result: str | Mapping[str, object] | None = None
    escalated: bool = False
    cancelling: bool = False
    """Whether a cancellation was requested. The turn checks it at its next checkpoint."""
    answered: bool = False
    """Whether the turn is over. Its status may still be `processing`."""
    fast: bool = False
    """Whether the turn answers a greeting."""

    def __post_init__(self) -> None:
        self.created_at = self.clock()

    def is_stuck(self, now: float) -> bool:
        """Return whether it runs for too long. Retries after an escalation have no limit."""
        working = self.status in ("processing", "running") and self.completed_at is None
        return working and not self.escalated and now - self.created_at > _STUCK

    def end(
        self,
        status: str,
        *,
        result: str | Mapping[str, object] | None = None,
        error: str | None = None,
    ) -> None:
        """Set the final status, unless there is one already."""
        if self.completed_at is None:
            self.status, self.result, self.error = status, result, error
            self.completed_at = self.clock()

    @property
    def report(self) -> dict[str, object]:
        """The result of background work."""
        return {**self.result} if isinstance(self.result, Mapping) else {}

    def summary(self) -> dict[str, object]:
        """Return the request as it is in a list."""
        shown: dict[str, object] = {
            "request_id": self.request_id,
            "user_id": self.user_id,
            "status": self.status,
            "progress": None,
            "created_at": self.created_at,
            "completed_at": self.completed_at,
        }
        return shown | ({"error": self.error} if self.error else {})

    def detail(self) -> dict[str, object]:
        """Return the request as a single object, without the keys that don't apply."""
        shown = self.summary()
        if self.completed_at is None:
            del shown["completed_at"]
        if self.escalated:
            shown["escalated"] = True
        if self.status == "completed" and self.result is not None:
            shown["result"] = self.result
        return shown


class Requests:
    """The request tracker.

    Args:
        clock: Returns the time in seconds since 1970.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self.total = 0
        self._clock = clock
        self._tracked: dict[str, Tracked] = {}
        self._purged = clock()
        self._pending: dict[tuple[str, str], str] = {}

    def begin(self, request_id: str, user_id: str) -> Tracked:
        """Track a turn. A turn with the id of an earlier one replaces it."""
        entry = Tracked(request_id, user_id, self._clock)
        self._tracked[request_id] = entry
        self.total += 1
        if len(self._tracked) > _KEPT:
            del self._tracked[next(iter(self._tracked))]
        return entry

    def find(self, request_id: str) -> Tracked | None:
        """Return a request, or None if it is unknown or expired."""
        self._purge()
        return self._tracked.get(request_id)

    def job(self, prefix: str, user_id: str, report: Mapping[str, object]) -> str:
        """Track background work and return its id. The emulator has already finished it."""
        job_id = new_id(prefix)
        self.begin(job_id, user_id).end("completed", result=dict(report))
        return job_id

    def ask(self, user_id: str, session_id: str, request_id: str) -> None:
        """Record that a turn waits for the user."""
        self._pending[user_id, session_id] = request_id

    def asked(self, user_id: str, session_id: str) -> str | None:
        """Return the request id of the turn that waits in this session, and stop waiting."""
        return self._pending.pop((user_id, session_id), None)

    def of(self, user_id: str | None) -> list[Tracked]:
        """Return the requests of a user, or of all users if None."""
        self._purge()
        return [each for each in self._tracked.values() if user_id in (None, each.user_id)]

    @property
    def active(self) -> int:
        """The number of requests that haven't ended."""
        return sum(each.completed_at is None for each in self.of(None))

    def _purge(self) -> None:
        """Delete old requests and fail stuck ones, as the server does each minute."""
        while self._clock() - self._purged >= _PURGE_INTERVAL:
            self._purged += _PURGE_INTERVAL
            for each in [*self._tracked.values()]:
                if each.is_stuck(self._purged):
                    each.end("failed", error="Request timed out (stale request reaper)")
                    each.completed_at = self._purged
                elif each.completed_at and self._purged - each.completed_at >= _EXPIRY:
                    del self._tracked[each.request_id]


class Sessions:
    """The conversation buffer."""

    def __init__(self, formation_id: str) -> None:
        self._formation_id = formation_id
        self._messages: dict[tuple[str, str], list[dict[str, object]]] = {}

    def say(
        self, user_id: str, session_id: str, role: str, text: str, request_id: str, agent_id: str
    ) -> None:
        """Record a message. Its session becomes the most recent one."""
        now = time.time()
        text = text.encode("utf-8", "replace").decode()  # it may have a lone surrogate
        metadata = {
            "role": role,
            "timestamp": now,
            "agent_id": agent_id,
            "user_id": user_id,
            "session_id": session_id,
            "request_id": request_id,
            "formation_id": self._formation_id,
        }
        said = self._messages.pop((user_id, session_id), [])
        said.append(_message(text, metadata, now))
        self._messages[user_id, session_id] = said

    def restore(self, user_id: str, session_id: str, messages: list[Message]) -> None:
        """Replace a session's messages, sorted by time."""
        timed = sorted(((_epoch(each.timestamp), each) for each in messages), key=lambda p: p[0])
        self._messages.pop((user_id, session_id), None)
        restored: list[dict[str, object]] = []
        for at, each in timed:
            metadata: dict[str, object] = {
                "user_id": user_id,
                "session_id": session_id,
                "role": each.role,
                "timestamp": at,
                "formation_id": self._formation_id,
            }
            if each.agent_id:
                metadata["agent_id"] = each.agent_id
            restored.append(_message(each.content, metadata | (each.metadata or {}), at))
        if restored:
            self._messages[user_id, session_id] = restored

    def messages(self, user_id: str, session_id: str) -> list[dict[str, object]]:
        """Return a session's messages, the oldest first."""
        return self._messages.get((user_id, session_id), [])

    def summaries(self, user_id: str, limit: int) -> list[dict[str, object]]:
        """Return a user's sessions, the most recent first."""
        mine = [key[1] for key in self._messages if key[0] == user_id]
        return [self._summary(user_id, each) for each in reversed(mine)][:limit]

    def detail(self, user_id: str, session_id: str) -> dict[str, object] | None:
        """Return one session, or None."""
        said = self.messages(user_id, session_id)
        if not said:
            return None
        counted = {"message_count": len(said), "created_at": said[0]["timestamp"]}
        return self._summary(user_id, session_id) | counted

    def all(self, user_id: str | None = None) -> dict[tuple[str, str], list[dict[str, object]]]:
        """Return the messages of a user, or of all users, by user and session."""
        return {key: said for key, said in self._messages.items() if user_id in (None, key[0])}

    def clear(self, user_id: str, session_id: str | None = None) -> tuple[int, int]:
        """Delete a user's messages, or those of one session.

        Return the numbers of deleted messages and sessions.
        """
        gone = [key for key in self.all(user_id) if session_id in (None, key[1])]
        return sum(len(self._messages.pop(key)) for key in gone), len(gone)

    def asks(self, user_id: str, session_id: str) -> bool:
        """Return whether the last message has a question mark."""
        said = self.messages(user_id, session_id)
        return bool(said) and "?" in str(said[-1]["text"])

    def _summary(self, user_id: str, session_id: str) -> dict[str, object]:
        return {
            "session_id": session_id,
            "user_id": user_id,
            "last_activity": self.messages(user_id, session_id)[-1]["timestamp"],
            "active": True,
        }


class Replays:
    """Responses by idempotency key. Only one turn runs for each key (contract A5)."""

    def __init__(self) -> None:
        self.answers: dict[tuple[str, ...], Response] = {}
        self._locks: dict[tuple[str, ...], asyncio.Lock] = {}

    def lock(self, scope: tuple[str, ...]) -> asyncio.Lock:
        """Return the lock of a key. A turn holds it while it runs, so that a duplicate waits."""
        return self._locks.setdefault(scope, asyncio.Lock())

    def keep(self, scope: tuple[str, ...], answer: Response) -> None:
        """Store a response, and delete the oldest one if there are more than the server's limit."""
        self.answers[scope] = answer
        if len(self.answers) > _KEPT:
            oldest = next(iter(self.answers))
            del self.answers[oldest]
            self._locks.pop(oldest, None)


def _message(text: str, metadata: Mapping[str, object], at: float) -> dict[str, object]:
    return {
        "text": text,
        "metadata": dict(metadata),
        "timestamp": at,
        "namespace": "buffer",
        "embedding": None,
    }


def _epoch(timestamp: str) -> float:
    try:
        return datetime.fromisoformat(timestamp.replace("Z", "+00:00")).timestamp()
    except ValueError:
        return 0.0
