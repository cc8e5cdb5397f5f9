"""Idempotency keys: run a call once, and repeat its response (contract A5)."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable

from starlette.responses import JSONResponse, Response

from .state import Call


async def once(call: Call, run: Callable[[], Awaitable[Response]]) -> Response:
    """Run a call once for each idempotency key. A duplicate waits and gets the same response.

    Args:
        call: The call. Without an idempotency key it always runs.
        run: Returns the response. Only JSON responses are stored, errors that it raises are not.
    """
    key = call.request.headers.get("x-muxi-idempotency-key")
    if not key:
        return await run()
    replays = call.state.replays
    scope = ("POST", call.request.url.path, call.user_id or "0", "json", key)
    async with replays.lock(scope):
        kept = replays.answers.get(scope)
        if kept is None:
            answer = await run()
            if not isinstance(answer, JSONResponse):
                return answer
            body = json.loads(bytes(answer.body))
            body["request"]["idempotency_key"] = key
            kept = JSONResponse(body, answer.status_code)
            replays.keep(scope, kept)
    return kept
