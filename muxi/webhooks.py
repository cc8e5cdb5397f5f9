"""Webhooks of a formation: verify signatures and parse events (contract A6.4, A6.5).

    event = webhooks.unwrap(body, request.headers, [admin_key, client_key])

The formation signs completions and clarifications with its admin key, and escalations with its
client key. It doesn't sign notifications.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import time
from collections.abc import Iterable, Mapping
from decimal import Decimal

import pydantic
from pydantic import JsonValue, SecretStr

from ._core.error_bodies import dict_or_empty
from ._core.loose_json import loose_json, validate_loosely
from .errors import InvalidResponseError, ValidationError, WebhookSignatureError
from .models.formation import (
    UnknownWebhook,
    WebhookClarification,
    WebhookCompletion,
    WebhookEscalation,
    WebhookEvent,
    WebhookNotification,
)

__all__ = ["parse", "sign", "unwrap", "verify"]

_SIGNATURE = re.compile(r"t=(\d{1,18}),v1=([0-9a-f]{64})", re.ASCII)
_HEADER = "x-muxi-signature"


def unwrap(
    body: bytes | str,
    headers: Mapping[str, str],
    keys: str | SecretStr | Iterable[str | SecretStr],
    *,
    tolerance: float = 300.0,
) -> WebhookEvent:
    """Verify the signature of a webhook and return its event.

    An event may be delivered more than once: ignore events whose `dedupe_key` you have seen.
    Notifications aren't signed: this function refuses them; use `parse` for them.

    Example:
        ```python
        from fastapi import FastAPI, HTTPException, Request

        from muxi import WebhookSignatureError, webhooks

        app = FastAPI()


        @app.post("/hook")
        async def hook(request: Request) -> None:
            body = await request.body()
            try:
                event = webhooks.unwrap(body, request.headers, ["the admin key", "the client key"])
            except WebhookSignatureError as error:
                raise HTTPException(401) from error
            print(event.dedupe_key)
        ```

    Args:
        body: The raw body of the request.
        headers: The headers of the request; names are case-insensitive.
        keys: The formation's admin key. Pass a list to add the client key if you expect
            escalations, and the old keys while you rotate keys.
        tolerance: The most seconds that the signature may be older or newer than this machine's
            clock.

    Raises:
        WebhookSignatureError: The signature is missing, made with another key, or outside of the
            tolerance.
        InvalidResponseError: The body isn't a JSON object, or lacks a field of its event.
        ValidationError: The body is neither bytes nor a string, or the tolerance is negative.
    """
    found = (value for name, value in headers.items() if name.lower() == _HEADER)
    verify(body, next(found, None), keys, tolerance=tolerance)
    return parse(body)


def verify(
    body: bytes | str,
    signature: str | None,
    keys: str | SecretStr | Iterable[str | SecretStr],
    *,
    tolerance: float = 300.0,
) -> None:
    """Verify that a formation signed a webhook recently. `unwrap` also parses it.

    Args:
        body: The raw body of the request.
        signature: The header `X-Muxi-Signature`; None if there is none.
        keys: The keys, as for `unwrap`.
        tolerance: The most seconds that the signature may be older or newer than this machine's
            clock.

    Raises:
        WebhookSignatureError: The signature is missing, made with another key, or outside of the
            tolerance.
        ValidationError: The body is neither bytes nor a string, or the tolerance is negative.
    """
    data = _bytes(body)
    if not tolerance >= 0:
        raise ValidationError(f"tolerance must be 0 or more seconds, not {tolerance}.")
    parts = _SIGNATURE.fullmatch(signature or "")
    if parts is None:
        raise WebhookSignatureError("The webhook has no signature of the form t=…,v1=….")
    moment, digest = parts.groups()
    if abs(time.time() - int(moment)) > tolerance:
        raise WebhookSignatureError(
            f"The webhook was signed over {tolerance:g} s before or after now."
        )
    given = [keys] if isinstance(keys, (str, SecretStr)) else keys
    forms = (data, _canonical(data))
    for secret in filter(None, map(_secret, given)):
        if any(hmac.compare_digest(_digest(form, moment, secret), digest) for form in forms):
            return
    raise WebhookSignatureError("The webhook was not signed with this key, or was changed.")


def sign(body: bytes | str, key: str | SecretStr, *, timestamp: float | None = None) -> str:
    """Return the signature header of a webhook, as a formation would. Use it to test a receiver.

    Example:
        ```python
        from muxi import webhooks

        body = b'{"request_id": "r", "state": "achieved", "attempts": 1, "timestamp": 1}'
        headers = {"X-Muxi-Signature": webhooks.sign(body, "the key")}
        print(webhooks.unwrap(body, headers, "the key"))
        ```

    Args:
        body: The body that the receiver gets.
        key: The key to sign with; not empty.
        timestamp: The time of the signature, in Unix seconds; None for now.

    Raises:
        ValidationError: The body is neither bytes nor a string, or the key is empty.
    """
    if not (secret := _secret(key)):
        raise ValidationError("The key to sign with is empty.")
    moment = str(int(time.time() if timestamp is None else timestamp))
    return f"t={moment},v1={_digest(_canonical(_bytes(body)), moment, secret)}"


def parse(body: bytes | str) -> WebhookEvent:
    """Return the event of a webhook without verifying its signature. `unwrap` verifies it.

    Args:
        body: The raw body of the request.

    Raises:
        InvalidResponseError: The body isn't a JSON object, or lacks a field of its event.
        ValidationError: The body is neither bytes nor a string.
    """
    data = _bytes(body)
    try:
        kind = _kind(loose_json(data))
        return validate_loosely(lambda text: kind.model_validate_json(text), data)
    except pydantic.ValidationError as exc:
        fault = exc.errors()[0]
        where = ".".join(str(part) for part in fault["loc"]) or "the body"
        raise InvalidResponseError(
            f"The webhook does not fit its model: {where}: {fault['msg']}"
        ) from None
    except ValueError:
        raise InvalidResponseError("The webhook is not JSON") from None


def _bytes(body: bytes | str) -> bytes:
    if isinstance(body, str):
        return body.encode(errors="surrogatepass")
    if not isinstance(body, bytes):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise ValidationError(
            f"body is the body of the request as it arrived, bytes or text, not "
            f"{type(body).__name__}."
        )
    return body


def _secret(key: str | SecretStr) -> str:
    return key.get_secret_value() if isinstance(key, SecretStr) else key


def _digest(form: bytes, moment: str, secret: str) -> str:
    return hmac.new(secret.encode(), f"{moment}.".encode() + form, hashlib.sha256).hexdigest()


def _kind(said: object) -> type[WebhookEvent]:
    known = dict_or_empty(said)
    if known.get("object") == "response":
        return WebhookCompletion
    if known.get("status") == "awaiting_clarification":
        return WebhookClarification
    if "state" in known:
        return WebhookEscalation
    return WebhookNotification if known.get("type") == "notification" else UnknownWebhook


def _canonical(body: bytes) -> bytes:
    """Return the JSON encoding that is signed. The body itself is spaced, escaped and unsorted."""
    try:
        return _encoded(json.loads(body)).encode()
    except (ValueError, RecursionError):
        return body


def _encoded(value: JsonValue) -> str:
    if isinstance(value, dict):
        inner = (f"{_encoded(key)}:{_encoded(value[key])}" for key in sorted(value))
        return f"{{{','.join(inner)}}}"
    if isinstance(value, list):
        return f"[{','.join(_encoded(item) for item in value)}]"
    if isinstance(value, float):
        return _number(repr(value))
    return json.dumps(value, ensure_ascii=False)


def _number(text: str) -> str:
    """Print a float like the runtime's encoder: plain down to 1e-5, with unpadded exponents."""
    mantissa, e, exponent = text.partition("e")
    if not e:
        return text
    return f"{Decimal(text):f}" if int(exponent) == -5 else f"{mantissa}e{int(exponent)}"
