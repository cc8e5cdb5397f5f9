"""The routes for secrets (contract B5)."""

from __future__ import annotations

from pydantic import BaseModel
from starlette.responses import JSONResponse, Response

from .envelopes import ApiError, envelope, ok, parse
from .guards import Route, admin
from .manifest import secret_name
from .state import Call


class Update(BaseModel):
    """The body of `PUT /v1/secrets/{key}`."""

    value: str


class Create(BaseModel):
    """The body of `POST /v1/secrets`."""

    key: str
    value: str


async def list_secrets(call: Call) -> Response:
    """`GET /v1/secrets`. The values are masked."""
    found = call.state.secrets.masked()
    return ok("secret_list", "secret.list", {"secrets": found, "count": len(found)})


async def create(call: Call) -> Response:
    """`POST /v1/secrets`."""
    body = parse(Create, call.body)
    if body.key in call.state.secrets:
        raise ApiError(409, f"Secret '{body.key}' already exists", code="SECRET_EXISTS")
    call.state.secrets.put(body.key, body.value)
    data = {"message": f"Secret '{body.key}' created successfully"}
    return JSONResponse(envelope("secret", "secret.created", data), 201)


async def update(call: Call) -> Response:
    """`PUT /v1/secrets/{key}`. The secret must exist."""
    body, key = parse(Update, call.body), _known(call)
    call.state.secrets.put(key, body.value)
    return ok("secret", "secret.updated", {"message": f"Secret '{key}' updated successfully"})


async def delete(call: Call) -> Response:
    """`DELETE /v1/secrets/{key}`. A secret that the formation uses can't be deleted."""
    key = _known(call)
    if secret_name(key) in call.state.secrets.used:
        text = f"Cannot delete secret '{key}' because it is currently in use "
        raise ApiError(409, text + "by the formation configuration", code="SECRET_IN_USE")
    call.state.secrets.remove(key)
    return ok("secret", "secret.deleted", {"message": f"Secret '{key}' deleted successfully"})


async def reload(call: Call) -> Response:
    """`POST /v1/secrets/reload`. It changes nothing: the secrets are only in memory."""
    data: dict[str, object] = {
        "message": "Secrets reloaded successfully using add-or-override merge semantics",
        "added": [],
        "overwritten": [],
        "preserved": [],
        "count": len(call.state.secrets),
    }
    return ok("secret", "secret.reloaded", data)


def _known(call: Call) -> str:
    key = call.param("key")
    if key not in call.state.secrets:
        raise ApiError(404, f"Secret '{key}' not found", code="SECRET_NOT_FOUND")
    return key


ROUTES: tuple[Route, ...] = (
    Route("GET", "/secrets", admin, list_secrets),
    Route("POST", "/secrets", admin, create),
    Route("POST", "/secrets/reload", admin, reload, parses_body=False),
    Route("PUT", "/secrets/{key}", admin, update),
    Route("DELETE", "/secrets/{key}", admin, delete),
)
