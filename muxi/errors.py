"""Every error that a client raises.

    MuxiError
    ├── ConfigurationError      a setting is invalid or missing, such as a key (also ValueError)
    ├── ClientClosedError       the client was closed (also RuntimeError)
    ├── BundleError             a formation's files can't be deployed (also ValueError)
    ├── ValidationError         400, 413, 422, or refused before sending (also ValueError)
    ├── AuthenticationError     401
    ├── AuthorizationError      403
    ├── NotFoundError           404
    ├── ConflictError           409
    ├── RateLimitError          429
    ├── ServerError             5xx
    │   └── UnavailableError    503
    ├── ConnectionError         the connection failed or broke (also builtins.ConnectionError)
    ├── TimeoutError            no response in time, or 408 (also builtins.TimeoutError)
    ├── DeploymentError         a deployed formation is down, or another version responds
    ├── StreamError             the turn behind a stream failed
    │   └── StreamInterruptedError   a stream ended before its final event
    ├── InvalidResponseError    the response doesn't fit its model
    └── WebhookSignatureError   a webhook's signature is missing or wrong

Other statuses, such as 405 and 410, raise a plain `MuxiError`.
"""

from __future__ import annotations

import builtins

_RETRYABLE = frozenset({408, 429, 500, 502, 503, 504})


class MuxiError(Exception):
    """The base class of all errors that a client raises.

    Attributes:
        message: The error message of the server or the SDK.
        code: The error code: a formation's, such as `REQUEST_NOT_FOUND`; the control plane's, such
            as `HealthCheckFailed` or `NotFound`; or the server's proxy's, such as `Formation
            unavailable`.
        status_code: The HTTP status; None if no whole response was read.
        details: Further data of the server, such as its list of validation errors.
        request_id: The id of the HTTP request, or of the chat turn.
        retry_after: The seconds that the server asks to wait before the next attempt.
        sent: True if the request may have reached the server, which may have acted on it.
        url: The URL that was requested; None if nothing was. Messages leave it out, so that a
            service can relay them; they name only an address that can't be reached.
    """

    url: str | None = None
    _retryable: bool | None = None
    """Whether the same call may succeed a little later; None to decide by the status."""

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
        retryable: bool | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.status_code = status_code
        self.details = details
        self.request_id = request_id
        self.retry_after = retry_after
        self.sent = sent
        if retryable is not None:
            self._retryable = retryable

    @property
    def retryable(self) -> bool:
        """True if the same call may succeed a little later."""
        return self.status_code in _RETRYABLE if self._retryable is None else self._retryable

    def __str__(self) -> str:
        facts = [str(self.status_code)] if self.status_code is not None else []
        facts += [self.code] if self.code else []
        facts += [f"request {self.request_id}"] if self.request_id else []
        return f"{self.message} [{', '.join(facts)}]" if facts else self.message


class ConfigurationError(MuxiError, ValueError):
    """A setting of the client is missing or invalid."""


class ClientClosedError(MuxiError, RuntimeError):
    """The client, or the `http_client` that was passed to it, is closed."""


class BundleError(MuxiError, ValueError):
    """A formation's files can't be deployed, or a download can't be unpacked. Names the file."""


class ValidationError(MuxiError, ValueError):
    """An argument is invalid: the server (400, 413, 422) or the client itself refused it."""


class AuthenticationError(MuxiError):
    """The key or the signature is missing or wrong (401)."""


class WebhookSignatureError(MuxiError):
    """A webhook's signature is missing, too old or made with another key."""


class AuthorizationError(MuxiError):
    """The key is valid but doesn't allow this call (403)."""


class NotFoundError(MuxiError):
    """The resource doesn't exist (404)."""


class ConflictError(MuxiError):
    """The resource already exists, is in use or is in the wrong state (409)."""


class RateLimitError(MuxiError):
    """Too many requests (429); `retry_after` may say when to try again."""


class ServerError(MuxiError):
    """The server failed (5xx)."""


class UnavailableError(ServerError):
    """The formation isn't running or is starting, or a feature isn't configured (503)."""


class ConnectionError(MuxiError, builtins.ConnectionError):
    """The connection failed, or broke before the whole response was read."""

    _retryable = True


class TimeoutError(MuxiError, builtins.TimeoutError):
    """No response came in time. Chat turns continue: `requests.wait(error)`."""

    _retryable = True


class DeploymentError(MuxiError):
    """The server reported success, but the formation is down or responds with another version."""


class StreamError(MuxiError):
    """The turn behind a stream failed.

    Attributes:
        partial: The text received before the error.
    """

    partial: str = ""


class StreamInterruptedError(StreamError):
    """The stream ended before its final event. `partial` is the text received so far."""

    _retryable = True


class InvalidResponseError(MuxiError):
    """The response isn't JSON, doesn't fit its model, or is larger than the client's limits."""


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
    """Return the error class for an HTTP status, or for the code of an error with status 2xx."""
    if status_code < 300 and code is not None:
        status_code = _STATUS_OF_CODE.get(code, 404 if code.endswith("_NOT_FOUND") else 500)
    return _BY_STATUS.get(status_code, ServerError if status_code >= 500 else MuxiError)
