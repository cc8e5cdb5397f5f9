"""Errors of the clients as HTTP errors, without keys, URLs and texts of other servers."""

from __future__ import annotations

import logging
from math import ceil
from typing import Literal

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from .. import errors as e
from .._core.log import one_line

Code = Literal[
    "invalid_request",
    "unauthorized",
    "forbidden",
    "not_found",
    "conflict",
    "rate_limited",
    "misconfigured",
    "upstream_error",
    "unavailable",
    "timeout",
    "failed",
    "cancelled",
    "interrupted",
]

_KINDS: tuple[tuple[type[e.MuxiError], int, Code, str], ...] = (
    (e.ValidationError, 422, "invalid_request", "The request is invalid."),
    (e.BundleError, 422, "invalid_request", "The request is invalid."),
    (e.WebhookSignatureError, 401, "unauthorized", "The signature is invalid."),
    (e.AuthorizationError, 403, "forbidden", "This isn't allowed."),
    (e.NotFoundError, 404, "not_found", "This doesn't exist."),
    (e.ConflictError, 409, "conflict", "This conflicts with the current state."),
    (e.RateLimitError, 429, "rate_limited", "Too many requests. Try again later."),
    (e.AuthenticationError, 500, "misconfigured", "The service is misconfigured."),
    (e.ConfigurationError, 500, "misconfigured", "The service is misconfigured."),
    (e.ClientClosedError, 503, "unavailable", "The service is stopping. Try again later."),
    (e.UnavailableError, 503, "unavailable", "This isn't available right now. Try again later."),
    (e.TimeoutError, 504, "timeout", "No response came in time."),
    (e.StreamInterruptedError, 502, "interrupted", "The connection broke before the end."),
    (e.StreamError, 502, "failed", "The reply failed."),
    (e.MuxiError, 502, "upstream_error", "This failed. Try again later."),
)
"""The first that fits an error."""

_log = logging.getLogger("muxi.fastapi")


class ErrorBody(BaseModel):
    """The body of an HTTP error, and the data of a stream's event `error`."""

    model_config = ConfigDict(
        frozen=True,
        json_schema_extra={
            "examples": [{"detail": "Too many requests. Try again later.", "code": "rate_limited"}]
        },
    )

    detail: str
    """A sentence for people."""
    code: Code
    request_id: str | None = Field(default=None, exclude_if=lambda value: value is None)
    """The id of the turn or the HTTP request in the formation's log. Left out if there is none."""


ERRORS: dict[int | str, dict[str, object]] = {
    # Not as a `model`, which would have the media type of the route: that of a stream, too.
    status: {"content": {"application/json": {"schema": ErrorBody.model_json_schema()}}}
    for status in (403, 404, 409, 429, 500, 502, 503, 504)
}
"""Documents the errors of all routes: `FastAPI(responses=ERRORS)`."""


def install_error_handlers(app: FastAPI) -> None:
    """Answer the errors of clients with an HTTP status and an `ErrorBody`.

    The body holds no key, no URL and no text of another server. These are in the log, in the logger
    `muxi.fastapi`. Errors of the service's own keys are 500, not 401.

    Args:
        app: The application.
    """

    async def failed(request: Request, error: e.MuxiError) -> JSONResponse:
        status, body = describe(error, f"{request.method} {request.url.path}")
        wait = error.retry_after if status in (429, 503) else None
        headers = {} if wait is None else {"Retry-After": str(ceil(wait))}
        return JSONResponse(body.model_dump(), status, headers)

    app.exception_handler(e.MuxiError)(failed)


def describe(error: e.MuxiError, where: str) -> tuple[int, ErrorBody]:
    """Return the HTTP status and the body for an error, and log the error.

    Args:
        error: The error.
        where: What was done when it happened, for the log.
    """
    _, status, code, detail = next(kind for kind in _KINDS if isinstance(error, kind[0]))
    if code == "invalid_request":
        status = error.status_code if error.status_code in (400, 413) else status
        detail = detail if error.sent else error.message
    elif error.code == "CANCELLED":
        status, code, detail = 409, "cancelled", "The turn was cancelled."
    _log.log(
        logging.ERROR if status >= 500 else logging.INFO,
        "%s -> %d %s: %s: %s (%s)",
        where,
        status,
        code,
        type(error).__name__,
        one_line(error),
        error.url or "no URL",
    )
    return status, ErrorBody(detail=detail, code=code, request_id=error.request_id)
