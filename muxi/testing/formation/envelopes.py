"""The wire format of a formation: envelopes, errors, the 422, ids (contract A1, A2)."""

from __future__ import annotations

import json
import random
import re
import string
import time
from collections.abc import Iterable, Mapping
from datetime import datetime, timezone
from typing import TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

ModelT = TypeVar("ModelT", bound=BaseModel)

RUNTIME_VERSION = "1.20260928.0"
"""The version of the emulated runtime."""

_ALPHABET = "_" + string.ascii_letters + string.digits
_RANDOM = random.SystemRandom()
_TYPES = {
    "INVALID_REQUEST": "error.validation",
    "INVALID_PARAMS": "error.validation",
    "UNAUTHORIZED": "error.authentication",
    "FORBIDDEN": "error.authorization",
    "AGENT_NOT_FOUND": "error.not_found",
    "RESOURCE_NOT_FOUND": "error.not_found",
    "METHOD_NOT_FOUND": "error.not_found",
}
_CODES = {
    400: "INVALID_REQUEST",
    401: "UNAUTHORIZED",
    403: "FORBIDDEN",
    404: "RESOURCE_NOT_FOUND",
    405: "METHOD_NOT_ALLOWED",
    501: "METHOD_NOT_FOUND",
}
_KINDS = (
    ("json", "invalid_json"),
    ("missing", "missing"),
    ("type", "wrong_type"),
    ("too_short", "too_short"),
    ("too_long", "too_long"),
    ("pattern", "invalid_format"),
)


class ApiError(Exception):
    """Raised to answer a call with an error envelope."""

    def __init__(
        self, status: int, message: str, *, code: str | None = None, data: object = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code or _CODES.get(status, "INTERNAL_ERROR")
        self.message = message
        self.data = data


def new_id(prefix: str) -> str:
    """Return an id like the server's: a prefix and 21 characters."""
    return f"{prefix}_{nano_id()}"


def nano_id(size: int = 21) -> str:
    """Return an id without a prefix."""
    return "".join(_RANDOM.choices(_ALPHABET, k=size))


def utc_now() -> str:
    """Return the current time as responses have it: UTC with a `Z`."""
    return f"{naive_now()}Z"


def naive_now() -> str:
    """Return the current time as the database has it: UTC without an offset."""
    return datetime.now(timezone.utc).replace(tzinfo=None).isoformat(timespec="microseconds")


def envelope(
    kind: str, event: str, data: Mapping[str, object], *, request_id: str | None = None
) -> dict[str, object]:
    """Return the envelope of a successful response as JSON."""
    return _envelope(kind, event, data, None, request_id)


def ok(kind: str, event: str, data: Mapping[str, object], status: int = 200) -> Response:
    """Return a successful response."""
    return JSONResponse(envelope(kind, event, data), status)


def error(failure: ApiError) -> Response:
    """Return an error response."""
    about = {"code": failure.code, "message": failure.message, "data": failure.data}
    event = _TYPES.get(failure.code, "error.internal")
    return JSONResponse(_envelope("error", event, {}, about, None), failure.status)


def _envelope(
    kind: str,
    event: str,
    data: Mapping[str, object],
    about: dict[str, object] | None,
    request_id: str | None,
) -> dict[str, object]:
    return {
        "object": kind,
        "timestamp": int(time.time() * 1000),
        "type": event,
        "request": {"id": request_id or new_id("req"), "idempotency_key": None},
        "success": about is None,
        "error": about,
        "data": dict(data),
    }


def frame(data: Mapping[str, object], event: str | None = None) -> bytes:
    """Return one server-sent event. Like the server, it doesn't escape non-ASCII characters."""
    name = f"event: {event}\n" if event else ""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return f"{name}data: {text}\n\n".encode()


async def read_json(request: Request) -> object:
    """Return the parsed body, or its bytes if it is empty or its content type isn't JSON.

    An invalid body is refused before the key is checked, as on the server.
    """
    raw = await request.body()
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    named = kind[:12] == "application/" and kind[-5:] == "+json"
    if not raw or (kind != "application/json" and not named):
        return raw
    try:
        return json.loads(raw)
    except json.JSONDecodeError as problem:
        raise invalid([(str(problem.pos), "JSON decode error", "json_invalid")]) from None
    except ValueError:
        raise ApiError(400, "There was an error parsing the body") from None


def check_text(body: object) -> None:
    """Refuse a lone surrogate before it is stored, with the error that encoding it raises."""
    text = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False, default=str)
    text.encode()


def parse(model: type[ModelT], body: object) -> ModelT:
    """Return the body as its model, or refuse it with the server's 422."""
    check_text(body)
    return parse_unchecked(model, body)


def parse_unchecked(model: type[ModelT], body: object) -> ModelT:
    """Parse a body whose text is checked later."""
    if body == b"":
        raise invalid([("", "Field required", "missing")])
    try:
        return model.model_validate(body, from_attributes=True)
    except ValidationError as problem:
        raise invalid_params(problem.errors()) from None


def parse_query(model: type[ModelT], request: Request) -> ModelT:
    """Return the query as its model, or refuse it with the server's 422."""
    try:
        return model.model_validate(dict(request.query_params))
    except ValidationError as problem:
        raise invalid_params(problem.errors(), "query.") from None


def check_name(kind: str, name: str) -> None:
    """Refuse a name that isn't valid for a file."""
    if not re.fullmatch(r"[A-Za-z0-9_-]+", name):
        text = f"Invalid {kind} name {name!r}: must contain only letters, numbers, hyphens, "
        raise ApiError(400, text + "and underscores")


def invalid_params(problems: Iterable[ErrorDetails], prefix: str = "") -> ApiError:
    """Return the 422 for pydantic's errors."""
    return invalid(
        (prefix + ".".join(str(part) for part in found["loc"]), found["msg"], found["type"])
        for found in problems
    )


def invalid(problems: Iterable[tuple[str, str, str]]) -> ApiError:
    """Return the 422 for problems of the form (field, message, pydantic's error type)."""
    listed = [
        {"field": field, "msg": message, "type": "string", "error": _kind(problem)}
        for field, message, problem in problems
    ]
    message = f"Validation failed: {len(listed)} error(s)"
    return ApiError(422, message, code="INVALID_PARAMS", data={"validation_errors": listed})


def _kind(problem: str) -> str:
    return next((kind for word, kind in _KINDS if word in problem), "invalid")
