"""Debug logging of requests and responses, without keys, tokens and bodies."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TextIO

from ..errors import MuxiError
from .error_bodies import request_id_of

if TYPE_CHECKING:
    from .call import Call
    from .messages import HttpRequest, RawResponse

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


if TYPE_CHECKING:
    _StreamHandler = logging.StreamHandler[TextIO]
else:  # generic from Python 3.11 on
    _StreamHandler = logging.StreamHandler


class _Fallback(_StreamHandler):
    """Writes to standard error, unless the program has set up logging."""

    def emit(self, record: logging.LogRecord) -> None:
        if not any(one is not self for one in [*logger.handlers, *logging.root.handlers]):
            super().emit(record)


def enable() -> None:
    """Show the records of `debug=True`. A level that the program has set is kept."""
    if logger.level == logging.NOTSET:
        logger.setLevel(logging.DEBUG)
    if not any(isinstance(one, _Fallback) for one in logger.handlers):
        logger.addHandler(_Fallback())


def log_attempt(
    call: Call[Any],
    request: HttpRequest,
    attempt: int,
    reply: RawResponse | None,
    error: MuxiError | None,
) -> None:
    """Log one attempt."""
    sent = {name.decode(): value.decode() for name, value in request.headers}
    logger.debug(
        "%s %s -> %s (request %s, attempt %d) sent %s got %s",
        request.method,
        request.url,
        _outcome(reply, error),
        one_line(call.turn_id or (error and error.request_id) or (reply and request_id_of(reply))),
        attempt,
        _shown(sent),
        _shown(reply.headers) if reply else {},
    )


def _outcome(reply: RawResponse | None, error: MuxiError | None) -> str:
    if reply is None:
        return type(error).__name__
    code = f" {one_line(error.code)}" if error and error.code else ""
    return f"{reply.status_code}{code} in {reply.elapsed * 1000:.0f} ms"


def one_line(text: object) -> str:
    """Return text of the server in one line, so that it can't forge lines of the log."""
    return ascii(str(text))[1:-1]


def _shown(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name.lower() in _SHOWN}
