"""Agents (contract B2)."""

from __future__ import annotations

from ..._core.call import Call, KeyKind, path
from ..._core.endpoint import Resource, TransportT, endpoint
from ...models import formation as m
from .._inputs import drop_none, validate_body


class Agents(Resource[TransportT]):
    """The agents of the formation. They are changed by deploying the formation anew."""

    @endpoint
    def list(self) -> Call[m.AgentList]:
        """List the configured agents; the server doesn't page them. Needs the admin key."""
        return Call("GET", path("agents"), m.AgentList, KeyKind.ADMIN)

    @endpoint
    def get(self, agent_id: str) -> Call[m.Agent]:
        """Fetch one agent. Needs the admin key.

        Args:
            agent_id: Which agent.

        Raises:
            NotFoundError: No agent has this id.
        """
        return Call("GET", path("agents", agent_id), m.Agent, KeyKind.ADMIN)

    @endpoint
    def sync_knowledge(
        self, agent_id: str, *, source_id: str | None = None
    ) -> Call[m.KnowledgeSync]:
        """Fetch the remote knowledge of an agent anew, and wait for it. Needs the admin key.

        A source that fails is no error: look at the `status` of each result.

        Args:
            agent_id: Which agent.
            source_id: Which remote source; all of them if None.

        Raises:
            NotFoundError: There is no such agent, or it has no such source.
            ValidationError: The agent has no remote sources.
        """
        where = path("agents", agent_id, "knowledge", "sync")
        body = validate_body(m.SyncRequest, drop_none(source_id=source_id))
        return Call("POST", where, m.KnowledgeSync, KeyKind.ADMIN, body=body)

    @endpoint
    def list_skills(self, agent_id: str) -> Call[m.AgentSkillList]:
        """List the skills that an agent may use. Needs the client key.

        Args:
            agent_id: Which agent.

        Raises:
            ServerError: Always, on this version of the runtime.
        """
        return Call("GET", path("agents", agent_id, "skills"), m.AgentSkillList, KeyKind.CLIENT)
