"""Makes a call, as a generator: send, wait, retry, parse the response or raise.

It yields each step and is sent its result, so it needs no clock and no socket, and sync and async
clients share it (contract A2.2, A5, server-api 11).
"""

from __future__ import annotations

import random
from collections.abc import Generator
from typing import Any, TypeVar

from ..errors import MuxiError, TimeoutError
from . import telemetry
from .call import Call, Response, new_id
from .decode import read_answer
from .error_bodies import read_error
from .log import log_attempt
from .messages import Delivery, HttpRequest, RawResponse
from .options import Options
from .sdk_notice import notify_newer_version
from .steps import Sleep, Step, clock
from .values import changed

T = TypeVar("T")


_NOTHING_DONE = frozenset({408, 429, 503})
"""Status codes with which the server refuses a request without acting on it."""

HttpSteps = Generator[HttpRequest | Step, Any, T]
"""The steps of one call: yields requests and pauses, and is sent responses or thrown errors."""


def call_steps(call: Call[T], options: Options) -> HttpSteps[Response[T]]:
    """Make a call, with the retries that the client's `Retry` allows.

    Raises:
        MuxiError: The last attempt failed.
    """
    if call.follow_up is None:
        return (yield from _get_answer(call, options))
    began = clock()
    outcome: Response[T] | MuxiError
    try:
        outcome = yield from _get_answer(call, options)
    except MuxiError as exc:
        outcome = exc
    passed = clock() - began
    left = None if call.timeout is None else max(0.0, call.timeout - passed)
    return (yield from call.follow_up(outcome, left))


def _get_answer(call: Call[T], options: Options) -> HttpSteps[Response[T]]:
    found = yield from send_with_retries(call, options, events=False)
    return read_answer(call, found.reply, found.attempts)


def send_with_retries(call: Call[Any], options: Options, *, events: bool) -> HttpSteps[Delivery]:
    """Get a response with a success status, and close the file that was sent."""
    try:
        return (yield from _attempts(call, options, events=events))
    finally:
        if call.upload is not None and call.upload.on_close is not None:
            call.upload.on_close()


def _attempts(call: Call[Any], options: Options, *, events: bool) -> HttpSteps[Delivery]:
    key = call.idempotency_key or new_id()
    request = options.outgoing(call, idempotency_key=key, events=events)
    deadline = None if call.timeout is None else clock() + call.timeout
    attempt, may_have_run = 0, False
    while True:
        attempt += 1
        reply, began = None, clock()
        try:
            reply = yield _bounded(request, deadline)
        except MuxiError as exc:
            error = exc
        else:
            notify_newer_version(reply.headers.get("x-muxi-sdk-latest"), reply.received_at)
            if reply.status_code < 300 or reply.status_code in call.accepted_statuses:
                _note_attempt(options, call, request, attempt, began, reply, None)
                return Delivery(reply, attempt, may_have_run)
            error = read_error(reply)
        if call.explain is not None:
            error = call.explain(error, attempt)
        error.url = request.url
        _note_attempt(options, call, request, attempt, began, reply, error)
        error.request_id = call.turn_id or error.request_id
        if reply and may_have_run and call.already_done and call.already_done.matches(error):
            return Delivery(reply, attempt, may_have_run)
        delay = options.retry.delay(
            error,
            attempt=attempt,
            repeatable=_is_safe_to_retry(call, error),
            jitter=random.random(),
        )
        if delay is None:
            raise error
        may_have_run = may_have_run or (error.sent and error.status_code not in _NOTHING_DONE)
        if deadline is not None and clock() + delay >= deadline:
            raise TimeoutError(
                f"{call.method} {call.path} did not succeed within {call.timeout:g} s. "
                f"The last attempt: {error.message}",
                request_id=error.request_id,
                sent=may_have_run,
            ) from error
        yield Sleep(delay)


def _note_attempt(
    options: Options,
    call: Call[Any],
    request: HttpRequest,
    attempt: int,
    began: float,
    reply: RawResponse | None,
    error: MuxiError | None,
) -> None:
    """Log an attempt, if the client has `debug=True`, and report it to OpenTelemetry, if used."""
    if options.debug:
        log_attempt(call, request, attempt, reply, error)
    if telemetry.observer is not None:
        telemetry.observer.attempt(
            request, attempt, clock() - began, reply, error, turn_id=call.turn_id
        )


def _bounded(request: HttpRequest, deadline: float | None) -> HttpRequest:
    """Return the request with timeouts that don't exceed the remaining time."""
    if deadline is None:
        return request
    left = max(0.001, deadline - clock())
    return changed(
        request,
        timeout=min(request.timeout, left),
        read_timeout=min(request.read_timeout, left),
        deadline=deadline,
    )


def _is_safe_to_retry(call: Call[Any], error: MuxiError) -> bool:
    if call.save is not None and not call.save.is_restartable and error.status_code is None:
        return False  # part of the file may already be written
    if call.idempotent and error.status_code == 500:
        # The server doesn't remember deduplicated calls that failed, and would run them again: a
        # chat turn whose reply it can't serialise ends with 500 each time, after all its work
        # (contract A5, A10).
        return False
    return call.is_repeatable
