"""An emulator of MUXI for tests: a MUXI Server and its formations on loopback sockets.

    def model(turn: Turn) -> Outcome:
        return Reply(f"{turn.user_id} said {turn.message}")

    with Emulator(model=model, multi_user=True) as muxi:
        os.environ.update(muxi.environ)

`python -m muxi.testing` runs an emulator from a shell.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .model import Approval as Approval
from .model import Background as Background
from .model import Clarification as Clarification
from .model import Cut as Cut
from .model import Escalation as Escalation
from .model import Event as Event
from .model import Failure as Failure
from .model import Model as Model
from .model import Outcome as Outcome
from .model import Refusal as Refusal
from .model import Reply as Reply
from .model import Turn as Turn
from .model import echo as echo
from .server.behavior import Fault as Fault
from .server.behavior import Quirks as Quirks
from .server.behavior import ServerBehavior as ServerBehavior

if TYPE_CHECKING:
    from .emulator import Emulator as Emulator

_EXTRA = ("starlette", "uvicorn", "yaml")


def __getattr__(name: str) -> object:
    # Only the emulator needs the `testing` extra. The other names work without it.
    if name != "Emulator":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        from .emulator import Emulator
    except ModuleNotFoundError as missing:
        if (missing.name or "").partition(".")[0] not in _EXTRA:
            raise
        text = "muxi.testing.Emulator needs an extra: pip install 'muxi-client[testing]'"
        raise ImportError(text) from None
    globals()[name] = Emulator
    return Emulator
