"""The Formation API: its namespaces, and the calls that belong to none (contract B1)."""

from __future__ import annotations

from ..._call import Auth, Call, Shape, path
from ..._endpoint import Resource, TransportT, endpoint
from ...models import formation as m
from .agents import Agents
from .chat import Audio, Chat
from .knowledge import Knowledge
from .mcp import Mcp
from .requests import Requests
from .sessions import Sessions
from .skills import Skills
from .sops import Sops
from .triggers import Triggers


class FormationApi(Resource[TransportT]):
    """All methods of a formation."""

    @property
    def chat(self) -> Chat[TransportT]:
        """Conversation."""
        return Chat(self._transport)

    @property
    def audio(self) -> Audio[TransportT]:
        """Conversation by voice notes."""
        return Audio(self._transport)

    @property
    def sessions(self) -> Sessions[TransportT]:
        """The conversations held in memory."""
        return Sessions(self._transport)

    @property
    def requests(self) -> Requests[TransportT]:
        """Turns and jobs, tracked."""
        return Requests(self._transport)

    @property
    def agents(self) -> Agents[TransportT]:
        """The agents."""
        return Agents(self._transport)

    @property
    def knowledge(self) -> Knowledge[TransportT]:
        """What the agents know."""
        return Knowledge(self._transport)

    @property
    def mcp(self) -> Mcp[TransportT]:
        """MCP servers and tools."""
        return Mcp(self._transport)

    @property
    def skills(self) -> Skills[TransportT]:
        """What agents can be taught."""
        return Skills(self._transport)

    @property
    def sops(self) -> Sops[TransportT]:
        """Standard operating procedures."""
        return Sops(self._transport)

    @property
    def triggers(self) -> Triggers[TransportT]:
        """Events that become turns."""
        return Triggers(self._transport)

    chat_stream = Chat.stream

    @endpoint
    def health(self) -> Call[m.Health]:
        """Is the formation up? Needs no key. One that isn't answers all the same."""
        unhealthy = frozenset({503})
        return Call("GET", path("health"), m.Health, Auth.NONE, shape=Shape.BARE, also_ok=unhealthy)

    @endpoint
    def status(self) -> Call[m.FormationStatus]:
        """What runs in the formation, and how it fares. Needs the admin key."""
        return Call("GET", path("status"), m.FormationStatus, Auth.ADMIN)
