"""Triggers: events that start turns (contract B15)."""

from __future__ import annotations

import re

import yaml
from pydantic import BaseModel
from starlette.responses import JSONResponse, Response

from ..model import Turn
from ..streams import NoAnswer
from .chat import BrokenOff
from .envelopes import ApiError, check_name, envelope, new_id, ok, parse
from .guards import Route, client
from .idempotency import once
from .manifest import FOLDER, as_list, as_map, block_of, front_matter, texts_of
from .messages import Said
from .state import Call

_FIELD = re.compile(r"\$\{\{\s*data\.([A-Za-z0-9_.]+)\s*\}\}")


class Event(BaseModel):
    """The body of `POST /v1/triggers/{name}`."""

    data: dict[str, object]
    session_id: str | None = None
    use_async: bool | None = True


async def list_triggers(call: Call) -> Response:
    """`GET /v1/triggers`."""
    found = [*_templates(call)]
    data = {"formation_id": call.state.config.formation_id, "triggers": found}
    return ok("list", "list.retrieved", data | {"count": len(found)})


async def get_trigger(call: Call) -> Response:
    """`GET /v1/triggers/{name}`."""
    name = call.param("name")
    check_name("trigger", name)
    text = _templates(call).get(name)
    if text is None:
        raise ApiError(404, f"Trigger '{name}' not found", code="TRIGGER_NOT_FOUND")
    fields = sorted({*_FIELD.findall(text)})
    data = {"name": name, "content": text, "data_fields": fields or None}
    return ok("trigger", "trigger.retrieved", data)


async def fire(call: Call) -> Response:
    """`POST /v1/triggers/{name}`."""
    event = parse(Event, call.body)
    return await once(call, lambda: _fire(call, event))


async def _fire(call: Call, event: Event) -> Response:
    turn = _turn(call, event)
    if not event.use_async:
        return await _wait(call, turn)
    overlord = block_of(call.state.config.manifest, "overlord")
    if block_of(overlord, "response").get("streaming") and not turn.webhook_url:
        # The server creates a stream but doesn't read it, so this turn never runs.
        call.state.turns.begin(turn)
    else:
        call.state.turns.run(turn)
    return _answer("processing", turn)


async def _wait(call: Call, turn: Turn) -> Response:
    try:
        said = await call.state.turns.answer(turn)
    except BrokenOff:
        return NoAnswer()
    except ApiError as problem:
        if problem.status == 403:
            raise
        raise ApiError(500, f"Trigger execution failed: {problem.message}") from None
    return _answer("completed", turn, said)


def _answer(status: str, turn: Turn, said: Said | None = None) -> Response:
    content = {} if said is None else {"content": said.message["content"]}
    data = {"status": status, **content}
    answer = envelope("request", f"request.{status}", data, request_id=turn.request_id)
    return JSONResponse(answer)


def _turn(call: Call, event: Event) -> Turn:
    name = call.param("name")
    written = _templates(call).get(name)
    if written is None:
        where = f"{FOLDER}/triggers/{name}.md"
        raise ApiError(404, f"Trigger template '{name}' not found at: {where}")
    head, template = front_matter(written)
    return Turn(
        message=_FIELD.sub(lambda found: _look_up(found[1], event.data), template),
        user_id=call.state.owner(call.user_id or "0"),
        session_id=event.session_id or new_id("sess"),
        request_id=new_id("req"),
        webhook_url=_webhook(name, head),
    )


def _webhook(name: str, head: str) -> str | None:
    try:
        found = as_map(yaml.safe_load(head)).get("webhook")
    except yaml.YAMLError as problem:
        raise ApiError(400, f"Invalid frontmatter in trigger '{name}': {problem}") from None
    return None if found is None else str(found)


def _look_up(path: str, data: object) -> str:
    found = data
    for key in path.split("."):
        items, inside = as_list(found), as_map(found)
        if key.isdigit() and int(key) < len(items):
            found = items[int(key)]
        elif key in inside:
            found = inside[key]
        else:
            text = _missing(key, path, found)
            raise ApiError(400, f"Template rendering failed: {text}")
    return str(found)


def _missing(key: str, path: str, found: object) -> str:
    items, inside = as_list(found), as_map(found)
    if inside or found == {}:
        return f"Data key 'data.{path}' not found. Available keys: {[*inside]}"
    if items or found == []:
        text = f"Cannot access non-numeric key '{key}' in list at 'data.{path}'. "
        return f"{text}Use numeric index (0-{len(items) - 1})"
    text = f"Cannot access '{key}' in non-dict/non-list value at 'data.{path}'. "
    return f"{text}Value type: {type(found).__name__}"


def _templates(call: Call) -> dict[str, str]:
    return texts_of(call.state.config.manifest, "triggers")


ROUTES: tuple[Route, ...] = (
    Route("GET", "/triggers", client, list_triggers),
    Route("GET", "/triggers/{name}", client, get_trigger),
    Route("POST", "/triggers/{name}", client, fire),
)
