"""Users' credentials (contract B18)."""

from __future__ import annotations

import json
import re

from pydantic import BaseModel
from starlette.responses import Response

from .envelopes import ApiError, ok, parse
from .guards import Route, either
from .manifest import block_of, servers_of
from .state import Call

_OWN = re.compile(r"\$\{\{\s*user\.credentials\.([\w-]+)\s*\}\}")


class Create(BaseModel):
    """The body of `POST /v1/credentials`."""

    service: str
    credential: dict[str, object]
    name: str | None = None


async def services(call: Call) -> Response:
    """`GET /v1/credentials/services`: the MCP servers that need a credential from each user."""
    found: list[dict[str, object]] = []
    for server in servers_of(call.state.config.manifest):
        wanted = _OWN.search(json.dumps(block_of(server, "auth")))
        if wanted:
            text = "MCP server requiring user authentication"
            name = server.get("id")
            found.append({"service": wanted[1], "server_id": name, "description": text})
    data = {"services": found, "count": len(found)}
    return ok("credential_list", "credentials.listed", data)


async def list_credentials(call: Call) -> Response:
    """`GET /v1/credentials`."""
    found = call.state.credentials.of(call.named_user())
    data = {"credentials": found, "count": len(found)}
    return ok("credential_list", "credentials.listed", data)


async def create(call: Call) -> Response:
    """`POST /v1/credentials`. It always fails, because the server can't store one."""
    body = parse(Create, call.body)
    call.named_user()
    if " " in body.service.strip():
        text = "The name of a service has no spaces"
        raise ApiError(400, text, code="VALIDATION_ERROR")
    text = "'EncryptedCredentialResolver' object has no attribute 'store'"
    raise ApiError(500, f"Failed to create credential: {text}")


async def get(call: Call) -> Response:
    """`GET /v1/credentials/{id}`."""
    return ok("credential", "credentials.retrieved", _credential(call))


async def delete(call: Call) -> Response:
    """`DELETE /v1/credentials/{id}`. The server looks it up by service, which can have several."""
    user_id, found = call.named_user(), _credential(call)
    same = [
        each for each in call.state.credentials.of(user_id) if each["service"] == found["service"]
    ]
    if len(same) > 1:
        text = f"The user has several credentials for {found['service']}"
        raise ApiError(500, f"Failed to delete credential: {text}")
    call.state.credentials.remove(user_id, str(found["credential_id"]))
    data = {"credential_id": found["credential_id"], "deleted": True}
    return ok("credential", "credentials.deleted", data)


def _credential(call: Call) -> dict[str, object]:
    credential_id = call.param("credential_id")
    found = call.state.credentials.get(call.named_user(), credential_id)
    if found is None:
        raise ApiError(404, f"Credential not found: {credential_id}")
    return found


ROUTES: tuple[Route, ...] = (
    Route("GET", "/credentials/services", either, services),
    Route("GET", "/credentials", either, list_credentials),
    Route("POST", "/credentials", either, create),
    Route("GET", "/credentials/{credential_id}", either, get),
    Route("DELETE", "/credentials/{credential_id}", either, delete),
)
