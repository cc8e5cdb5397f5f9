"""Debug logging: what was sent and what came of it, never a key, a token or a body."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..errors import MuxiError
from .error_bodies import request_id_of

if TYPE_CHECKING:
    from .call import Call
    from .messages import HttpRequest, RawResponse
    from .options import Options

logger = logging.getLogger("muxi")

_SHOWN = {
    "accept",
    "content-length",
    "content-type",
    "date",
    "retry-after",
    "x-muxi-client",
    "x-muxi-idempotency-key",
    "x-muxi-sdk",
    "x-muxi-sdk-latest",
}


def enable() -> None:
    """Show the records of `debug=True`, on standard error unless logging is set up already."""
    logger.setLevel(logging.DEBUG)
    if not logger.hasHandlers():
        logger.addHandler(logging.StreamHandler())


def log_attempt(
    options: Options,
    call: Call[Any],
    request: HttpRequest,
    attempt: int,
    reply: RawResponse | None,
    error: MuxiError | None,
) -> None:
    """Log one attempt, where the client was asked to."""
    if not options.debug:
        return
    sent = {name.decode(): value.decode() for name, value in request.headers}
    logger.debug(
        "%s %s -> %s (request %s, attempt %d) sent %s got %s",
        request.method,
        request.url,
        _outcome(reply, error),
        call.turn_id or (error and error.request_id) or (reply and request_id_of(reply)),
        attempt,
        _shown(sent),
        _shown(reply.headers) if reply else {},
    )


def _outcome(reply: RawResponse | None, error: MuxiError | None) -> str:
    if reply is None:
        return type(error).__name__
    code = f" {error.code}" if error and error.code else ""
    return f"{reply.status_code}{code} in {reply.elapsed * 1000:.0f} ms"


def _shown(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name.lower() in _SHOWN}
