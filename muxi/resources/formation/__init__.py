"""The Formation API, one file a namespace."""

from __future__ import annotations

from .chat import Audio as Audio
from .chat import Chat as Chat
from .requests import Requests as Requests
from .root import FormationApi as FormationApi
from .sessions import Sessions as Sessions
