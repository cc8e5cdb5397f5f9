"""The Formation API: one module for each namespace."""

from __future__ import annotations

from .agents import Agents as Agents
from .audit import Audit as Audit
from .buffer import Buffer as Buffer
from .chat import Audio as Audio
from .chat import Chat as Chat
from .config import Config as Config
from .credentials import Credentials as Credentials
from .distilled import Distilled as Distilled
from .distilleries import Distilleries as Distilleries
from .history import History as History
from .jobs import Jobs as Jobs
from .knowledge import Knowledge as Knowledge
from .mcp import Mcp as Mcp
from .memories import Memories as Memories
from .memory import Memory as Memory
from .notifications import Notifications as Notifications
from .requests import Requests as Requests
from .root import FormationApi as FormationApi
from .secrets import Secrets as Secrets
from .sessions import Sessions as Sessions
from .skills import Skills as Skills
from .sops import Sops as Sops
from .triggers import Triggers as Triggers
from .tuning import Tuning as Tuning
from .users import Users as Users
