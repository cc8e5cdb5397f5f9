"""The control plane: its namespaces, and the calls that belong to none (contract server-api 3)."""

from __future__ import annotations

from datetime import timedelta

from ..._core.call import BodyFormat, Call, KeyKind, Response, path, query
from ..._core.endpoint import endpoint
from ..._core.resource import Namespace, Resource
from ...errors import InvalidResponseError
from ...models import server as m
from ._calls import check_lines
from .dev import Dev
from .drafts import Drafts
from .formations import Formations


class ServerApi(Resource):
    """All methods of a MUXI Server."""

    formations = Namespace(Formations)
    """The formations that the server runs."""
    drafts = Namespace(Drafts)
    """Drafts: formations' files, edited on the server."""
    dev = Namespace(Dev)
    """Formations under development, run next to the deployed ones."""

    @endpoint
    def ping(self) -> Call[timedelta]:
        """Return the round-trip time to the server. Needs no key.

        Raises:
            InvalidResponseError: The response isn't from a MUXI Server.
            ConnectionError: No server runs at this address.
            TimeoutError: The server doesn't respond in time.
        """
        call = Call("GET", path("ping"), str, KeyKind.NONE, shape=BodyFormat.TEXT)
        return call.map_response(_round_trip)

    @endpoint
    def health(self) -> Call[m.Health]:
        """Return the server's status and version, without its formations. Needs no key.

        Raises:
            ConnectionError: No server runs at this address.
            TimeoutError: The server doesn't respond in time.
        """
        return Call("GET", path("health"), m.Health, KeyKind.NONE, shape=BodyFormat.BARE)

    @endpoint
    def status(self) -> Call[m.ServerStatus]:
        """Return the number of formations by state, the ports and the server's own process.

        Raises:
            AuthenticationError: The signature is wrong: check key_id, secret_key and the clock.
        """
        return Call("GET", path("rpc", "server", "status"), m.ServerStatus, KeyKind.HMAC)

    @endpoint
    def logs(self, *, lines: int | None = None) -> Call[list[str]]:
        """Return the last lines of the server's audit log. The list is empty if there is no log.

        Args:
            lines: How many lines to return, at most 10,000; None for 100.

        Raises:
            AuthenticationError: The signature is wrong: check key_id, secret_key and the clock.
            ValidationError: The number of lines is out of range.
        """
        where, wanted = path("rpc", "server", "logs"), query(lines=check_lines(lines))
        return Call("GET", where, str, KeyKind.HMAC, query=wanted, shape=BodyFormat.TEXT).map(
            _lines
        )


def _lines(text: str) -> list[str]:
    return text.removesuffix("\n").split("\n") if text else []


def _round_trip(pong: Response[str]) -> timedelta:
    if pong.data != "pong":
        raise InvalidResponseError(
            "The response to the ping is not from a MUXI Server",
            status_code=pong.status_code,
            sent=True,
        )
    return pong.elapsed
