"""Skills (contract B2, B16). The server fails each time, so that is all there is to show."""

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
    """The lists, of all skills and of an agent's."""
    raise ApiError(500, _ANSWER)


async def fail_one(call: Call) -> Response:
    """`GET /v1/skills/{name}`: another failure for a skill that isn't there."""
    known = call.param("name") in list_of(call.state.config.manifest, "skills")
    raise ApiError(500, _ANSWER if known else _REFUSAL)


ROUTES: tuple[Route, ...] = (
    Route("GET", "/skills", client, fail),
    Route("GET", "/skills/{name}", client, fail_one),
    Route("GET", "/agents/{agent_id}/skills", client, fail),
)
