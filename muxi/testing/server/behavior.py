"""How the server behaves: its clock, its pace, its quirks and the faults to cause."""

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
"""The server's names for its failures. `ReadError` is for logs and drafts."""


@dataclass(frozen=True)
class Fault:
    """A failure or a delay, when the server reaches a stage. Each fault happens once.

    Stages are those of progress events, and `"upload"` (before a bundle is read), `"download"`,
    `"proxy"` (a call to a formation), `"server-logs"`, `"stop"`, `"delete"` and
    `"cancel-update"`. With `cut`, the last three are done but not answered. The stages
    `"downloading_sif"` and `"pulling_runner"` happen only if a fault names them.

    Raises:
        ValueError: The server has no such stage or error.
    """

    stage: str
    error: str | None = None
    """The server's error type that the operation fails with, such as `"HealthCheckFailed"`."""
    message: str = ""
    """The message of the error. If empty, the server's usual message."""
    delay: float = 0.0
    """Seconds by which the stage takes longer."""
    cut: Literal["end", "drop"] | None = None
    """`"end"` ends the response body, `"drop"` closes the connection. The operation continues."""

    def __post_init__(self) -> None:
        if self.stage not in STAGES:
            raise ValueError(f"stage {self.stage!r} is none of {', '.join(sorted(STAGES))}")
        if self.error is not None and self.error not in ERRORS:
            raise ValueError(f"error {self.error!r} is none of {', '.join(sorted(ERRORS))}")
        if self.cut not in (None, "end", "drop"):
            raise ValueError(f"cut {self.cut!r} is neither 'end' nor 'drop'")


@dataclass
class Quirks:
    """Bugs of the real server (contract server-api 4.4, server-observed 1).

    Bugs of every server version are on by default. Bugs of some versions only are off.
    """

    old_port: bool = True
    """An update answers with the old port of the formation, not the new one."""
    staging_stays: bool = True
    """An update that failed after it got its port can still be cancelled, once."""
    draft_digest: bool = True
    """All drafts have the same digest, so a second draft in a row is refused as "identical"."""
    bare_draft: bool = True
    """A new draft has no description, but its deployment requires one."""
    unescaped: bool = True
    """The proxy doesn't escape the text of its JSON errors."""
    no_semantic: bool = True
    """A formation's details lack the manifest's version. The list has it."""
    misfiled: bool = False
    """After an update, the server registers the process under `<id>-staging` only.

    The formation then can't be stopped. The next update fails, and to cancel it kills the live
    process. After a rollback the new version still serves. After a deletion the process still
    runs, so updates of a new formation with this id fail.
    """
    wrong_directory: bool = False
    """Start and restart look for the manifest in the wrong directory and fail. A restart has
    stopped the formation by then."""
    crash_loop: bool = False
    """The server restarts a crashed process every `restart_pause` seconds, without success. It
    can't be stopped: the first attempt answers 500, later ones close the connection."""
    dev_leftover: bool = False
    """A dev run that fails to start blocks all later dev runs with its id."""


@dataclass
class ServerBehavior:
    """How the server behaves. Changes take effect at once, from any thread."""

    auth: bool = True
    """Whether calls must be signed."""
    tolerance: int = 300
    """Seconds that a signature's time may differ from the server's clock, earlier or later."""
    skew: float = 0.0
    """Seconds that the server's clock is ahead."""
    pace: float = 0.0
    """Seconds to wait before each stage."""
    attempts: int = 1
    """Health checks until a formation answers. If more than `health_timeout`, the start fails."""
    health_timeout: int = 30
    """Health checks before the server gives up. A real server does one each second."""
    starting_pause: float = 2.0
    """Seconds that a formation is `starting` after a rollback. The proxy then answers 503."""
    restart_pause: float = 5.0
    """With `crash_loop`: seconds until the server notices a crash, and between two restarts."""
    upload_timeout: float = 15.0
    """Seconds for the upload of a bundle. A slower one is refused with 500."""
    runtimes: list[str] = field(default_factory=lambda: ["1.20260928.0"])
    """The runtime versions that a manifest may name, besides `latest`."""
    poll: float = 0.02
    """Seconds between two reads of a log that is followed."""
    quirks: Quirks = field(default_factory=Quirks)
    faults: list[Fault] = field(default_factory=list[Fault])
    audit: list[str] = field(default_factory=list[str])
    """The lines of the server's own log. A real server may not write any."""
    sdk_versions: dict[str, str] = field(default_factory=dict[str, str])
    """The latest version of each SDK, by name. An SDK that isn't listed gets its own version."""

    @property
    def now(self) -> float:
        """The server's time, in seconds since 1970."""
        return time.time() + self.skew

    def fault(self, stage: str) -> Fault | None:
        """Remove and return the next fault of a stage."""
        found = next((each for each in [*self.faults] if each.stage == stage), None)
        if found is not None:
            self.faults.remove(found)
        return found
