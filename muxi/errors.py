"""Every error that a client raises.

    MuxiError
    ├── ConfigurationError      a client can't be made, or has no key for a call (also ValueError)
    ├── BundleError             a formation's files can't be deployed as they are (also ValueError)
    ├── ValidationError         400, 413, 422, or refused before sending (also ValueError)
    ├── AuthenticationError     401
    ├── AuthorizationError      403
    ├── NotFoundError           404
    ├── ConflictError           409
    ├── RateLimitError          429
    ├── ServerError             5xx
    │   └── UnavailableError    503
    ├── ConnectionError         no connection, or it broke (also builtins.ConnectionError)
    ├── TimeoutError            no answer in time, or 408 (also builtins.TimeoutError)
    ├── StreamError             the turn behind a stream failed
    │   └── StreamInterruptedError   a stream ended before its terminal event
    ├── InvalidResponseError    the answer did not fit its model
    └── WebhookSignatureError   a webhook isn't signed with the given keys

Other statuses, 405 and 410 among them, raise a plain `MuxiError`.
"""

from __future__ import annotations

import builtins

_RETRYABLE = frozenset({408, 429, 500, 502, 503, 504})


class MuxiError(Exception):
    """The root of the tree.

    Attributes:
        message: What went wrong, as the server says it or in one sentence of ours.
        code: The server's own word for it, such as `REQUEST_NOT_FOUND`; the control plane and
            the proxy send a phrase such as `Formation unavailable`.
        status_code: The HTTP status; None when there was no answer.
        details: What else the server told, such as its list of validation errors.
        request_id: The id of the HTTP call or, for a chat turn, of the turn.
        retry_after: Seconds that the server asks to wait.
        sent: The server may have acted on the call.
    """

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        status_code: int | None = None,
        details: object = None,
        request_id: str | None = None,
        retry_after: float | None = None,
        sent: bool = False,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.status_code = status_code
        self.details = details
        self.request_id = request_id
        self.retry_after = retry_after
        self.sent = sent

    @property
    def retryable(self) -> bool:
        """The same call may work a little later."""
        return self.status_code in _RETRYABLE

    def __str__(self) -> str:
        facts = [str(self.status_code)] if self.status_code is not None else []
        facts += [self.code] if self.code else []
        facts += [f"request {self.request_id}"] if self.request_id else []
        return f"{self.message} [{', '.join(facts)}]" if facts else self.message


class ConfigurationError(MuxiError, ValueError):
    """The client lacks a setting, or has one that can't be."""


class BundleError(MuxiError, ValueError):
    """A formation's files can't be deployed, or a download can't be unpacked; it names the file."""


class ValidationError(MuxiError, ValueError):
    """The call's input is wrong: the server said so (400, 413, 422), or we before sending."""


class AuthenticationError(MuxiError):
    """The key or the signature is missing or wrong (401)."""


class WebhookSignatureError(MuxiError):
    """A webhook isn't signed, not with the given keys, or not lately."""


class AuthorizationError(MuxiError):
    """The key is right, but may not do this (403)."""


class NotFoundError(MuxiError):
    """There is no such thing (404)."""


class ConflictError(MuxiError):
    """It exists already, is in use, or is in the wrong state (409)."""


class RateLimitError(MuxiError):
    """Too much at once (429)."""


class ServerError(MuxiError):
    """The server failed (5xx)."""


class UnavailableError(ServerError):
    """Not running, still starting, or a feature that is not configured (503)."""


class ConnectionError(MuxiError, builtins.ConnectionError):
    """There was no connection, or it broke before the answer was whole."""

    @property
    def retryable(self) -> bool:
        """Always: the next connection may hold."""
        return True


class TimeoutError(MuxiError, builtins.TimeoutError):
    """There was no answer in time. A chat turn goes on: `requests.wait(error.request_id)`."""

    @property
    def retryable(self) -> bool:
        """Always: the next attempt may be faster."""
        return True


class StreamError(MuxiError):
    """The turn behind a stream failed.

    Attributes:
        partial: The text that had arrived.
    """

    partial: str = ""


class StreamInterruptedError(StreamError):
    """The stream ended before its terminal event; `partial` has the text that had arrived."""


class InvalidResponseError(MuxiError):
    """The answer is no JSON, or does not fit its model."""


_BY_STATUS: dict[int, type[MuxiError]] = {
    400: ValidationError,
    401: AuthenticationError,
    403: AuthorizationError,
    404: NotFoundError,
    408: TimeoutError,
    409: ConflictError,
    413: ValidationError,
    422: ValidationError,
    429: RateLimitError,
    503: UnavailableError,
}

_STATUS_OF_CODE = {
    "UNAUTHORIZED": 401,
    "FORBIDDEN": 403,
    "NOT_FOUND": 404,
    "RATE_LIMITED": 429,
    "GONE": 410,
    "SERVICE_UNAVAILABLE": 503,
    "SYSTEM_OVERLOAD": 503,
    "INVALID_REQUEST": 400,
    "INVALID_PARAMS": 422,
    "VALIDATION_ERROR": 422,
}


def error_class(status_code: int, code: str | None = None) -> type[MuxiError]:
    """The class for an HTTP status; a 2xx with an error inside goes by its code."""
    if status_code < 300 and code is not None:
        status_code = _STATUS_OF_CODE.get(code, 404 if code.endswith("_NOT_FOUND") else 500)
    return _BY_STATUS.get(status_code, ServerError if status_code >= 500 else MuxiError)
