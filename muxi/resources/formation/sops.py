"""SOPs (contract B16)."""

from __future__ import annotations

from ..._core.call import Call, KeyKind, path
from ..._core.endpoint import Resource, TransportT, endpoint
from ...models import formation as m


class Sops(Resource[TransportT]):
    """The standard operating procedures of the formation."""

    @endpoint
    def list(self) -> Call[m.SopList]:
        """List the procedures; the server doesn't page them. Needs the client key."""
        return Call("GET", path("sops"), m.SopList, KeyKind.CLIENT)

    @endpoint
    def get(self, sop_name: str) -> Call[m.Sop]:
        """Fetch one procedure with its text. Needs the client key.

        Args:
            sop_name: Which procedure: letters, digits, `-` and `_`.

        Raises:
            NotFoundError: There is no such procedure.
            ValidationError: The name has other characters.
        """
        return Call("GET", path("sops", sop_name), m.Sop, KeyKind.CLIENT)
