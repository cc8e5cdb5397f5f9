"""Knowledge (contract B2)."""

from __future__ import annotations

from ..._core.call import Call, KeyKind, path
from ..._core.endpoint import Resource, TransportT, endpoint
from ...models import formation as m
from .._inputs import drop_none, validate_body


class Knowledge(Resource[TransportT]):
    """What the agents know, as trees."""

    @endpoint
    def rebuild(
        self, *, agent_id: str | None = None, source_id: str | None = None
    ) -> Call[m.KnowledgeRebuild]:
        """Build knowledge trees anew, and wait for it. Needs the admin key.

        Agents without trees are reported too, with nothing done.

        Args:
            agent_id: Whose trees; all agents' if None.
            source_id: The tree of which source; all of them if None. One that no agent has is no
                error: every other source is then skipped.

        Raises:
            NotFoundError: There is no such agent.
            UnavailableError: The formation has no agents yet.
        """
        body = validate_body(m.RebuildRequest, drop_none(agent_id=agent_id, source_id=source_id))
        return Call(
            "POST", path("knowledge", "rebuild"), m.KnowledgeRebuild, KeyKind.ADMIN, body=body
        )
