"""Users and their identifiers (contract B19)."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from pydantic import BaseModel, ValidationError
from starlette.responses import Response

from .directory import User, canonical
from .envelopes import ApiError, ok, parse
from .guards import Route, client
from .manifest import as_list, as_map
from .state import Call

_NO_ROW = {
    True: "(sqlalchemy.dialects.postgresql.asyncpg.NotNullViolationError) null value in column "
    '"formation_id" of relation "users" violates not-null constraint',
    False: "(pysqlite3.dbapi2.IntegrityError) NOT NULL constraint failed: users.formation_id",
}
"""The database's errors for identifiers without a user, by `multi_user`."""


class ResolveRequest(BaseModel):
    """The body of `POST /v1/users/resolve`."""

    identifier: str
    identifier_type: str | None = None


class AssociateRequest(BaseModel):
    """The body of `POST /v1/users/identifiers`."""

    identifiers: list[object]
    muxi_user_id: str | None = None


async def resolve(call: Call) -> Response:
    """`POST /v1/users/resolve`. It creates a user if the identifier is new."""
    body = await _resolving(call)
    _check(body.identifier)
    user = call.state.users.know(body.identifier, body.identifier_type)
    return _resolved(body.identifier, user)


async def lookup(call: Call) -> Response:
    """`GET /v1/users/{identifier}`."""
    identifier = canonical(call.param("identifier"))
    _check(identifier)
    user = call.state.users.find(identifier)
    if user is None:
        raise ApiError(404, f"Identifier not found: {identifier!r}")
    return _resolved(identifier, user)


async def identifiers(call: Call) -> Response:
    """`GET /v1/users/identifiers/{muxi_user_id}`."""
    user = _user(call, call.param("user_id"))
    data: dict[str, object] = {"muxi_user_id": user.muxi_id, "internal_user_id": user.number}
    return _listed("user.identifiers.list", data, [*user.names.values()])


async def associate(call: Call) -> Response:
    """`POST /v1/users/identifiers`. It fails without a user."""
    body = parse(AssociateRequest, call.body)
    if not body.muxi_user_id:
        refusal = f"IntegrityError({_NO_ROW[call.state.config.multi_user]!r})"
        raise ApiError(500, f"Failed to associate identifiers: {refusal}")
    user = _user(call, body.muxi_user_id)
    named = [name for each in body.identifiers if (name := _identifier_and_type(each))]
    linked = [call.state.users.link(user, *name) for name in named]
    data: dict[str, object] = {"muxi_user_id": user.muxi_id}
    return _listed("user.identifiers.associated", data, linked)


async def dissociate(call: Call) -> Response:
    """`DELETE /v1/users/identifiers/{identifier}`."""
    identifier = canonical(call.param("user_id"))
    user = call.state.users.unlink(identifier)
    if user is None:
        raise ApiError(404, f"Identifier {identifier!r} not found")
    text = f"Identifier {identifier!r} removed successfully"
    data = {"message": text, "muxi_user_id": user.muxi_id}
    return ok("message", "user.identifier.deleted", data)


async def _resolving(call: Call) -> ResolveRequest:
    """Return the body as its model, or refuse it with the server's own messages."""
    try:
        body = json.loads(await call.request.body())
    except json.JSONDecodeError as problem:
        raise ApiError(400, f"JSONDecodeError({str(problem)!r})") from None
    if not isinstance(body, dict):
        raise ApiError(500, "Failed to resolve identifier: the body must be a mapping")
    try:
        return ResolveRequest.model_validate(body)
    except ValidationError as problem:
        # Pydantic's message has its own version. The runtime has this one.
        raise ApiError(400, re.sub(r"(pydantic\.dev)/[\d.]+/", r"\1/2.14/", str(problem))) from None


def _check(identifier: str) -> None:
    if not identifier.strip():
        text = f"identifier must be a non-empty string, got: str = {identifier!r}"
        raise ApiError(400, repr(ValueError(text)))


def _user(call: Call, muxi_id: str) -> User:
    found = call.state.users.of_muxi(muxi_id)
    if found is None:
        raise ApiError(404, f"User not found: {muxi_id!r}")
    return found


def _identifier_and_type(given: object) -> tuple[str, str | None] | None:
    """Return an identifier and its type. An invalid entry is skipped: None."""
    about, pair = as_map(given), as_list(given)
    identifier, kind = given, None
    if about:
        identifier, kind = about.get("identifier"), about.get("type")
    elif len(pair) > 1:
        identifier, kind = pair[:2]
    if not isinstance(identifier, str) or not identifier:
        return None
    return identifier, kind if isinstance(kind, str) else None


def _resolved(identifier: str, user: User) -> Response:
    ids = {"muxi_user_id": user.muxi_id, "internal_user_id": user.number}
    return ok("user", "user.resolved", {"identifier": identifier, **ids})


def _listed(event: str, data: dict[str, object], found: Sequence[dict[str, object]]) -> Response:
    listed = {**data, "identifiers": [*found], "count": len(found)}
    return ok("user_identifier_list", event, listed)


ROUTES: tuple[Route, ...] = (
    Route("POST", "/users/resolve", client, resolve, parses_body=False),
    Route("POST", "/users/identifiers", client, associate),
    Route("GET", "/users/identifiers/{user_id}", client, identifiers),
    Route("DELETE", "/users/identifiers/{user_id}", client, dissociate),
    Route("GET", "/users/{identifier}", client, lookup),
)
