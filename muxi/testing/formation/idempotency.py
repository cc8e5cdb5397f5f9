"""One run a key, and the first answer for all who ask again (contract A5)."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable

from starlette.responses import JSONResponse, Response

from .state import Call


async def once(call: Call, run: Callable[[], Awaitable[Response]]) -> Response:
    """Run a call, or repeat its answer: one run a key, and a duplicate waits for it.

    Args:
        call: Without an idempotency key, it is simply run.
        run: Makes the answer. Only JSON is kept; what is raised is not.
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
