"""Distilleries (contract B6)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from ..._core.call import Call, KeyKind, path
from ..._core.endpoint import Resource, TransportT, endpoint
from ...models import formation as m
from .._inputs import drop_none, validate_body


class Distilleries(Resource[TransportT]):
    """Who may send distilled memories. Needs the admin key.

    These calls raise `UnavailableError` in a formation without `memory.distillery.enabled`.
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
        """Let a distillery send memories; `distilled.submit` takes the `distillery_id`.

        Args:
            name: What to call it.
            public_key: Its Ed25519 key: base64 of DER or of the 32 raw bytes, with or without
                `ed25519:` before.
            description: What it is.
            scope: What it may send; else all for all users.
            trust_level: How far to believe it.

        Raises:
            ValidationError: The key is no Ed25519 key.
        """
        fields = drop_none(description=description, scope=scope, trust_level=trust_level)
        return _register({"name": name, "public_key": public_key, **fields})

    @endpoint
    def list(self) -> Call[m.DistilleryList]:
        """List the distilleries, the newest first, the revoked ones too."""
        return Call("GET", path("memory", "distilleries"), m.DistilleryList, KeyKind.ADMIN)

    @endpoint
    def revoke(self, distillery_id: str) -> Call[m.Distillery]:
        """Take nothing more from a distillery. What it has sent stays.

        Args:
            distillery_id: Which distillery. One that is revoked already stays so.

        Raises:
            NotFoundError: There is no such distillery.
        """
        where = path("memory", "distilleries", distillery_id)
        return Call("DELETE", where, m.Distillery, KeyKind.ADMIN)


def _register(fields: Mapping[str, object]) -> Call[m.Distillery]:
    body = validate_body(m.DistilleryRequest, fields)
    return Call("POST", path("memory", "distilleries"), m.Distillery, KeyKind.ADMIN, body=body)
