"""The Formation API: its namespaces, and the calls that belong to none (contract B1)."""

from __future__ import annotations

from functools import cached_property

from ..._core.call import BodyFormat, Call, KeyKind, path
from ..._core.endpoint import endpoint
from ..._core.resource import Resource
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


class FormationApi(Resource):
    """All methods of a formation."""

    @cached_property
    def chat(self) -> Chat:
        """Chat with the formation."""
        return Chat(self._transport, raw=self._raw)

    @cached_property
    def audio(self) -> Audio:
        """Chat by voice notes."""
        return Audio(self._transport, raw=self._raw)

    @cached_property
    def sessions(self) -> Sessions:
        """Conversations and their messages."""
        return Sessions(self._transport, raw=self._raw)

    @cached_property
    def requests(self) -> Requests:
        """The status of chat turns and background jobs."""
        return Requests(self._transport, raw=self._raw)

    @cached_property
    def agents(self) -> Agents:
        """The formation's agents."""
        return Agents(self._transport, raw=self._raw)

    @cached_property
    def artifacts(self) -> Artifacts:
        """The files that agents made."""
        return Artifacts(self._transport, raw=self._raw)

    @cached_property
    def audit(self) -> Audit:
        """The log of administrative actions."""
        return Audit(self._transport, raw=self._raw)

    @cached_property
    def config(self) -> Config:
        """The configuration, read-only."""
        return Config(self._transport, raw=self._raw)

    @cached_property
    def credentials(self) -> Credentials:
        """Users' credentials for other services."""
        return Credentials(self._transport, raw=self._raw)

    @cached_property
    def distilled(self) -> Distilled:
        """Memories that other programs extracted, submitted in signed batches."""
        return Distilled(self._transport, raw=self._raw)

    @cached_property
    def events(self) -> Events:
        """Streams of live events."""
        return Events(self._transport, raw=self._raw)

    @cached_property
    def history(self) -> History:
        """The log of notable events."""
        return History(self._transport, raw=self._raw)

    @cached_property
    def jobs(self) -> Jobs:
        """Scheduled jobs."""
        return Jobs(self._transport, raw=self._raw)

    @cached_property
    def knowledge(self) -> Knowledge:
        """The agents' knowledge sources."""
        return Knowledge(self._transport, raw=self._raw)

    @cached_property
    def logs(self) -> Logs:
        """The stream of log records."""
        return Logs(self._transport, raw=self._raw)

    @cached_property
    def mcp(self) -> Mcp:
        """MCP servers and tools."""
        return Mcp(self._transport, raw=self._raw)

    @cached_property
    def memories(self) -> Memories:
        """What the formation remembers about users."""
        return Memories(self._transport, raw=self._raw)

    @cached_property
    def memory(self) -> Memory:
        """Maintenance of the memory."""
        return Memory(self._transport, raw=self._raw)

    @cached_property
    def notifications(self) -> Notifications:
        """Notifications to users."""
        return Notifications(self._transport, raw=self._raw)

    @cached_property
    def secrets(self) -> Secrets:
        """Secret values that the configuration refers to."""
        return Secrets(self._transport, raw=self._raw)

    @cached_property
    def skills(self) -> Skills:
        """Skills that agents may use."""
        return Skills(self._transport, raw=self._raw)

    @cached_property
    def sops(self) -> Sops:
        """Standard operating procedures."""
        return Sops(self._transport, raw=self._raw)

    @cached_property
    def triggers(self) -> Triggers:
        """Events that start a chat turn."""
        return Triggers(self._transport, raw=self._raw)

    @cached_property
    def tuning(self) -> Tuning:
        """Guidance that the formation learned, reviewed and applied."""
        return Tuning(self._transport, raw=self._raw)

    @cached_property
    def users(self) -> Users:
        """Users' identifiers and notification channels."""
        return Users(self._transport, raw=self._raw)

    chat_stream = Chat.stream

    @endpoint
    def health(self) -> Call[m.Health]:
        """Return whether the formation is healthy. Needs no key.

        An unhealthy formation raises no error: see `status`.

        Raises:
            ConnectionError: No server runs at the formation's address.
            TimeoutError: The formation doesn't respond in time.
        """
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
        """Return what runs in the formation, and its state. Needs the admin key.

        Raises:
            AuthenticationError: The admin key is wrong.
        """
        return Call("GET", path("status"), m.FormationStatus, KeyKind.ADMIN)
