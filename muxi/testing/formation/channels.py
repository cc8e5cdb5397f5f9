"""The channels of users, and notifications to them (contract B19, B20)."""

from __future__ import annotations

from zoneinfo import available_timezones

from pydantic import BaseModel
from starlette.responses import JSONResponse, Response

from .directory import Reach, canonical
from .envelopes import ApiError, envelope, new_id, ok, parse
from .guards import Route, client
from .manifest import Manifest, block_of
from .state import Call

_WEBHOOK = "webhook"


class Update(BaseModel):
    """The body of `PUT /v1/users/{id}/channels`."""

    preferred_channel: str | None = None
    channels: dict[str, dict[str, object]] | None = None
    timezone: str | None = None


class Notify(BaseModel):
    """The body of `POST /v1/notifications`."""

    user_id: str
    message: str
    channels: list[str] | None = None


async def show(call: Call) -> Response:
    """`GET /v1/users/{id}/channels`."""
    _declared(call)
    return _shown(call, "user.channels.retrieved")


async def update(call: Call) -> Response:
    """`PUT /v1/users/{id}/channels`. Only the given keys change, and `""` clears a key."""
    body, declared = parse(Update, call.body), sorted(_declared(call))
    if body.preferred_channel and body.preferred_channel not in (*declared, _WEBHOOK):
        name = body.preferred_channel
        text = f"Unknown channel '{name}'. Declared channels: {declared} (or 'webhook')"
        raise ApiError(400, text)
    if body.timezone and not _is_timezone(body.timezone):
        text = f"Unknown timezone '{body.timezone}' (use an IANA name like 'Europe/London')"
        raise ApiError(400, text)
    user_id = call.state.owner(canonical(call.param("user_id")))
    reach = call.state.channels.of(user_id)
    if body.preferred_channel is not None:
        reach.preferred_channel = body.preferred_channel or None
    if body.timezone is not None:
        reach.timezone = body.timezone or None
    call.state.channels.merge(user_id, body.channels or {})
    return _shown(call, "user.channels.updated")


async def notify(call: Call) -> Response:
    """`POST /v1/notifications`. Nothing is sent, but the report is like the server's.

    A channel counts as reached if it has a `url` in the manifest. The webhook counts as reached if
    the manifest has one.
    """
    body, declared = parse(Notify, call.body), _declared(call)
    if not body.message.strip():
        raise ApiError(400, "'message' must be a non-empty string")
    manifest = call.state.config.manifest
    reach = call.state.channels.of(call.state.owner(body.user_id))
    names = [_target(name, reach, manifest) for name in body.channels or ["preferred"]]
    targets = [*dict.fromkeys(name if name in declared else _WEBHOOK for name in names)]
    reached = {name for name in declared if block_of(declared, name).get("url")}
    if block_of(manifest, "async").get("webhook_url"):
        reached.add(_WEBHOOK)
    delivered = [name for name in targets if name in reached]
    failed = [name for name in targets if name not in reached]
    if not delivered and _WEBHOOK in reached:
        delivered = [_WEBHOOK]
    request_id = new_id("req")
    data = {"channels": targets, "delivered": delivered, "failed": failed}
    answer = envelope(
        "notification",
        "notification.sent",
        {"request_id": request_id, **data},
        request_id=request_id,
    )
    # If nothing was delivered the status is 502, but the envelope still reports success.
    return JSONResponse(answer, 200 if delivered else 502)


def _declared(call: Call) -> dict[str, object]:
    manifest = call.state.config.manifest
    if "proactive" not in manifest:
        text = "The formation has no 'proactive' block, so it notifies nobody"
        raise ApiError(503, text, code="SERVICE_UNAVAILABLE")
    return block_of(block_of(manifest, "proactive"), "channels")


def _target(name: str, reach: Reach, manifest: Manifest) -> str:
    preferred = reach.preferred_channel or block_of(manifest, "proactive").get("default_channel")
    found = {"preferred": preferred, "last": reach.last_channel or preferred}.get(name, name)
    return str(found or _WEBHOOK)


def _is_timezone(name: str) -> bool:
    return name.lower() in {each.lower() for each in available_timezones()}


def _shown(call: Call, event: str) -> Response:
    user_id = call.state.owner(canonical(call.param("user_id")))
    return ok("user_channels", event, {"user_id": user_id, **vars(call.state.channels.of(user_id))})


ROUTES: tuple[Route, ...] = (
    Route("GET", "/users/{user_id}/channels", client, show),
    Route("PUT", "/users/{user_id}/channels", client, update),
    Route("POST", "/notifications", client, notify),
)
