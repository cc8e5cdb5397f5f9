"""How the control plane is to behave: its clock, its pace, its quirks, and what goes wrong."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True)
class Fault:
    """What goes wrong when a stage is reached. Each fault happens once.

    Besides the stages of progress events there are `"upload"` (before a bundle is read),
    `"download"`, `"proxy"` (a call to a formation), `"server-logs"`, `"stop"`, `"delete"` and
    `"cancel-update"`: these three are done, and then not answered, when they are cut. The
    stages `"downloading_sif"` and `"pulling_runner"` only occur where a fault names them.
    """

    stage: str
    error: str | None = None
    """A type of the server's, such as `"HealthCheckFailed"`: the work fails with it."""
    message: str = ""
    """What that error says; the server's own words when empty."""
    delay: float = 0.0
    """Seconds that the stage takes."""
    cut: Literal["end", "drop"] | None = None
    """The client hears no more: the body ends, or the connection does. The work goes on."""


@dataclass
class Quirks:
    """Defects of the server (contract server-api 4.4): the certain ones are on."""

    old_port: bool = True
    """An update answers with the port that it has just given up."""
    staging_stays: bool = True
    """A failed update can be cancelled, once."""
    misfiled: bool = False
    """After an update the process is known as `<id>-staging` only."""
    wrong_directory: bool = False
    """Start and restart look for the manifest where it no longer is."""
    draft_digest: bool = True
    """Drafts all have the same digest: a second one in a row is "identical"."""
    bare_draft: bool = True
    """A new draft lacks the description that its deployment asks for."""
    unescaped: bool = True
    """The proxy's errors are not escaped."""


@dataclass
class ServerBehavior:
    """How the control plane behaves; changes are heeded at once, from any thread."""

    auth: bool = True
    """Calls must be signed."""
    tolerance: int = 300
    """Seconds that a signature's time may differ, both ways."""
    skew: float = 0.0
    """Seconds by which the server's clock is ahead."""
    pace: float = 0.0
    """Seconds before each stage."""
    attempts: int = 1
    """Health checks until a formation answers; with more than 30 it never does."""
    poll: float = 0.02
    """Seconds between two looks at a log that is followed."""
    quirks: Quirks = field(default_factory=Quirks)
    faults: list[Fault] = field(default_factory=list[Fault])
    audit: list[str] = field(default_factory=list[str])
    """The lines of the server's own log. A real server may never write any."""
    sdk_versions: dict[str, str] = field(default_factory=dict[str, str])
    """The latest version of each SDK; others are told their own."""

    def fault(self, stage: str) -> Fault | None:
        """Take the next fault of a stage."""
        found = next((each for each in [*self.faults] if each.stage == stage), None)
        if found is not None:
            self.faults.remove(found)
        return found
