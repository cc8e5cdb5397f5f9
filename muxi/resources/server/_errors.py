"""Gives the errors of the control plane the same codes (contract server-api 4.0, server-observed).

Events carry a failure type; JSON responses carry an HTTP phrase and a message.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from http import HTTPStatus
from typing import TYPE_CHECKING, Literal

from ...errors import ConnectionError, MuxiError, error_class

if TYPE_CHECKING:
    from ..._files.upload import Upload

StreamedAction = Literal["deploy", "update", "start", "restart", "rollback"]
Action = Literal[StreamedAction, "stop", "delete", "dev", "other"]

_STATUS = {
    "MissingHeader": 400,
    "InvalidFormationID": 400,
    "InvalidRuntime": 400,
    "ExtractError": 400,
    "SecretsError": 400,
    "IDMismatch": 400,
    "VersionMismatch": 400,
    "NoPreviousVersion": 400,
    "NotFound": 404,
    "DraftNotFound": 404,
    "FormationExists": 409,
    "NoChange": 409,
    "AlreadyRunning": 409,
    "DeployConflict": 409,
}
"""The HTTP status that each failure type has in JSON responses. Types that aren't here have 500,
except those that `_status` handles."""
_TYPES = (
    ("MissingHeader", "Missing X-Formation-ID"),
    ("InvalidFormationID", "Invalid X-Formation-ID"),
    ("ExtractError", "Failed to extract bundle"),
    ("ParseError", "Failed to (find|parse) formation config"),
    ("SecretsError", "formation references secrets"),
    ("IDMismatch", "Formation ID mismatch"),
    ("VersionMismatch", "Formation version mismatch"),
    ("NoChange", "Source is identical"),
    ("FormationExists", "Formation '.*' already exists"),
    ("PortAllocationError", "(No available ports|Failed to allocate port)"),
    ("InvalidRuntime", "[Ii]nvalid muxi_runtime"),
    ("ResolveError", "Failed to resolve runtime version"),
    ("RuntimeError", "(runtime version|no runtime versions|invalid runtime version)"),
    ("DownloadError", "Failed to download runtime"),
    ("SpawnError", "Failed to (spawn process|start staging formation|start formation)"),
    ("SwitchError", "Failed to switch ports"),
    ("HealthCheckFailed", "(.* failed health check|Health check failed)"),
    ("AlreadyRunning", "Formation is already running"),
    ("NoPreviousVersion", "No previous version"),
)
"""The failure types by the beginning of their messages."""
_NOTHING_DONE = ("FormationExists", "NoChange", "NoPreviousVersion", "AlreadyRunning")
"""The failure types of actions that the server refused before it changed anything."""
_PERMANENT = ("ReadError", "WriteError")
_RESTART = (
    "The server still holds a process of this formation that it has lost track of. Restart the "
    "MUXI Server, then try again."
)


def explain(action: Action) -> Callable[[MuxiError, int], MuxiError]:
    """Return a function that adds the failure type to the error of an attempt."""

    def with_type(error: MuxiError, attempt: int) -> MuxiError:
        if error.status_code is None:
            return _hung_up(error, attempt) if action in ("stop", "delete") else error
        phrase = _phrase(error.status_code)
        # Responses of dev runs have only a message.
        if error.code == phrase or (error.code is None and action == "dev"):
            error.code = _type_of(error.message) or phrase.replace(" ", "")
        return _advised(error)

    return with_type


def failure(action: StreamedAction, data: str) -> MuxiError:
    """Return the error in an `error` event, or in a JSON response that replaces the stream."""
    from ..._core.error_bodies import dict_or_empty, str_or_none  # late: clients import fast
    from .._event_data import json_of

    body = dict_or_empty(json_of(data))
    code, stage = str_or_none(body.get("error")), str_or_none(body.get("stage"))
    message = str_or_none(body.get("message")) or code or "The server failed without a message"
    status = _status(action, code, message)
    return _advised(
        error_class(status)(
            message,
            code=code,
            status_code=status,
            details={"stage": stage} if stage else None,
            sent=True,
        )
    )


def _status(action: StreamedAction, code: str | None, message: str) -> int:
    brings_files = action in ("deploy", "update")
    if code in ("ParseError", "HealthCheckFailed"):
        return 400 if brings_files else 500
    if code == "ResolveError":
        return 400 if action == "deploy" else 500
    if code == "PortAllocationError":
        return 507 if action in ("update", "rollback") else 500
    if code == "DirectoryError":
        return 400 if action == "rollback" else 500
    if code == "NotFound" and "directory" in message:
        return 500  # the server lists the formation, but its files are gone
    return _STATUS.get(code or "", 500)


def _type_of(message: str) -> str | None:
    return next((kind for kind, text in _TYPES if re.match(text, message)), None)


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""


def _advised(error: MuxiError) -> MuxiError:
    """Add advice to permanent failures, and don't retry them. Correct `sent` of refusals."""
    if error.code in _NOTHING_DONE:
        error.sent = False
    if error.code == "SpawnError" and error.message.endswith("already exists"):
        return _replaced(error, f"{error.message}. {_RESTART}")
    if error.code in _PERMANENT or error.message == "Failed to stop formation":
        return _replaced(error, error.message)
    return error


def slow_upload(error: MuxiError, upload: Upload, limit: float) -> MuxiError:
    """Explain the error if the upload was too slow. The server has deployed nothing then."""
    cut = error.message.startswith(("Failed to save bundle", "Failed to read bundle"))
    seconds = upload.seconds
    if error.status_code != 500 or not cut or seconds < limit - 1:
        return error
    error.sent = False
    return _replaced(
        error,
        f"{error.message}. The MUXI Server reads an upload for at most {limit:.0f} s. This one, "
        f"{upload.size} bytes, took {seconds:.0f} s. Nothing was deployed. Make the bundle "
        "smaller, or deploy it over a faster connection",
    )


def _hung_up(error: MuxiError, attempt: int) -> MuxiError:
    if attempt < 2 or not error.sent or not isinstance(error, ConnectionError):
        return error
    return _replaced(
        error,
        f"{error.message}. So did the attempt before. Some server versions hang up when the "
        "formation's process has crashed: if formations.get shows it as `stopping`, restart the "
        "MUXI Server.",
    )


def _replaced(error: MuxiError, message: str) -> MuxiError:
    """Return the error with another message, marked as not retryable."""
    return type(error)(
        message,
        code=error.code,
        status_code=error.status_code,
        details=error.details,
        request_id=error.request_id,
        sent=error.sent,
        retryable=False,
    )
