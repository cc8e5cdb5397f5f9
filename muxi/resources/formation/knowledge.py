"""Knowledge (contract B2)."""

from __future__ import annotations

from ..._core.call import Call, KeyKind, path
from ..._core.endpoint import endpoint
from ..._core.resource import Resource
from ...models import formation as m
from .._inputs import drop_none, validate_body


class Knowledge(Resource):
    """The knowledge trees of the agents.

    Example:
        ```python
        from muxi import FormationClient

        with FormationClient() as formation:
            rebuilt = formation.knowledge.rebuild()
            for agent_id, report in rebuilt.agents.items():
                print(agent_id, report.rebuilt, report.failed)
        ```
    """

    @endpoint
    def rebuild(
        self,
        *,
        agent_id: str | None = None,
        source_id: str | None = None,
        timeout: float | None = 600.0,
    ) -> Call[m.KnowledgeRebuild]:
        """Rebuild knowledge trees. Needs the admin key.

        The call returns when all trees are rebuilt. The result has a report for each agent,
        which is empty for agents without trees.

        Args:
            agent_id: The id of the only agent whose trees to rebuild; None for all agents.
            source_id: The id of the only source whose tree to rebuild; None for all sources. If no
                agent has it, nothing is rebuilt and no error is raised.
            timeout: The most seconds that the call may take; None for no limit.

        Raises:
            AuthenticationError: The admin key is wrong.
            NotFoundError: The formation has no agent with this id.
            UnavailableError: The formation has no agents yet.
            TimeoutError: The rebuild took longer. The server may finish it.
        """
        body = validate_body(m.RebuildRequest, drop_none(agent_id=agent_id, source_id=source_id))
        where, kind = path("knowledge", "rebuild"), m.KnowledgeRebuild
        return Call("POST", where, kind, KeyKind.ADMIN, body=body).within(timeout)
