"""How the control plane is to behave: its clock, its pace, its quirks, and what goes wrong."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Literal

STAGES = frozenset(
    {
        "extracting",
        "validating",
        "resolving_runtime",
        "downloading_sif",
        "pulling_runner",
        "spawning",
        "spawning_staging",
        "spawning_previous",
        "health_check",
        "swapping",
        "stopping",
        "stopping_old",
        "stopping_current",
        "upload",
        "download",
        "proxy",
        "server-logs",
        "stop",
        "delete",
        "cancel-update",
    }
)
ERRORS = frozenset(
    {
        "AlreadyRunning",
        "CleanupError",
        "ConfigError",
        "DirectoryError",
        "DownloadError",
        "ExtractDirError",
        "ExtractError",
        "HealthCheckFailed",
        "HistoryError",
        "IDMismatch",
        "InvalidRuntime",
        "MoveError",
        "NoChange",
        "NoPreviousVersion",
        "NotFound",
        "ParseError",
        "PortAllocationError",
        "PullError",
        "ReadError",
        "RegisterError",
        "RegistryError",
        "ResolveError",
        "RuntimeError",
        "SecretsError",
        "SpawnError",
        "SwapError",
        "SwitchError",
        "VersionMismatch",
    }
)
"""What the server calls its failures; `ReadError` is that of a log or a draft."""


@dataclass(frozen=True)
class Fault:
    """What goes wrong when a stage is reached. Each fault happens once.

    Besides the stages of progress events there are `"upload"` (before a bundle is read),
    `"download"`, `"proxy"` (a call to a formation), `"server-logs"`, `"stop"`, `"delete"` and
    `"cancel-update"`: the last three are done, and then not answered, when they are cut. The
    stages `"downloading_sif"` and `"pulling_runner"` only occur where a fault names them.

    Raises:
        ValueError: The server knows no such stage or error.
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

    def __post_init__(self) -> None:
        if self.stage not in STAGES:
            raise ValueError(f"stage {self.stage!r} is none of {', '.join(sorted(STAGES))}")
        if self.error is not None and self.error not in ERRORS:
            raise ValueError(f"error {self.error!r} is none of {', '.join(sorted(ERRORS))}")
        if self.cut not in (None, "end", "drop"):
            raise ValueError(f"cut {self.cut!r} is neither 'end' nor 'drop'")


@dataclass
class Quirks:
    """Defects of the server (contract server-api 4.4, server-observed 1).

    Those that every server has are on; those that hang on its version are off.
    """

    old_port: bool = True
    """An update answers with the port that it has just given up."""
    staging_stays: bool = True
    """An update that fails once its port is set can be cancelled, once."""
    draft_digest: bool = True
    """Drafts all have the same digest: a second one in a row is "identical"."""
    bare_draft: bool = True
    """A new draft lacks the description that its deployment asks for."""
    unescaped: bool = True
    """The proxy's errors are not escaped."""
    no_semantic: bool = True
    """A formation's details lack the manifest's version, which the list has."""
    misfiled: bool = False
    """After an update the process is known as `<id>-staging` only. It can't be stopped; the next
    update fails, and to cancel that kills the live process; a rollback leaves the new version
    serving; a deletion leaves the process running, so that updates of a new formation with this
    id fail."""
    wrong_directory: bool = False
    """Start and restart look for the manifest where it no longer is; restart stops first."""
    crash_loop: bool = False
    """A process that died is restarted in vain every `restart_pause` seconds. It can't be stopped
    any more: the first attempt is a 500, each later one makes the server close the connection."""
    dev_leftover: bool = False
    """A dev run that fails to start blocks all later ones of its id."""


@dataclass
class ServerBehavior:
    """How the control plane behaves; changes take effect at once, from any thread."""

    auth: bool = True
    """Calls must be signed."""
    tolerance: int = 300
    """Seconds that a signature's time may differ, both ways."""
    skew: float = 0.0
    """Seconds by which the server's clock is ahead."""
    pace: float = 0.0
    """Seconds before each stage."""
    attempts: int = 1
    """Health checks until a formation answers; with more than `health_timeout` it never does."""
    health_timeout: int = 30
    """Health checks, one a second, until the server gives up."""
    starting_pause: float = 2.0
    """Seconds after a rollback in which the formation is `starting`, and the proxy answers 503."""
    restart_pause: float = 5.0
    """Seconds after which a crash is noticed; with `crash_loop`, also between restarts."""
    upload_timeout: float = 15.0
    """Seconds in which a bundle must have arrived; otherwise it is refused with a 500."""
    runtimes: list[str] = field(default_factory=lambda: ["1.20260928.0"])
    """Versions of the runtime that a manifest may ask for by number."""
    poll: float = 0.02
    """Seconds between two looks at a log that is followed."""
    quirks: Quirks = field(default_factory=Quirks)
    faults: list[Fault] = field(default_factory=list[Fault])
    audit: list[str] = field(default_factory=list[str])
    """The lines of the server's own log. A real server may never write any."""
    sdk_versions: dict[str, str] = field(default_factory=dict[str, str])
    """The latest version of each SDK; others are told their own."""

    @property
    def now(self) -> float:
        """The server's time, in seconds since 1970."""
        return time.time() + self.skew

    def fault(self, stage: str) -> Fault | None:
        """Take the next fault of a stage."""
        found = next((each for each in [*self.faults] if each.stage == stage), None)
        if found is not None:
            self.faults.remove(found)
        return found
