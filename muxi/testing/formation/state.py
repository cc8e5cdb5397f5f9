"""The state of a formation, and one call, as the handlers get them."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from starlette.requests import Request

from ..model import Model
from .artifact_store import Artifacts
from .chat import Turns, TurnStores
from .credential_store import Credentials
from .directory import Channels, Users, canonical
from .distillery_store import Distilleries
from .envelopes import ApiError
from .job_store import Jobs
from .manifest import Manifest
from .memory_store import EventLog, History, Memories
from .settings_store import AuditLog, Guidance, Secrets
from .store import Replays, Requests, Sessions


@dataclass(frozen=True)
class Config:
    """The settings of a formation."""

    formation_id: str
    client_key: str
    admin_key: str
    model: Model
    multi_user: bool
    keepalive: float
    token_pause: float
    manifest: Manifest
    clock: Callable[[], float] = time.time
    """Returns the time in seconds since 1970, for the age of requests."""


@dataclass
class State:
    """The state of a running formation."""

    config: Config
    sessions: Sessions = field(init=False)
    requests: Requests = field(init=False)
    replays: Replays = field(default_factory=Replays)
    users: Users = field(default_factory=Users)
    channels: Channels = field(default_factory=Channels)
    jobs: Jobs = field(default_factory=Jobs)
    credentials: Credentials = field(default_factory=Credentials)
    events: EventLog = field(default_factory=EventLog)
    memories: Memories = field(default_factory=Memories)
    history: History = field(default_factory=History)
    distilleries: Distilleries = field(init=False)
    artifacts: Artifacts = field(init=False)
    turns: Turns = field(init=False)
    secrets: Secrets = field(init=False)
    audit: AuditLog = field(init=False)
    guidance: Guidance = field(init=False)
    started: float = field(default_factory=time.time)

    def __post_init__(self) -> None:
        config = self.config
        self.sessions = Sessions(config.formation_id)
        self.requests = Requests(config.clock)
        self.artifacts = Artifacts(self.events)
        self.distilleries = Distilleries(config.formation_id)
        stores = TurnStores(self.sessions, self.requests, self.users, self.artifacts)
        self.turns = Turns(config.model, stores, config.token_pause)
        self.secrets = Secrets(config.manifest)
        self.audit = AuditLog(config.formation_id)
        self.guidance = Guidance(config.manifest)

    @property
    def uptime(self) -> int:
        """Seconds since the start, as an integer."""
        return int(time.time() - self.started)

    def owner(self, user_id: str) -> str:
        """Return the user who owns the data. On a single-user formation this is `"0"`."""
        return user_id if self.config.multi_user else "0"


@dataclass(frozen=True)
class Call:
    """One request. Its guard has allowed it."""

    state: State
    request: Request
    body: object
    admin: bool

    @property
    def user_id(self) -> str | None:
        """The `X-Muxi-User-ID` header, with an email address in lower case."""
        given = self.request.headers.get("x-muxi-user-id")
        return canonical(given) if given else None

    def named_user(self) -> str:
        """The header, which must be there. Most routes use it unchanged."""
        if self.user_id is None:
            raise ApiError(400, "X-Muxi-User-ID header is required")
        return self.user_id

    def required_user(self) -> str:
        """The user who owns the caller's data. The header must be there."""
        return self.state.owner(self.named_user())

    def asker(self) -> str | None:
        """The header. An admin may leave it out to get the data of all users."""
        if self.user_id is None and not self.admin:
            text = "X-Muxi-User-ID header is required when using client API key"
            raise ApiError(400, text)
        return self.user_id

    def param(self, name: str) -> str:
        """Return a parameter of the path."""
        return str(self.request.path_params[name])
