"""Skills (contract B2, B16). All routes fail, as on the server."""

from __future__ import annotations

from starlette.responses import Response

from .envelopes import ApiError
from .guards import Route, client
from .manifest import list_of
from .state import Call

_ANSWER = (
    "create_success_response() missing 2 required positional arguments: "
    "'object_type' and 'event_type'"
)
_REFUSAL = "create_error_response() got an unexpected keyword argument 'status_code'"


async def fail(call: Call) -> Response:
    """`GET /v1/skills`, and the list of an agent's skills."""
    raise ApiError(500, _ANSWER)


async def fail_one(call: Call) -> Response:
    """`GET /v1/skills/{name}`. It fails differently for a skill that doesn't exist."""
    known = call.param("name") in list_of(call.state.config.manifest, "skills")
    raise ApiError(500, _ANSWER if known else _REFUSAL)


ROUTES: tuple[Route, ...] = (
    Route("GET", "/skills", client, fail),
    Route("GET", "/skills/{name}", client, fail_one),
    Route("GET", "/agents/{agent_id}/skills", client, fail),
)
