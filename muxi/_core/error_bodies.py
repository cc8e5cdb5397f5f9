"""Read error bodies (contract A2, server-api 1 and 10).

They are the formation's envelope, the flat shape of the control plane and the proxy, or no JSON.
"""

from __future__ import annotations

from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

import pydantic
from pydantic import TypeAdapter

from ..errors import AuthenticationError, MuxiError, error_class

if TYPE_CHECKING:
    from .messages import RawResponse

_OBJECT = TypeAdapter(dict[str, object])
_OBJECTS = TypeAdapter(list[dict[str, object]])


def dict_or_empty(value: object) -> dict[str, object]:
    """A JSON object of any content; empty where there is none."""
    try:
        return _OBJECT.validate_python(value)
    except pydantic.ValidationError:
        return {}


def str_or_none(value: object) -> str | None:
    """A text; None where there is none."""
    return value if isinstance(value, str) else None


def _body(reply: RawResponse) -> dict[str, object]:
    try:
        return _OBJECT.validate_json(reply.body)
    except pydantic.ValidationError:
        return {}


def request_id_of(reply: RawResponse) -> str | None:
    """The id in the envelope of an answer, if it has one."""
    return str_or_none(dict_or_empty(_body(reply).get("request")).get("id"))


def holds_error(reply: RawResponse) -> bool:
    """The body is an error, whatever the status says."""
    body = _body(reply)
    return bool(body.get("error")) or body.get("success") is False


def read_error(reply: RawResponse) -> MuxiError:
    """The error in an answer."""
    body = _body(reply)
    phrase, inner = str_or_none(body.get("error")), dict_or_empty(body.get("error"))
    told = str_or_none(body.get("message"))
    message = str_or_none(inner.get("message")) or told or phrase
    # Of dev runs `error` is all the text there is, and no code (server-api 5.1).
    code = str_or_none(inner.get("code")) or (phrase if told else None) or None
    kind = error_class(reply.status_code, code)
    if not message:
        message = _unreadable(reply)
    elif kind is AuthenticationError:
        message += _clock_skew(message, reply)
    return kind(
        message + _faults(inner.get("data")),
        code=code,
        status_code=reply.status_code,
        details=inner.get("data") if body.get("error") else _told(body),
        request_id=request_id_of(reply),
        retry_after=_retry_after(reply),
        sent=True,
    )


def _told(body: dict[str, object]) -> object:
    """Return what a body says that names no error.

    A notification that reached nobody is a success but for its status, 502.
    """
    return body.get("data", body) or None


def _unreadable(reply: RawResponse) -> str:
    if "location" in reply.headers and 300 <= reply.status_code < 400:
        return f"The server redirects to {reply.headers['location']}; keys are not sent on to it"
    kind = reply.headers.get("content-type", "no content type")
    return f"The server answered {reply.status_code} with {len(reply.body)} bytes of {kind}"


def _faults(details: object) -> str:
    """The fields that the server refused, which its message only counts."""
    try:
        faults = _OBJECTS.validate_python(dict_or_empty(details).get("validation_errors"))
    except pydantic.ValidationError:
        return ""
    told = "; ".join(f"{fault.get('field') or 'body'}: {fault.get('msg')}" for fault in faults)
    return f": {told}" if told else ""


def _clock_skew(message: str, reply: RawResponse) -> str:
    server = _date(reply.headers.get("date"))
    if not message.startswith("Request expired") or server is None:
        return ""
    ahead = round(reply.received_at - server)
    if abs(ahead) < 60:
        return ""
    way = "ahead of" if ahead > 0 else "behind"
    return f". This machine's clock is {abs(ahead)} s {way} the server's"


def _retry_after(reply: RawResponse) -> float | None:
    """Seconds to wait, from `Retry-After-Ms`, or `Retry-After` as seconds or as a date."""
    for name, unit in (("retry-after-ms", 1000.0), ("retry-after", 1.0)):
        try:
            seconds = float(reply.headers[name]) / unit
        except (KeyError, ValueError):
            continue
        return seconds if 0 <= seconds < float("inf") else None
    then = _date(reply.headers.get("retry-after"))
    now = _date(reply.headers.get("date")) or reply.received_at
    return None if then is None else max(0.0, then - now)


def _date(text: str | None) -> float | None:
    try:
        return None if text is None else parsedate_to_datetime(text).timestamp()
    except (ValueError, OverflowError):
        return None
