"""Agents (contract B2)."""

from __future__ import annotations

from ..._core.call import Call, KeyKind, path
from ..._core.endpoint import endpoint
from ..._core.resource import Resource
from ...models import formation as m
from .._inputs import drop_none, validate_body


class Agents(Resource):
    """The formation's agents. To change them, deploy the formation again.

    Example:
        ```python
        from muxi import FormationClient

        with FormationClient() as formation:
            for agent in formation.agents.list():
                print(agent.id, agent.description)
        ```
    """

    @endpoint
    def list(self) -> Call[m.AgentList]:
        """List all configured agents. Needs the admin key.

        Raises:
            AuthenticationError: The admin key is wrong.
        """
        return Call("GET", path("agents"), m.AgentList, KeyKind.ADMIN)

    @endpoint
    def get(self, agent_id: str) -> Call[m.Agent]:
        """Return an agent. Needs the admin key.

        Args:
            agent_id: The agent's id in the formation's configuration.

        Raises:
            AuthenticationError: The admin key is wrong.
            NotFoundError: The formation has no agent with this id.
        """
        return Call("GET", path("agents", agent_id), m.Agent, KeyKind.ADMIN)

    @endpoint
    def sync_knowledge(
        self, agent_id: str, *, source_id: str | None = None, timeout: float | None = 600.0
    ) -> Call[m.KnowledgeSync]:
        """Download an agent's remote knowledge sources again. Needs the admin key.

        The call returns when all sources are synced. A source that can't be synced raises no
        error: see the `status` of each result.

        Args:
            agent_id: The agent's id in the formation's configuration.
            source_id: The id of the only source to sync, one of the agent's
                `knowledge.sources`; None for all.
            timeout: The most seconds that the call may take; None for no limit.

        Raises:
            AuthenticationError: The admin key is wrong.
            NotFoundError: There is no such agent, or it has no such source.
            ValidationError: The agent has no remote sources.
            TimeoutError: The sync took longer. The server may finish it.
        """
        where = path("agents", agent_id, "knowledge", "sync")
        body = validate_body(m.SyncRequest, drop_none(source_id=source_id))
        return Call("POST", where, m.KnowledgeSync, KeyKind.ADMIN, body=body).within(timeout)

    @endpoint
    def list_skills(self, agent_id: str) -> Call[m.AgentSkillList]:
        """List the skills that an agent may use. Needs the client key.

        Args:
            agent_id: The agent's id in the formation's configuration.

        Raises:
            AuthenticationError: The client key is wrong.
            ServerError: Always, with this version of the runtime.
        """
        return Call("GET", path("agents", agent_id, "skills"), m.AgentSkillList, KeyKind.CLIENT)
