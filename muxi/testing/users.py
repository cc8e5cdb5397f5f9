"""Users and their identifiers (contract B19)."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import TypeVar

from pydantic import BaseModel, ValidationError
from starlette.responses import Response

from .directory import User
from .guards import Row, client
from .state import Call
from .wire import ApiError, ok

ModelT = TypeVar("ModelT", bound=BaseModel)

_NO_ROW = {
    True: "(sqlalchemy.dialects.postgresql.asyncpg.NotNullViolationError) null value in column "
    '"formation_id" of relation "users" violates not-null constraint',
    False: "(pysqlite3.dbapi2.IntegrityError) NOT NULL constraint failed: users.formation_id",
}
"""How the database refuses identifiers for nobody, in a formation for many or for one."""


class ResolveRequest(BaseModel):
    """The body of `POST /v1/users/resolve`."""

    identifier: str
    identifier_type: str | None = None


class Named(BaseModel):
    """An identifier and its type."""

    identifier: str
    type: str | None = None


class AssociateRequest(BaseModel):
    """The body of `POST /v1/users/identifiers`."""

    identifiers: list[str | tuple[str, str] | Named]
    muxi_user_id: str | None = None


async def resolve(call: Call) -> Response:
    """`POST /v1/users/resolve`: makes a user for an identifier that nobody has."""
    body = await _body(call, ResolveRequest)
    user = call.state.users.know(body.identifier, body.identifier_type)
    return _resolved(body.identifier, user)


async def lookup(call: Call) -> Response:
    """`GET /v1/users/{identifier}`."""
    identifier = call.param("identifier")
    user = call.state.users.find(identifier)
    if user is None:
        raise ApiError(404, f"Identifier not found: '{identifier}'")
    return _resolved(identifier, user)


async def identifiers(call: Call) -> Response:
    """`GET /v1/users/identifiers/{muxi_user_id}`."""
    user = _user(call, call.param("user_id"))
    data: dict[str, object] = {"muxi_user_id": user.muxi_id, "internal_user_id": user.number}
    return _listed("user.identifiers.list", data, [*user.names.values()])


async def associate(call: Call) -> Response:
    """`POST /v1/users/identifiers`: fails without a user."""
    body = await _body(call, AssociateRequest)
    if body.muxi_user_id is None:
        refusal = f"IntegrityError({_NO_ROW[call.state.config.multi_user]!r})"
        raise ApiError(500, f"Failed to associate identifiers: {refusal}")
    user = _user(call, body.muxi_user_id)
    linked = [call.state.users.link(user, *_named(each)) for each in body.identifiers]
    data: dict[str, object] = {"muxi_user_id": user.muxi_id}
    return _listed("user.identifiers.associated", data, linked)


async def dissociate(call: Call) -> Response:
    """`DELETE /v1/users/identifiers/{identifier}`."""
    identifier = call.param("user_id")
    user = call.state.users.unlink(identifier)
    if user is None:
        raise ApiError(404, f"Identifier '{identifier}' not found")
    text = f"Identifier '{identifier}' removed successfully"
    data = {"message": text, "muxi_user_id": user.muxi_id}
    return ok("message", "user.identifier.deleted", data)


async def _body(call: Call, model: type[ModelT]) -> ModelT:
    """The body as its model; the server's own words for what doesn't fit."""
    try:
        return model.model_validate(json.loads(await call.request.body()))
    except json.JSONDecodeError as problem:
        raise ApiError(400, f"JSONDecodeError({str(problem)!r})") from None
    except ValidationError as problem:
        # Pydantic names its own version; the runtime's is this one.
        raise ApiError(400, re.sub(r"(pydantic\.dev)/[\d.]+/", r"\1/2.14/", str(problem))) from None


def _user(call: Call, muxi_id: str) -> User:
    found = call.state.users.of_muxi(muxi_id)
    if found is None:
        raise ApiError(404, f"User not found: '{muxi_id}'")
    return found


def _named(given: str | tuple[str, str] | Named) -> tuple[str, str | None]:
    if isinstance(given, Named):
        return given.identifier, given.type
    return (given, None) if isinstance(given, str) else given


def _resolved(identifier: str, user: User) -> Response:
    ids = {"muxi_user_id": user.muxi_id, "internal_user_id": user.number}
    return ok("user", "user.resolved", {"identifier": identifier, **ids})


def _listed(event: str, data: dict[str, object], found: Sequence[dict[str, object]]) -> Response:
    listed = {**data, "identifiers": [*found], "count": len(found)}
    return ok("user_identifier_list", event, listed)


ROUTES: tuple[Row, ...] = (
    ("POST", "/users/resolve", client, resolve),
    ("POST", "/users/identifiers", client, associate),
    ("GET", "/users/identifiers/{user_id}", client, identifiers),
    ("DELETE", "/users/identifiers/{user_id}", client, dissociate),
    ("GET", "/users/{identifier}", client, lookup),
)
