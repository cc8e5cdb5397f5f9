"""Parses error bodies (contract A2, server-api 1 and 10).

A body is the formation's envelope, the flat object of the control plane and the proxy, or no JSON.
"""

from __future__ import annotations

import re
from datetime import timezone
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, TypeGuard

from ..errors import AuthenticationError, MuxiError, error_class
from .loose_json import loose_json

if TYPE_CHECKING:
    from .messages import RawResponse

_LONGEST_TEXT, _LONGEST_PAGE = 200, 10_000


def _is_object(value: object) -> TypeGuard[dict[str, object]]:
    return isinstance(value, dict)  # no JSON has other keys than strings


def _is_list(value: object) -> TypeGuard[list[object]]:
    return isinstance(value, list)


def dict_or_empty(value: object) -> dict[str, object]:
    """Return a value that is a JSON object; an empty one if it is something else."""
    return value if _is_object(value) else {}


def str_or_none(value: object) -> str | None:
    """Return a value that is a string; None if it is something else."""
    return value if isinstance(value, str) else None


def _body(reply: RawResponse) -> dict[str, object]:
    try:
        return dict_or_empty(loose_json(reply.body))
    except ValueError:
        return {}


def _request_id(body: dict[str, object]) -> str | None:
    return str_or_none(dict_or_empty(body.get("request")).get("id"))


def request_id_of(reply: RawResponse) -> str | None:
    """Return the request id in the envelope of a response; None if it has none."""
    return _request_id(_body(reply))


def error_inside(reply: RawResponse) -> MuxiError | None:
    """Return the error in the body of a response with a success status; None if there is none."""
    body = _body(reply)
    return _read(reply, body) if body.get("error") or body.get("success") is False else None


def read_error(reply: RawResponse) -> MuxiError:
    """Return the error in a response."""
    return _read(reply, _body(reply))


def _read(reply: RawResponse, body: dict[str, object]) -> MuxiError:
    phrase, inner = str_or_none(body.get("error")), dict_or_empty(body.get("error"))
    outer = str_or_none(body.get("message"))
    message = str_or_none(inner.get("message")) or outer or phrase
    # In dev runs, `error` is the message, not a code (server-api 5.1).
    code = str_or_none(inner.get("code")) or (phrase if outer else None) or None
    kind = error_class(reply.status_code, code)
    if not message:
        message = _of_framework(body) or _unreadable(reply)
        if reply.status_code == 404:
            message += ". No MUXI service answers there: check the client's URL (see error.url)"
    elif kind is AuthenticationError:
        message += _clock_skew(message, reply)
    return kind(
        message + _field_errors(inner.get("data")),
        code=code,
        status_code=reply.status_code,
        details=inner.get("data") if body.get("error") else _details(body),
        request_id=_request_id(body),
        retry_after=_retry_after(reply),
        sent=True,
    )


def _details(body: dict[str, object]) -> object:
    """Return the details in a body without an error.

    An undelivered notification has the body of a success, with status 502.
    """
    return body.get("data", body) or None


def _of_framework(body: dict[str, object]) -> str:
    """Return the message of FastAPI or problem+json."""
    texts = (str_or_none(body.get(name)) for name in ("title", "detail"))
    return ": ".join(text for text in texts if text)


def _unreadable(reply: RawResponse) -> str:
    if "location" in reply.headers and 300 <= reply.status_code < 400:
        return f"The server redirects to {reply.headers['location']}; keys are not sent on to it"
    kind = reply.headers.get("content-type", "no content type")
    text = _text_of(reply.body, kind) if kind.startswith("text/") else ""
    if text:
        return f"The server answered {reply.status_code}: {text}"
    return f"The server answered {reply.status_code} with {len(reply.body)} bytes of {kind}"


def _text_of(body: bytes | bytearray, kind: str) -> str:
    """Return the beginning of a text, or of the text of an HTML page, in one line."""
    text = body[:_LONGEST_PAGE].decode(errors="replace")
    if "html" in kind:
        import html  # imported late: clients import fast

        title = re.search(r"<title[^>]*>(.*?)</title", text, re.IGNORECASE | re.DOTALL)
        text = title[1] if title and title[1].strip() else re.sub(r"<[^>]*>", " ", text)
        text = html.unescape(text)
    text = " ".join("".join(one if one.isprintable() else " " for one in text).split())
    return text if len(text) <= _LONGEST_TEXT else f"{text[:_LONGEST_TEXT]}…"


def _field_errors(details: object) -> str:
    """Return the fields that the server refused. Its message only has their number."""
    listed = dict_or_empty(details).get("validation_errors")
    faults = filter(_is_object, listed) if _is_list(listed) else ()
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
    """Return the seconds to wait, from `Retry-After-Ms` or `Retry-After` (seconds or a date)."""
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
    if text is None:
        return None
    try:
        moment = parsedate_to_datetime(text)
        zone = moment.tzinfo or timezone.utc  # HTTP dates are always in GMT
        return moment.replace(tzinfo=zone).timestamp()
    except (ValueError, OverflowError):
        return None
