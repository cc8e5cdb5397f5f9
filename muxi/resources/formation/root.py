"""The Formation API: its namespaces, and the calls that belong to none (contract B1)."""

from __future__ import annotations

from ..._core.call import BodyFormat, Call, KeyKind, path
from ..._core.endpoint import endpoint
from ..._core.resource import Namespace, Resource
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

    chat = Namespace(Chat)
    """Chat with the formation."""
    audio = Namespace(Audio)
    """Chat by voice notes."""
    sessions = Namespace(Sessions)
    """Conversations and their messages."""
    requests = Namespace(Requests)
    """The status of chat turns and background jobs."""
    agents = Namespace(Agents)
    """The formation's agents."""
    artifacts = Namespace(Artifacts)
    """The files that agents made."""
    audit = Namespace(Audit)
    """The log of administrative actions."""
    config = Namespace(Config)
    """The configuration, read-only."""
    credentials = Namespace(Credentials)
    """Users' credentials for other services."""
    distilled = Namespace(Distilled)
    """Memories that other programs extracted, submitted in signed batches."""
    events = Namespace(Events)
    """Streams of live events."""
    history = Namespace(History)
    """The log of notable events."""
    jobs = Namespace(Jobs)
    """Scheduled jobs."""
    knowledge = Namespace(Knowledge)
    """The agents' knowledge sources."""
    logs = Namespace(Logs)
    """The stream of log records."""
    mcp = Namespace(Mcp)
    """MCP servers and tools."""
    memories = Namespace(Memories)
    """What the formation remembers about users."""
    memory = Namespace(Memory)
    """Maintenance of the memory."""
    notifications = Namespace(Notifications)
    """Notifications to users."""
    secrets = Namespace(Secrets)
    """Secret values that the configuration refers to."""
    skills = Namespace(Skills)
    """Skills that agents may use."""
    sops = Namespace(Sops)
    """Standard operating procedures."""
    triggers = Namespace(Triggers)
    """Events that start a chat turn."""
    tuning = Namespace(Tuning)
    """Guidance that the formation learned, reviewed and applied."""
    users = Namespace(Users)
    """Users' identifiers and notification channels."""

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
