"""Standard operating procedures, SOPs (contract B16)."""

from __future__ import annotations

from ..._core.call import Call, KeyKind, path
from ..._core.endpoint import endpoint
from ..._core.resource import Resource
from ...models import formation as m


class Sops(Resource):
    """The formation's standard operating procedures (SOPs). Needs the client key.

    Example:
        ```python
        from muxi import FormationClient

        with FormationClient() as formation:
            for sop in formation.sops.list():
                print(sop.name, sop.title)
        ```
    """

    @endpoint
    def list(self) -> Call[m.SopList]:
        """List all procedures."""
        return Call("GET", path("sops"), m.SopList, KeyKind.CLIENT)

    @endpoint
    def get(self, name: str) -> Call[m.Sop]:
        """Return a procedure with its text.

        Args:
            name: The procedure's name: letters, digits, `-` and `_`.

        Raises:
            NotFoundError: There is no such procedure.
            ValidationError: The name has other characters.
        """
        return Call("GET", path("sops", name), m.Sop, KeyKind.CLIENT)
