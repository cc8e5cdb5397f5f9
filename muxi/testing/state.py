"""What the handlers of a formation share, and what they know of one call."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field

from starlette.requests import Request

from .chat import Turns
from .kept import AuditLog, Guidance, Secrets
from .manifest import Manifest
from .model import Model
from .store import Replays, Requests, Sessions
from .wire import ApiError

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


@dataclass(frozen=True)
class Config:
    """How a formation is set up."""

    formation_id: str
    client_key: str
    admin_key: str
    model: Model
    multi_user: bool
    keepalive: float
    token_pause: float
    manifest: Manifest


@dataclass
class State:
    """A running formation."""

    config: Config
    sessions: Sessions = field(init=False)
    requests: Requests = field(default_factory=Requests)
    replays: Replays = field(default_factory=Replays)
    turns: Turns = field(init=False)
    secrets: Secrets = field(init=False)
    audit: AuditLog = field(init=False)
    guidance: Guidance = field(init=False)
    started: float = field(default_factory=time.time)

    def __post_init__(self) -> None:
        config = self.config
        self.sessions = Sessions(config.formation_id)
        self.turns = Turns(config.model, self.sessions, self.requests, config.token_pause)
        self.secrets = Secrets(config.manifest)
        self.audit = AuditLog(config.formation_id)
        self.guidance = Guidance(config.manifest)

    @property
    def uptime(self) -> int:
        """Whole seconds since the start."""
        return int(time.time() - self.started)

    def owner(self, user_id: str) -> str:
        """Whom the formation takes the user for: a single-user one knows only `"0"`."""
        return user_id if self.config.multi_user else "0"


@dataclass(frozen=True)
class Call:
    """One request, past its guard."""

    state: State
    request: Request
    body: object
    admin: bool

    @property
    def user_id(self) -> str | None:
        """The `X-Muxi-User-ID` header; a mail address in lower case."""
        given = self.request.headers.get("x-muxi-user-id")
        return given.lower() if given and _EMAIL.fullmatch(given) else given or None

    def required_user(self) -> str:
        """Whom the formation takes the caller for; refused without the header."""
        if self.user_id is None:
            raise ApiError(400, "X-Muxi-User-ID header is required")
        return self.state.owner(self.user_id)

    def param(self, name: str) -> str:
        """A part of the path."""
        return str(self.request.path_params[name])
