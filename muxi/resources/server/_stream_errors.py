"""Failures that are told within a stream, as the errors they are without one (server-api 4.0)."""

from __future__ import annotations

from typing import Literal

from ...errors import InvalidResponseError, MuxiError, error_class

Action = Literal["deploy", "update", "start", "restart", "rollback"]

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
"""What isn't here is a fault of the server, 500, but for what `_status` knows."""


def failure(action: Action, data: str) -> MuxiError:
    """The error in the data of an `error` event, or in a body that came in its place."""
    from pydantic_core import from_json  # not above: to import a client stays cheap

    from ..._core.error_bodies import dict_or_empty, str_or_none

    try:
        body = dict_or_empty(from_json(data))
    except ValueError as exc:
        return InvalidResponseError(f"An event of the stream is no JSON: {exc}", sent=True)
    code, stage = str_or_none(body.get("error")), str_or_none(body.get("stage"))
    message = str_or_none(body.get("message")) or code or "The server failed and doesn't say why"
    status = _status(action, code, message)
    return error_class(status)(
        message,
        code=code,
        status_code=status,
        details={"stage": stage} if stage else None,
        sent=True,
    )


def _status(action: Action, code: str | None, message: str) -> int:
    brings_files = action in ("deploy", "update")
    if code in ("ParseError", "HealthCheckFailed"):
        return 400 if brings_files else 500
    if code == "PortAllocationError":
        return 507 if action in ("update", "rollback") else 500
    if code == "DirectoryError":
        return 400 if action == "rollback" else 500
    if code == "NotFound" and "directory" in message:
        return 500  # the server knows the formation, but has lost its files
    return _STATUS.get(code or "", 500)
