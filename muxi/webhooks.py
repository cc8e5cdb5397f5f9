"""Webhooks of a formation: are they genuine, and what do they say (contract A6.4, A6.5).

    webhooks.verify(body, request.headers.get("X-Muxi-Signature"), admin_key)
    event = webhooks.parse(body)

The formation signs completions and clarifications with its admin key, the ends of escalations with
its client key, and notifications not at all.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import time
from decimal import Decimal

import pydantic
from pydantic import JsonValue, SecretStr

from .errors import AuthenticationError, InvalidResponseError
from .models.formation import (
    UnknownWebhook,
    WebhookClarification,
    WebhookCompletion,
    WebhookEscalation,
    WebhookEvent,
    WebhookNotification,
)

_SIGNATURE = re.compile(r"t=(\d{1,18}),v1=([0-9a-f]{64})", re.ASCII)


def verify(
    body: bytes, signature: str | None, *keys: str | SecretStr, tolerance: float = 300.0
) -> None:
    """Check that a formation has sent a webhook, not long ago.

    Args:
        body: The body as it arrived.
        signature: The header `X-Muxi-Signature`; None where there is none.
        keys: The formation's admin key, or its client key too, where escalations are expected.
        tolerance: Seconds that the signature may be old, or ahead of this machine's clock.

    Raises:
        AuthenticationError: It isn't signed, not with these keys, or not within the tolerance.
    """
    parts = _SIGNATURE.fullmatch(signature or "")
    if parts is None:
        raise AuthenticationError("The webhook has no signature of the form t=…,v1=….")
    if abs(time.time() - int(parts[1])) > tolerance:
        raise AuthenticationError(
            f"The webhook was signed over {tolerance:g} s before or after now."
        )
    for form in (body, _canonical(body)):
        message = f"{parts[1]}.".encode() + form
        for key in keys:
            secret = key.get_secret_value() if isinstance(key, SecretStr) else key
            made = hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()
            if secret and hmac.compare_digest(made, parts[2]):
                return
    raise AuthenticationError("The webhook was not signed with this key, or was changed.")


def parse(body: bytes | str) -> WebhookEvent:
    """What a webhook says. Call `verify` before.

    A delivery may come again: it is the same if its `id` or `request_id` and its state are.

    Args:
        body: The body as it arrived.

    Raises:
        InvalidResponseError: It is no JSON object, or lacks what its kind has.
    """
    try:
        return _kind(json.loads(body)).model_validate_json(body)
    except pydantic.ValidationError as exc:
        fault = exc.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in fault["loc"])
        raise InvalidResponseError(f"The webhook does not fit its model: {where}") from None
    except ValueError:
        raise InvalidResponseError("The webhook is no JSON") from None


def _kind(said: JsonValue) -> type[WebhookEvent]:
    if not isinstance(said, dict):
        return UnknownWebhook
    if said.get("object") == "response":
        return WebhookCompletion
    if said.get("status") == "awaiting_clarification":
        return WebhookClarification
    if "state" in said:
        return WebhookEscalation
    return WebhookNotification if said.get("type") == "notification" else UnknownWebhook


def _canonical(body: bytes) -> bytes:
    """The encoding that is signed. What is sent is another one: spaced, escaped, unsorted."""
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
    """A float as the runtime's encoder prints it: plain down to 1e-5, and exponents unpadded."""
    mantissa, e, exponent = text.partition("e")
    if not e:
        return text
    return f"{Decimal(text):f}" if int(exponent) == -5 else f"{mantissa}e{int(exponent)}"
