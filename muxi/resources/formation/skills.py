"""Skills (contract B16)."""

from __future__ import annotations

from ..._core.call import Call, KeyKind, path
from ..._core.endpoint import Resource, TransportT, endpoint
from ...models import formation as m


class Skills(Resource[TransportT]):
    """What agents can be taught. All calls end in a `ServerError` on this runtime."""

    @endpoint
    def list(self) -> Call[m.SkillList]:
        """List the skills that the formation has loaded. Needs the client key."""
        return Call("GET", path("skills"), m.SkillList, KeyKind.CLIENT)

    @endpoint
    def get(self, name: str) -> Call[m.Skill]:
        """Fetch one skill. Needs the client key.

        Args:
            name: Which skill.
        """
        return Call("GET", path("skills", name), m.Skill, KeyKind.CLIENT)
