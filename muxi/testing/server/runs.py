"""Operations in stages. They continue even if their caller disconnects (contract 4.0)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from starlette.responses import Response

from ..formation.chat import BrokenOff
from ..streams import Disconnect, NoAnswer
from .answers import EVENTS, Pieces, error, event, ok
from .behavior import ServerBehavior
from .processes import Process
from .runtimes import InvalidRuntime, UnknownRuntime, resolve

Operation = Literal["deploy", "update", "start", "restart", "rollback"]

_STATUSES = {
    **dict.fromkeys(("ExtractError", "SecretsError", "IDMismatch", "VersionMismatch"), 400),
    **dict.fromkeys(("InvalidRuntime", "NoPreviousVersion"), 400),
    **dict.fromkeys(("NoChange", "AlreadyRunning"), 409),
    "NotFound": 404,
}
_BY_OPERATION: dict[str, dict[Operation, int]] = {
    "ParseError": {"deploy": 400, "update": 400},
    "HealthCheckFailed": {"deploy": 400, "update": 400},
    "ResolveError": {"deploy": 400},
    "PortAllocationError": {"update": 507, "rollback": 507},
    "DirectoryError": {"rollback": 400},
}
_NO_PORT = {"update": "for staging deployment", "rollback": "for rollback"}
_UNHEALTHY = {
    "deploy": ("Formation failed health check after {timeout}s: ", ""),
    "update": (
        "New version failed health check: ",
        ". Old version still running - zero downtime maintained.",
    ),
    "rollback": ("Previous version failed health check: ", ". Current version still running."),
}
_OPTIONAL = {
    "downloading_sif": "Downloaded the runtime",
    "pulling_runner": "Pulled the runner image",
}
_WAITS_FOR = {"update": "staging", "rollback": "previous version"}
_HIDES_RUNTIME = ("deploy", "rollback")
"""Operations whose progress doesn't name the wanted runtime."""


class Failed(Exception):
    """The operation failed.

    Args:
        type: The server's error type.
        text: The message.
        status: The HTTP status. None: the usual one of this type.
    """

    def __init__(self, type: str, text: str, status: int | None = None) -> None:
        super().__init__(text)
        self.type = type
        self.text = text
        self.status = status


class Panic(Exception):
    """The server itself crashes: it closes the connection without a response."""


@dataclass(frozen=True)
class Done:
    """The result of a successful operation, for streams (`event`) and plain responses."""

    event: Mapping[str, object]
    data: Mapping[str, object]
    status: int = 200


@dataclass
class Run:
    """One operation and its progress.

    Args:
        operation: The kind of operation.
        behavior: The pace and the faults.
    """

    operation: Operation
    behavior: ServerBehavior
    stage: str = "validating"
    _reports: asyncio.Queue[bytes | Done | Failed | Literal["end", "drop"]] = field(
        default_factory=asyncio.Queue[bytes | Done | Failed | Literal["end", "drop"]]
    )

    async def step(
        self, stage: str, message: str, process: Process | None = None, **more: object
    ) -> None:
        """Reach a stage and report it. If the process dies, the delay of a fault ends early."""
        await asyncio.sleep(self.behavior.pace)
        self._reports.put_nowait(event("progress", {"stage": stage, "message": message, **more}))
        await self.check(stage, process)

    async def check(self, stage: str, process: Process | None = None) -> None:
        """Reach a stage without reporting it, and cause its fault if there is one."""
        self.stage = stage
        fault = self.behavior.fault(stage)
        if fault is None:
            return
        if stage in _OPTIONAL and not fault.error:
            data = {"stage": stage, "message": _OPTIONAL[stage]}
            self._reports.put_nowait(event("progress", data))
        await _pause(fault.delay, process)
        if fault.cut:
            self._reports.put_nowait(fault.cut)
        if fault.error == "HealthCheckFailed":
            raise self.unhealthy(fault.message or "Formation process crashed during startup")
        if fault.error:
            raise Failed(fault.error, fault.message or self._default_message(fault.error))

    async def resolve(self, wanted: str) -> None:
        """Run the stages that find the runtime."""
        asked = "..." if self.operation in _HIDES_RUNTIME else f": {wanted}"
        await self.step("resolving_runtime", f"Resolving runtime version{asked}")
        try:
            version = resolve(wanted, self.behavior.runtimes)
        except InvalidRuntime as invalid:
            raise Failed("InvalidRuntime", str(invalid)) from None
        except UnknownRuntime as unknown:
            if self.operation == "update":
                raise Failed("RuntimeError", str(unknown)) from None
            text = f"Failed to resolve runtime version: {unknown}"
            raise Failed("ResolveError", text) from None
        text = f"Resolved runtime version: {version}"
        await self.step("resolving_runtime", text, version=version)
        for stage in _OPTIONAL:
            await self.check(stage)

    async def await_health(self, process: Process) -> None:
        """Run the stage that checks a process until it answers."""
        what = _WAITS_FOR.get(self.operation, "formation")
        await self.step("health_check", f"Waiting for {what} health check...", process)
        most = self.behavior.health_timeout
        for attempt in range(1, min(self.behavior.attempts, most) + 1):
            if process.died.is_set():
                raise self.unhealthy(process.last_words)
            text = f"Health check attempt {attempt}/{most}..."
            await self.step("health_check", text, process, attempt=attempt, max_attempts=most)
        if process.died.is_set():
            raise self.unhealthy(process.last_words)
        if self.behavior.attempts > most:
            raise self.unhealthy(f"health check failed after {most} attempts (timeout: {most}s)")

    def unhealthy(self, text: str) -> Failed:
        """Return the error for a failed start, with this operation's message."""
        before, after = _UNHEALTHY.get(self.operation, ("", ""))
        before = before.format(timeout=self.behavior.health_timeout)
        return Failed("HealthCheckFailed", f"{before}{text}{after}")

    def status_of(self, failed: Failed) -> int:
        """Return the HTTP status of a failure for a caller without a stream."""
        usual = _STATUSES.get(failed.type, 500)
        return failed.status or _BY_OPERATION.get(failed.type, {}).get(self.operation, usual)

    async def work(self, job: Callable[[], Awaitable[Done]]) -> None:
        """Run the job and report its result."""
        try:
            self._reports.put_nowait(await job())
        except Failed as failed:
            self._reports.put_nowait(failed)
        except OSError as problem:
            self._reports.put_nowait(Failed("MoveError", f"Failed to move files: {problem}"))
        except Panic:
            self._reports.put_nowait("drop")

    async def answer(self, *, streamed: bool) -> Response:
        """Return the response: a stream of the progress, or the result alone."""
        if streamed:
            return Pieces(self._events(), {**EVENTS, "x-accel-buffering": "no"})
        while isinstance(report := await self._reports.get(), bytes):
            pass
        if isinstance(report, Done):
            return ok(report.data, report.status)
        if isinstance(report, Failed):
            return error(self.status_of(report), report.text)
        return NoAnswer() if report == "end" else Disconnect()

    async def _events(self) -> AsyncGenerator[bytes, None]:
        while isinstance(report := await self._reports.get(), bytes):
            yield report
        if isinstance(report, Done):
            yield event("complete", report.event)
        elif isinstance(report, Failed):
            about = {"error": report.type, "message": report.text, "stage": self.stage}
            yield event("error", about)
        elif report == "drop":
            raise BrokenOff

    def _default_message(self, kind: str) -> str:
        if kind == "PortAllocationError":
            where = _NO_PORT.get(self.operation)
            none = "Failed to allocate port: no available ports in range 8000-9000"
            return f"No available ports {where}" if where else none
        return f"{kind} in {self.stage}"


async def _pause(seconds: float, process: Process | None) -> None:
    if process is None:
        await asyncio.sleep(seconds)
        return
    waiting = asyncio.ensure_future(process.died.wait())
    await asyncio.wait({waiting}, timeout=seconds)
    waiting.cancel()
