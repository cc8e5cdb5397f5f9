"""Parses responses: envelope and payload in one pass of pydantic-core."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import pydantic
from pydantic import TypeAdapter
from typing_extensions import Required, TypedDict

from ..errors import InvalidResponseError
from ..models._base import SCHEMA_LOCK, Answer, Meta
from .call import BodyFormat, Call, Response
from .error_bodies import dict_or_empty, error_inside, read_error, request_id_of, str_or_none
from .loose_json import validate_loosely
from .values import changed

if TYPE_CHECKING:
    from .messages import RawResponse

T = TypeVar("T")
_ADAPTERS: dict[tuple[object, bool], TypeAdapter[Any]] = {}


class _Envelope(TypedDict, Generic[T], total=False):
    data: Required[T]
    success: object
    error: object
    timestamp: object
    request: object


def _adapter(returns: object, *, enveloped: bool) -> TypeAdapter[Any]:
    """Return the validator for responses of a type. Each is built once, by one thread."""
    key = (returns, enveloped)
    if (known := _ADAPTERS.get(key)) is not None:
        return known
    with SCHEMA_LOCK:
        generic: Any = _Envelope
        bare: Any = returns
        made = TypeAdapter(generic[bare] if enveloped else bare)
        return _ADAPTERS.setdefault(key, made)


def read_answer(call: Call[T], reply: RawResponse, attempts: int) -> Response[T]:
    """Return the typed response.

    Raises:
        MuxiError: The body contains an error although the status is a success.
        InvalidResponseError: The body doesn't fit the call's model.
    """
    answer, meta = _read(call, reply)
    response = Response(
        data=answer,
        status_code=reply.status_code,
        headers=reply.headers,
        request_id=meta.request_id,
        attempts=attempts,
        elapsed=timedelta(seconds=reply.elapsed),
    )
    if call.transform is not None:
        response = changed(response, data=call.transform(response))
    if isinstance(response.data, Answer):
        object.__setattr__(response.data, "_meta", meta)
    return response


def _read(call: Call[T], reply: RawResponse) -> tuple[T, Meta]:
    if call.already_done is not None and reply.status_code == call.already_done.status:
        return call.already_done.answer, Meta()
    enveloped = call.shape is BodyFormat.ENVELOPE
    adapter = _adapter(call.returns, enveloped=enveloped)
    if call.shape is BodyFormat.FILE:
        if reply.saved is None:
            raise error_inside(reply) or InvalidResponseError(
                f"The response to {call.method} {call.path} is not a file, but {_kind_of(reply)}",
                status_code=reply.status_code,
                sent=True,
            )
        return adapter.validate_python(reply.saved), Meta()
    if call.shape is BodyFormat.TEXT:
        return adapter.validate_python(reply.body.decode(errors="replace")), Meta()
    try:
        found = validate_loosely(adapter.validator.validate_json, reply.body)
    except pydantic.ValidationError as exc:
        raise (error_inside(reply) or _invalid_response(call, reply, exc)) from None
    if not enveloped:
        return found, Meta()
    envelope: _Envelope[T] = found
    if envelope.get("success") is False or envelope.get("error"):
        raise read_error(reply)
    return envelope["data"], _meta(envelope.get("request"), envelope.get("timestamp"))


def _meta(request: object, timestamp: object) -> Meta:
    known = dict_or_empty(request)
    moment = None
    if isinstance(timestamp, int) and 0 < timestamp < 10**14:
        moment = datetime.fromtimestamp(timestamp / 1000, timezone.utc)
    return Meta(
        request_id=str_or_none(known.get("id")),
        server_time=moment,
        idempotency_key=str_or_none(known.get("idempotency_key")),
    )


def _invalid_response(
    call: Call[Any], reply: RawResponse, exc: pydantic.ValidationError
) -> InvalidResponseError:
    first, count = exc.errors(include_url=False, include_input=False)[0], exc.error_count()
    where = ".".join(str(part) for part in first["loc"]) or "the body"
    more = f" (and {count - 1} more)" if count > 1 else ""
    return InvalidResponseError(
        f"The response to {call.method} {call.path} does not fit its model: "
        f"{where}: {first['msg']}{more}.",
        status_code=reply.status_code,
        request_id=call.turn_id or request_id_of(reply),
        sent=True,
    )


def _kind_of(reply: RawResponse) -> str:
    kind = reply.headers.get("content-type", "no content type")
    return f"{len(reply.body)} bytes of {kind}, with status {reply.status_code}"
