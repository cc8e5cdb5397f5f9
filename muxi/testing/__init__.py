"""An emulator of MUXI for tests: the real wire, on loopback sockets, from memory.

    def model(turn: Turn) -> Outcome:
        return Reply(f"{turn.user_id} said {turn.message}")

    with Emulator(model=model, multi_user=True) as muxi:
        os.environ.update(muxi.environ)

`python -m muxi.testing` serves one for a shell.
"""

from __future__ import annotations

try:
    from .emulator import Emulator as Emulator
except ImportError as missing:
    raise ImportError(
        "muxi.testing needs its extra: pip install 'muxi-client[testing]'"
    ) from missing

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
from .server.behaviour import Behaviour as Behaviour
from .server.behaviour import Fault as Fault
from .server.behaviour import Quirks as Quirks
