"""The Formation API, one file a namespace."""

from __future__ import annotations

from .agents import Agents as Agents
from .chat import Audio as Audio
from .chat import Chat as Chat
from .knowledge import Knowledge as Knowledge
from .mcp import Mcp as Mcp
from .requests import Requests as Requests
from .root import FormationApi as FormationApi
from .sessions import Sessions as Sessions
from .skills import Skills as Skills
from .sops import Sops as Sops
from .triggers import Triggers as Triggers
