"""The life of a call, as a generator: send, wait, send again, read or raise.

It says what to do and is told what came of it, so that it runs without a clock and without a
socket, and the same for sync and async (contract A2.2, A5, server-api 11).
"""

from __future__ import annotations

import random
from collections.abc import Generator
from typing import Any, TypeVar
from uuid import uuid4

from ..errors import MuxiError
from .call import Call, Response
from .decode import read_answer
from .error_bodies import read_error
from .log import log_attempt
from .messages import Delivery, HttpRequest, RawResponse
from .options import Options
from .sdk_notice import notify_newer_version
from .steps import Sleep, Step, clock

T = TypeVar("T")


HttpSteps = Generator[HttpRequest | Step, Any, T]
"""Steps on the wire: yields requests and pauses, and is sent replies or thrown errors."""


def call_steps(call: Call[T], options: Options) -> HttpSteps[Response[T]]:
    """Make a call, and again as the client's `Retry` allows.

    Raises:
        MuxiError: What the last attempt ended with.
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
    """Get an answer with a good status, and let go of the file that was sent."""
    try:
        return (yield from _attempts(call, options, events=events))
    finally:
        if call.upload is not None and call.upload.on_close is not None:
            call.upload.on_close()


def _attempts(call: Call[Any], options: Options, *, events: bool) -> HttpSteps[Delivery]:
    key = call.idempotency_key or str(uuid4())
    request = options.outgoing(call, idempotency_key=key, events=events)
    attempt, may_have_run = 0, False
    while True:
        attempt += 1
        reply = None
        try:
            reply = yield request
        except MuxiError as exc:
            error = exc
        else:
            notify_newer_version(reply.headers.get("x-muxi-sdk-latest"), reply.received_at)
            if _is_good(call, reply, may_have_run=may_have_run):
                log_attempt(options, call, request, attempt, reply, None)
                return Delivery(reply, attempt, may_have_run)
            error = read_error(reply)
        log_attempt(options, call, request, attempt, reply, error)
        error.request_id = call.turn_id or error.request_id
        delay = options.retry.delay(
            error,
            attempt=attempt,
            repeatable=_is_safe_to_retry(call, error),
            jitter=random.random(),
        )
        if delay is None:
            raise error
        may_have_run = may_have_run or error.sent
        yield Sleep(delay)


def _is_good(call: Call[Any], reply: RawResponse, *, may_have_run: bool) -> bool:
    if may_have_run and call.already_done is not None and reply.status_code == call.already_done[0]:
        return True
    return reply.status_code < 300 or reply.status_code in call.accepted_statuses


def _is_safe_to_retry(call: Call[Any], error: MuxiError) -> bool:
    if call.safe_to_retry is not None:
        return call.safe_to_retry
    if call.save is not None and not call.save.is_restartable and error.status_code is None:
        return False  # part of the file may be written already
    if call.method in ("GET", "PUT", "DELETE"):
        return True
    # The server forgets a deduplicated call that failed, and would run it anew: a chat turn whose
    # answer it can't serialise ends in 500 each time, after all its work (contract A5, A10).
    return call.idempotent and error.status_code != 500
