"""Runs drafts next to the deployed formation (contract server-api 5.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..._core.call import BodyFormat, Call, KeyKind, T, path
from ..._core.endpoint import endpoint
from ..._core.resource import Resource
from ...models import server as m
from .._inputs import drop_none, validate_body
from ._errors import explain

if TYPE_CHECKING:
    from ...models._base import Request


class Dev(Resource):
    """Formations under development, run from a draft. `formations.list` doesn't show them.

    Example:
        ```python
        from muxi import ServerClient

        with ServerClient() as server:
            server.dev.run(formation_id="my-bot")
            bot = server.formation_client("my-bot", mode="draft", client_key="fmc_...")
            print(bot.chat.send("Hello").text)
            server.dev.stop("my-bot")
        ```
    """

    @endpoint
    def run(
        self,
        *,
        path: str | None = None,
        formation_id: str | None = None,
        timeout: float | None = 300.0,
    ) -> Call[m.DevRun]:
        """Run a draft and wait until it is healthy. It runs until `stop` or the server's exit.

        Args:
            path: The absolute path of a directory on the server's machine; overrides
                `formation_id`.
            formation_id: The id of the formation whose draft to run.
            timeout: The most seconds to wait; None for no limit.

        Raises:
            ValidationError: Both arguments are missing, or the directory or its manifest is
                invalid.
            NotFoundError: The formation has no draft.
            ConflictError: A draft of this formation is already running.
            ServerError: The draft didn't start, or isn't healthy.
        """
        body = validate_body(m.DevRunRequest, drop_none(path=path, formation_id=formation_id))
        return _call("run", m.DevRun, body).within(timeout)

    @endpoint
    def stop(self, formation_id: str) -> Call[m.DevStop]:
        """Stop a running draft. Its files are kept.

        Args:
            formation_id: The formation's id.

        Raises:
            NotFoundError: No draft of this formation is running.
        """
        body = validate_body(m.DevStopRequest, {"formation_id": formation_id})
        return _call("stop", m.DevStop, body)


def _call(action: str, returns: type[T], body: Request) -> Call[T]:
    return Call(
        "POST",
        path("rpc", "dev", action),
        returns,
        KeyKind.HMAC,
        body=body,
        shape=BodyFormat.BARE,
        explain=explain("dev"),
    )
