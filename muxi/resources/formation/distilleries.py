"""Distilleries (contract B6)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from ..._core.call import Call, KeyKind, path
from ..._core.endpoint import endpoint
from ..._core.resource import Resource
from ...models import formation as m
from .._inputs import drop_none, validate_body


class Distilleries(Resource):
    """The programs that may send distilled memories. Needs the admin key.

    All methods raise `UnavailableError` in a formation without `memory.distillery.enabled`.

    Example:
        ```python
        import muxi

        with muxi.FormationClient() as formation:
            try:
                for distillery in formation.memory.distilleries.list():
                    print(distillery.distillery_id, distillery.status)
            except muxi.UnavailableError:
                print("This formation accepts no distilled memories.")
        ```
    """

    @endpoint
    def register(
        self,
        name: str,
        *,
        public_key: str,
        description: str | None = None,
        scope: m.DistilleryScope | Mapping[str, object] | None = None,
        trust_level: Literal["provisional", "verified"] | None = None,
    ) -> Call[m.Distillery]:
        """Allow a distillery to send memories with `distilled.submit`.

        Args:
            name: A name of your choice.
            public_key: The distillery's Ed25519 public key: base64 of DER or of the 32 raw bytes,
                with or without the prefix `ed25519:`.
            description: A description of the distillery.
            scope: What it may send; None for everything, for all users.
            trust_level: How far to trust it; the server lowers the confidence of memories from a
                `"provisional"` distillery.

        Raises:
            AuthenticationError: The admin key is wrong.
            ValidationError: The key isn't an Ed25519 public key.
        """
        about = drop_none(description=description, scope=scope, trust_level=trust_level)
        fields = {"name": name, "public_key": public_key, **about}
        body = validate_body(m.DistilleryRequest, fields)
        return Call("POST", path("memory", "distilleries"), m.Distillery, KeyKind.ADMIN, body=body)

    @endpoint
    def list(self) -> Call[m.DistilleryList]:
        """List all distilleries, newest first, revoked ones included.

        Raises:
            AuthenticationError: The admin key is wrong.
        """
        return Call("GET", path("memory", "distilleries"), m.DistilleryList, KeyKind.ADMIN)

    @endpoint
    def revoke(self, distillery_id: str) -> Call[m.Distillery]:
        """Stop accepting memories from a distillery. Memories that it sent are kept.

        Revoking a distillery twice is no error.

        Args:
            distillery_id: The `distillery_id` of a `Distillery`.

        Raises:
            AuthenticationError: The admin key is wrong.
            NotFoundError: There is no such distillery.
        """
        where = path("memory", "distilleries", distillery_id)
        return Call("DELETE", where, m.Distillery, KeyKind.ADMIN)
