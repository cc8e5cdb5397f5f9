"""The Formation API: its namespaces, and the calls that belong to none (contract B1)."""

from __future__ import annotations

from functools import cached_property

from ..._core.call import BodyFormat, Call, KeyKind, path
from ..._core.endpoint import Resource, TransportT, endpoint
from ...models import formation as m
from .agents import Agents
from .artifacts import Artifacts
from .audit import Audit
from .chat import Audio, Chat
from .config import Config
from .credentials import Credentials
from .distilled import Distilled
from .feeds import Events, Logs
from .history import History
from .jobs import Jobs
from .knowledge import Knowledge
from .mcp import Mcp
from .memories import Memories
from .memory import Memory
from .notifications import Notifications
from .requests import Requests
from .secrets import Secrets
from .sessions import Sessions
from .skills import Skills
from .sops import Sops
from .triggers import Triggers
from .tuning import Tuning
from .users import Users


class FormationApi(Resource[TransportT]):
    """All methods of a formation."""

    @cached_property
    def chat(self) -> Chat[TransportT]:
        """Conversation."""
        return Chat(self._transport, raw=self._raw)

    @cached_property
    def audio(self) -> Audio[TransportT]:
        """Conversation by voice notes."""
        return Audio(self._transport, raw=self._raw)

    @cached_property
    def sessions(self) -> Sessions[TransportT]:
        """The conversations held in memory."""
        return Sessions(self._transport, raw=self._raw)

    @cached_property
    def requests(self) -> Requests[TransportT]:
        """Turns and jobs, tracked."""
        return Requests(self._transport, raw=self._raw)

    @cached_property
    def agents(self) -> Agents[TransportT]:
        """The agents."""
        return Agents(self._transport, raw=self._raw)

    @cached_property
    def artifacts(self) -> Artifacts[TransportT]:
        """The files that agents made."""
        return Artifacts(self._transport, raw=self._raw)

    @cached_property
    def audit(self) -> Audit[TransportT]:
        """What was done to the formation."""
        return Audit(self._transport, raw=self._raw)

    @cached_property
    def config(self) -> Config[TransportT]:
        """The configuration, to look at."""
        return Config(self._transport, raw=self._raw)

    @cached_property
    def credentials(self) -> Credentials[TransportT]:
        """What users lend the formation to reach services with."""
        return Credentials(self._transport, raw=self._raw)

    @cached_property
    def distilled(self) -> Distilled[TransportT]:
        """What was found out elsewhere, to be remembered."""
        return Distilled(self._transport, raw=self._raw)

    @cached_property
    def events(self) -> Events[TransportT]:
        """What happens, as it happens."""
        return Events(self._transport, raw=self._raw)

    @cached_property
    def history(self) -> History[TransportT]:
        """The captain's log."""
        return History(self._transport, raw=self._raw)

    @cached_property
    def jobs(self) -> Jobs[TransportT]:
        """The scheduler's jobs."""
        return Jobs(self._transport, raw=self._raw)

    @cached_property
    def knowledge(self) -> Knowledge[TransportT]:
        """What the agents know."""
        return Knowledge(self._transport, raw=self._raw)

    @cached_property
    def logs(self) -> Logs[TransportT]:
        """The log, as it is written."""
        return Logs(self._transport, raw=self._raw)

    @cached_property
    def mcp(self) -> Mcp[TransportT]:
        """MCP servers and tools."""
        return Mcp(self._transport, raw=self._raw)

    @cached_property
    def memories(self) -> Memories[TransportT]:
        """What the formation remembers about users."""
        return Memories(self._transport, raw=self._raw)

    @cached_property
    def memory(self) -> Memory[TransportT]:
        """The upkeep of the memory."""
        return Memory(self._transport, raw=self._raw)

    @cached_property
    def notifications(self) -> Notifications[TransportT]:
        """What the formation tells users."""
        return Notifications(self._transport, raw=self._raw)

    @cached_property
    def secrets(self) -> Secrets[TransportT]:
        """The values that the configuration refers to."""
        return Secrets(self._transport, raw=self._raw)

    @cached_property
    def skills(self) -> Skills[TransportT]:
        """What agents can be taught."""
        return Skills(self._transport, raw=self._raw)

    @cached_property
    def sops(self) -> Sops[TransportT]:
        """Standard operating procedures."""
        return Sops(self._transport, raw=self._raw)

    @cached_property
    def triggers(self) -> Triggers[TransportT]:
        """Events that become turns."""
        return Triggers(self._transport, raw=self._raw)

    @cached_property
    def tuning(self) -> Tuning[TransportT]:
        """The guidance that the formation learns."""
        return Tuning(self._transport, raw=self._raw)

    @cached_property
    def users(self) -> Users[TransportT]:
        """Who is who, and how to reach them."""
        return Users(self._transport, raw=self._raw)

    chat_stream = Chat.stream

    @endpoint
    def health(self) -> Call[m.Health]:
        """Is the formation up? Needs no key. One that isn't answers all the same."""
        unhealthy = frozenset({503})
        return Call(
            "GET",
            path("health"),
            m.Health,
            KeyKind.NONE,
            shape=BodyFormat.BARE,
            accepted_statuses=unhealthy,
        )

    @endpoint
    def status(self) -> Call[m.FormationStatus]:
        """What runs in the formation, and how it fares. Needs the admin key."""
        return Call("GET", path("status"), m.FormationStatus, KeyKind.ADMIN)
