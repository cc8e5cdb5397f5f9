"""Formations on a server (contract server-api 3.2, 3.3)."""

from __future__ import annotations

from ..._call import Auth, Call, path
from ..._endpoint import Resource, TransportT, endpoint
from ...models import server as m


class Formations(Resource[TransportT]):
    """The formations that the server runs."""

    @endpoint
    def list(self) -> Call[m.FormationList]:
        """List all formations, in no order.

        The server asks each running formation for its health, one after another and for up to 2 s.
        """
        return Call("GET", path("rpc", "formations"), m.FormationList, Auth.HMAC)

    @endpoint
    def get(self, formation_id: str) -> Call[m.Formation]:
        """Fetch one formation.

        Args:
            formation_id: Which formation.

        Raises:
            NotFoundError: The server has no such formation.
        """
        return Call("GET", path("rpc", "formations", formation_id), m.Formation, Auth.HMAC)
