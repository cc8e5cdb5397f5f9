"""What must come of a call, from what is true of the call and of the fault.

The rules are those of docs/clients.md and docs/chat.md. They ask three questions: did the server
get the request, may it have acted, and is the call safe to repeat?
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import muxi
from muxi.errors import InvalidResponseError

from .calls import Kind, Repeat
from .faults import Fault, Seen

RETRIES = 2
RETRYABLE = {408, 429, 500, 502, 503, 504}
LONGEST_WAIT = 60.0

_BY_STATUS = {
    401: muxi.AuthenticationError,
    403: muxi.AuthorizationError,
    404: muxi.NotFoundError,
    408: muxi.TimeoutError,
    413: muxi.ValidationError,
    429: muxi.RateLimitError,
    500: muxi.ServerError,
    502: muxi.ServerError,
    503: muxi.UnavailableError,
    504: muxi.ServerError,
}


class Tries(Enum):
    """How often the fault happens, and whether the client retries."""

    WITHOUT = "without retries"
    ONCE = "once"
    ALWAYS = "each time"


@dataclass(frozen=True)
class Error:
    """An error as the caller sees it."""

    kind: type[muxi.MuxiError]
    sent: bool = True
    retryable: bool = False
    status: int | None = None
    retry_after: float | None = None

    @classmethod
    def of(cls, error: muxi.MuxiError | None) -> Error | None:
        """Return what an error tells; None if there is none."""
        if error is None:
            return None
        facts = (error.sent, error.retryable, error.status_code, error.retry_after)
        return cls(type(error), *facts)


@dataclass(frozen=True)
class Outcome:
    """What comes of a call."""

    error: Error | None
    """None if the answer comes."""
    attempts: int | None
    """How often the request is sent. None if the fault decides it."""
    work: int
    """How often the server does the work."""


def applies(kind: Kind, fault: Fault) -> bool:
    """Return whether a fault can happen to a call."""
    if fault.seen is Seen.BROKEN_AFTER_EVENT:
        return kind.streams
    if fault.needs_body and not kind.has_body:
        return False
    # A log in which nothing is written is silent, so silence is no fault there.
    return not (kind.follows and fault.seen in (Seen.SILENT, Seen.SILENT_AT_END))


def expected(kind: Kind, fault: Fault, tries: Tries) -> Outcome:
    """Return what must come of a call."""
    error = _error(kind, fault)
    if error is None:
        return Outcome(None, None if kind.follows else 1, 1)
    repeats = tries is not Tries.WITHOUT and _is_repeated(kind, fault, error)
    attempts = 1
    if repeats:
        attempts = 2 if tries is Tries.ONCE else 1 + RETRIES
        if tries is Tries.ONCE:
            return Outcome(None, attempts, 1)
    if kind.looks_after and fault.acts and _is_lost(kind, fault):
        return Outcome(None, attempts, 1)
    return Outcome(error, attempts, int(fault.acts))


def _error(kind: Kind, fault: Fault) -> Error | None:
    """Return the error of one attempt; None if it succeeds."""
    interrupted = Error(muxi.StreamInterruptedError, retryable=True)
    broken = interrupted if kind.streams else Error(muxi.ConnectionError, retryable=True)
    silent = Error(muxi.TimeoutError, retryable=True)
    match fault.seen:
        case Seen.REFUSED:
            return Error(muxi.ConnectionError, sent=False, retryable=True)
        case Seen.NO_RESPONSE:
            return Error(muxi.ConnectionError, retryable=True)
        case Seen.SILENCE | Seen.SILENT:
            return silent
        case Seen.STATUS:
            return _of_status(fault)
        case Seen.ALIEN:
            return Error(InvalidResponseError, status=fault.status)
        case Seen.UNDECODABLE:
            return Error(InvalidResponseError)
        case Seen.ALTERED if kind.streams:
            return interrupted
        case Seen.ALTERED:
            return None if kind.is_opaque else Error(InvalidResponseError, status=kind.status)
        case Seen.BROKEN:
            return broken
        case Seen.BROKEN_AFTER_EVENT:
            return None if kind.follows else broken
        case Seen.BROKEN_AT_END:
            return None if kind.streams else broken
        case Seen.SILENT_AT_END:
            return None if kind.streams else silent
        case Seen.WHOLE:
            return None


def _of_status(fault: Fault) -> Error:
    status = fault.status
    assert status is not None
    return Error(
        _BY_STATUS.get(status, muxi.MuxiError),
        retryable=status in RETRYABLE,
        status=status,
        retry_after=fault.retry_after,
    )


def _is_repeated(kind: Kind, fault: Fault, error: Error) -> bool:
    """Return whether a call is sent again after the error of an attempt."""
    if not error.retryable or (error.retry_after or 0) > LONGEST_WAIT:
        return False
    if not error.sent:
        return True
    if error.kind is muxi.StreamInterruptedError or (kind.streams and fault.seen is Seen.SILENT):
        return kind.follows  # the stream was open, and its events may have been read
    if fault.at_accept is not None and kind.looks_first:
        return True
    return kind.repeat is Repeat.ALWAYS or (
        kind.repeat is Repeat.DEDUPLICATED and fault.status != 500
    )


def _is_lost(kind: Kind, fault: Fault) -> bool:
    """Return whether the client looks for the outcome elsewhere."""
    if kind.streams:
        return fault.seen is Seen.SILENT
    no_response = fault.seen in (Seen.NO_RESPONSE, Seen.SILENCE)
    broken = fault.seen in (Seen.BROKEN, Seen.BROKEN_AT_END, Seen.SILENT, Seen.SILENT_AT_END)
    return no_response or broken or fault.status in (408, 502, 504)
