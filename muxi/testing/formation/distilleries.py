"""The registry of distilleries (contract B6)."""

from __future__ import annotations

from pydantic import BaseModel
from starlette.responses import Response

from .envelopes import ApiError, ok, parse
from .guards import Route, admin
from .manifest import block_of
from .state import Call

_TRUST = ["provisional", "verified"]


class Registration(BaseModel):
    """The body of `POST /v1/memory/distilleries`."""

    name: str
    public_key: str
    description: str | None = None
    scope: dict[str, object] | None = None
    trust_level: str | None = None


async def register(call: Call) -> Response:
    """`POST /v1/memory/distilleries`."""
    body = parse(Registration, call.body)
    need_distilleries(call)
    trust = body.trust_level or "provisional"
    try:
        if not body.name.strip():
            raise ValueError("'name' is required and must be a non-empty string")
        if trust not in _TRUST:
            raise ValueError(f"Invalid trust_level '{trust}'; expected one of {_TRUST}")
        if not body.public_key:
            raise ValueError("public_key must be a non-empty string")
        about = (body.description, body.scope or {}, trust)
        made = call.state.distilleries.add(body.name, body.public_key, *about)
    except ValueError as problem:
        raise ApiError(422, str(problem), code="INVALID_PARAMS") from None
    return ok("memory_distillery", "memory.distillery.registered", made, 201)


async def list_distilleries(call: Call) -> Response:
    """`GET /v1/memory/distilleries`."""
    need_distilleries(call)
    found = call.state.distilleries.all()
    data = {"distilleries": found, "count": len(found)}
    return ok("memory_distillery_list", "memory.distillery.list", data)


async def revoke(call: Call) -> Response:
    """`DELETE /v1/memory/distilleries/{id}`."""
    need_distilleries(call)
    distillery_id = call.param("distillery_id")
    found = call.state.distilleries.revoke(distillery_id)
    if found is None:
        raise ApiError(404, f"Unknown distillery '{distillery_id}'", code="NOT_FOUND")
    return ok("memory_distillery", "memory.distillery.revoked", found)


def need_distilleries(call: Call) -> None:
    """Refuse the call if the manifest doesn't set `memory.distillery.enabled`."""
    memory = block_of(call.state.config.manifest, "memory")
    if not block_of(memory, "distillery").get("enabled"):
        text = "The formation takes no distilled memories: memory.distillery.enabled is not set"
        raise ApiError(503, text, code="SERVICE_UNAVAILABLE")


ROUTES: tuple[Route, ...] = (
    Route("POST", "/memory/distilleries", admin, register),
    Route("GET", "/memory/distilleries", admin, list_distilleries),
    Route("DELETE", "/memory/distilleries/{distillery_id}", admin, revoke),
)
