"""Reads the progress of deployments and checks their result (contract server-api 4.0)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import inf
from typing import TYPE_CHECKING, Literal

from ..._core.call import Call, KeyKind, path
from ..._core.steps import EventReader, Flow, StreamCall
from ...errors import DeploymentError, MuxiError, StreamInterruptedError, TimeoutError
from ...models import server as m
from .._waits import NO_DEADLINE, Deadline, deadline_in
from ._calls import FORMATIONS, find, get_call, manifest_version
from ._errors import StreamedAction, explain, failure
from ._health import wait_until_it_answers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...bundle import Bundle

DEFAULT_VERSION = "1.0.0"
"""The version that the server assigns if the manifest has none."""


@dataclass(frozen=True)
class TimeLimits:
    """The time limits of a deployment."""

    timeout: float | None
    """The most seconds for the whole deployment; None for no limit."""
    silence_timeout: float | None
    """The most seconds without data from the server; None for no limit."""


class ProgressReader(EventReader["m.Progress", "m.Deployment"]):
    """Reads one progress stream and keeps its state.

    Args:
        action: The action of the server.
        limits: The time limits.
        base_url: The server's address.
        formation_id: The formation's id, if it is known yet.
    """

    def __init__(
        self, action: StreamedAction, limits: TimeLimits, base_url: str, formation_id: str = ""
    ) -> None:
        self.action: StreamedAction = action
        self.formation_id = formation_id
        self.no_change_code: str | None = None
        """The error code that means that there was nothing to do."""
        self.first: Sequence[m.Progress] = ()
        """The steps before the stream was open."""
        self.bundle: Bundle | None = None
        """The bundle that was sent."""
        self.before: m.Formation | None = None
        """The formation before the action, if it was fetched."""
        self.stages: set[str] = set()
        """The stages read so far."""
        self._limits = limits
        self._base_url = base_url
        self._until = NO_DEADLINE
        self._deployment: m.Deployment | None = None
        self._message = ""
        self._unchanged = False

    def start(self) -> Deadline:
        """Start the time limit and return the deadline."""
        self._until = deadline_in(self._limits.timeout)
        self.deadline = self._until.at
        return self._until

    def limited(self, call: Call[m.Deployment]) -> Call[m.Deployment]:
        """Return the call with the remaining time as its limit.

        Raises:
            TimeoutError: No time remains.
        """
        silence = self._limits.silence_timeout
        left = self._until.remaining()
        if left == 0:
            raise TimeoutError(
                f"{call.method} {call.path} was not sent: {self._limits.timeout:g} s had passed"
            )
        wait = min(inf if silence is None else silence, inf if left is None else left)
        return replace(call, timeout=left, read_timeout=wait)

    @property
    def partial(self) -> str:
        """The last message of the server."""
        return self._message

    def on_open(self, may_have_run: bool) -> Sequence[m.Progress]:
        """Return the steps before the stream was open."""
        if self.action == "start" and may_have_run:
            self.no_change_code = "AlreadyRunning"
        return self.first

    def read(self, name: str, data: str) -> m.Progress | None:
        """Return the step that the server reports.

        Raises:
            MuxiError: The server reports a failure. The error is the same as in a JSON response.
        """
        from .._event_data import model_of  # imported late: clients import fast

        if name == "progress":
            progress = model_of(m.Progress, data)
            self._message = progress.message
            self.stages.add(progress.stage)
            return progress
        if name == "complete":
            self.on_json(model_of(m.Deployment, data))
        elif name in ("error", ""):
            error = failure(self.action, data)
            if error.code is None or error.code != self.no_change_code:
                raise error
            self._unchanged = self.ended = True
        return None

    def on_json(self, answer: object) -> None:
        """Accept a JSON response that replaces the stream."""
        self._deployment = m.Deployment.model_validate(answer)
        self.ended = True

    def set_unchanged(self, formation: m.Formation) -> None:
        """Use the deployed formation as the result: there is nothing to do."""
        self._deployment = m.Deployment(
            formation_id=formation.id,
            status=formation.status,
            port=formation.port,
            pid=formation.pid,
            version=None if formation.version.previous else 1,
            manifest_version=self.bundle.version if self.bundle else formation.version.semantic,
            changed=False,
            message="The server already has this bundle",
        )
        self.ended = True

    def text_delta(self, event: m.Progress) -> str:
        """Return the message of a step."""
        return event.message

    def on_end(self) -> Flow[m.Progress]:
        """Return the last step.

        Raises:
            StreamInterruptedError: The stream ended before the server reported the outcome.
            DeploymentError: The formation is down, or another version responds.
            TimeoutError: The formation doesn't respond in time.
        """
        if self._unchanged:
            self.set_unchanged((yield from self._until.request(get_call(self.formation_id))))
        if self._deployment is None:
            raise self._interrupted()
        if self._deployment.changed:
            self._deployment = yield from self._checked(self._deployment)
        return m.Progress(stage="complete", message=self._deployment.message or "Done")

    def result(self) -> m.Deployment:
        """Return the running deployment. Its URL uses the client's address of the server.

        Raises:
            StreamInterruptedError: The outcome isn't known.
        """
        if self._deployment is None:
            raise self._interrupted()
        url = self._base_url + path("api", self._deployment.formation_id)
        return self._deployment.model_copy(update={"url": url})

    def _interrupted(self) -> StreamInterruptedError:
        error = StreamInterruptedError(
            "The stream ended before the server said how it went", sent=True
        )
        error.partial = self.partial
        return error

    def _checked(self, deployment: m.Deployment) -> Flow[m.Deployment]:
        """Wait until the formation responds, check its version, and add missing fields."""
        formation_id = deployment.formation_id
        if self.bundle is not None and self.action == "deploy":
            # There is only one process, and the server has just checked it.
            return deployment.model_copy(
                update={"version": 1, "manifest_version": self.bundle.version or DEFAULT_VERSION}
            )
        soon = deadline_in(self._limits.silence_timeout)
        answer = yield from wait_until_it_answers(formation_id, self._until.sooner(soon))
        now, version = yield from self._look(formation_id)
        self._check_version(formation_id, now, version, answer.version)
        number = deployment.version
        if number is None and (self.action == "deploy" or (now and not now.version.previous)):
            number = 1
        # After an update the server reports the old port (quirk Q1).
        port = None if self.action == "update" else deployment.port
        more = {"port": now.port if now else port, "version": number, "manifest_version": version}
        return deployment.model_copy(update=more)

    def _look(self, formation_id: str) -> Flow[tuple[m.Formation | None, str | None]]:
        """Return the deployed formation and the version in its manifest; None if unknown."""
        version = None if self.bundle is None else self.bundle.version
        now = None
        try:
            now = yield from self._until.request(get_call(formation_id))
            if self.bundle is None:
                version = yield from manifest_version(now, self._until)
        except MuxiError:
            pass  # the deployment succeeded, even if this request fails
        return now, version

    def _check_version(
        self,
        formation_id: str,
        now: m.Formation | None,
        version: str | None,
        answering: str | None,
    ) -> None:
        from ..._core.versions import is_same  # imported late: clients import fast

        wanted = None
        if self.bundle is not None:
            wanted = self.bundle.sha256
        elif self.action == "rollback" and self.before is not None:
            wanted = self.before.version.previous
        current = None if now is None else now.version.current
        if wanted and current and wanted != current:
            raise DeploymentError(
                f"The server reported success, but {formation_id} is deployed from another bundle; "
                "someone else may have deployed it. Check it with formations.get.",
                details={"expected": wanted, "deployed": current},
                sent=True,
            )
        if version and answering and not is_same(version, answering):
            raise DeploymentError(
                f"Version {version} of {formation_id} is deployed, but version {answering} "
                "responds: a process of that version still uses its port. Restart the MUXI Server, "
                "and check the version with formations.list and the formation's health.",
                details={"expected": version, "answering": answering},
                sent=True,
            )


def action_stream(
    action: Literal["start", "restart", "rollback"], formation_id: str, limits: TimeLimits
) -> StreamCall[m.Progress, m.Deployment]:
    """Return the progress stream of an action on a deployed formation."""
    call = Call(
        "POST",
        path(*FORMATIONS, formation_id, action),
        m.Deployment,
        KeyKind.HMAC,
        safe_to_retry=True if action == "start" else None,
        explain=explain(action),
    )
    return progress_stream(call, action, formation_id, limits)


def progress_stream(
    call: Call[m.Deployment], action: StreamedAction, formation_id: str, limits: TimeLimits
) -> StreamCall[m.Progress, m.Deployment]:
    """Return the progress stream of a call."""

    def prepare(reader: ProgressReader) -> Flow[Call[m.Deployment]]:
        until = reader.start()
        if action == "rollback":
            reader.before = yield from find(formation_id, until)
        return reader.limited(call)

    return StreamCall(prepare, lambda url: ProgressReader(action, limits, url, formation_id))
