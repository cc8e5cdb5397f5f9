"""Webhooks of a formation."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from fastapi import HTTPException, Request
from pydantic import SecretStr

from ..errors import ConfigurationError, InvalidResponseError, WebhookSignatureError
from ..models.formation import WebhookEvent
from ..settings import FormationSettings
from ..webhooks import unwrap


def webhook(
    *keys: str | SecretStr, tolerance: float = 300.0
) -> Callable[..., Awaitable[WebhookEvent]]:
    """Return a dependency: the verified event of a webhook.

    A request with a wrong signature is answered with 401, a body that is no event with 400. Events
    may be delivered more than once: ignore those whose `dedupe_key` you have seen.

    Example:
        ```python
        from typing import Annotated

        from fastapi import Depends, FastAPI

        from muxi.fastapi import webhook
        from muxi.models.formation import WebhookEvent

        app = FastAPI()


        @app.post("/hook")
        async def hook(event: Annotated[WebhookEvent, Depends(webhook())]) -> None:
            print(event.dedupe_key)
        ```

    Args:
        keys: The formation's keys that sign webhooks: the admin key, and the client key if you
            expect escalations. Without any, `MUXI_ADMIN_KEY` and `MUXI_CLIENT_KEY` are read with
            each request.
        tolerance: The most seconds that the signature may be older or newer than this machine's
            clock.
    """

    async def event(request: Request) -> WebhookEvent:
        body = await request.body()
        try:
            return unwrap(body, request.headers, keys or _environment_keys(), tolerance=tolerance)
        except WebhookSignatureError as error:
            raise HTTPException(401, error.message) from error
        except InvalidResponseError as error:
            raise HTTPException(400, error.message) from error

    return event


def _environment_keys() -> list[SecretStr]:
    settings = FormationSettings()
    keys = [key for key in (settings.admin_key, settings.client_key) if key is not None]
    if not keys:
        raise ConfigurationError("webhook() needs keys: pass them, or set MUXI_ADMIN_KEY.")
    return keys
