"""Reads the progress of deployments, and what comes of them (contract server-api 4.0). No I/O."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal, TypeVar

from ..._core.call import Call, KeyKind, path
from ..._core.steps import EventReader, Flow, StreamCall, request
from ...errors import InvalidResponseError, MuxiError, StreamInterruptedError
from ...models import server as m
from ._calls import FORMATIONS, get_call
from ._stream_errors import Action, failure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...models._base import Model

ModelT = TypeVar("ModelT", bound="Model")


class ProgressReader(EventReader["m.Progress", "m.Deployment"]):
    """The state of one stream of progress.

    Args:
        action: What the server does.
        base_url: The address of the server.
        formation_id: Of which formation, where that is known yet.
    """

    def __init__(self, action: Action, base_url: str, formation_id: str = "") -> None:
        self.action: Action = action
        self.formation_id = formation_id
        self.first: Sequence[m.Progress] = ()
        """What happened before the stream is open."""
        self._base_url = base_url
        self.no_change_code: str | None = None
        """The failure that means that there was nothing to do."""
        self._deployment: m.Deployment | None = None
        self._message = ""
        self._unchanged = False

    @property
    def partial(self) -> str:
        """The last message."""
        return self._message

    def on_open(self, may_have_run: bool) -> Sequence[m.Progress]:
        """Return what happened before."""
        if self.action == "start" and may_have_run:
            self.no_change_code = "AlreadyRunning"
        return self.first

    def read(self, name: str, data: str) -> m.Progress | None:
        """The step that the server tells of.

        Raises:
            MuxiError: It tells of a failure; the error is that of the same failure without stream.
        """
        if name == "progress":
            progress = _parsed(m.Progress, data)
            self._message = progress.message
            return progress
        if name == "complete":
            self.on_json(_parsed(m.Deployment, data))
        elif name in ("error", ""):
            error = failure(self.action, data)
            if error.code is None or error.code != self.no_change_code:
                raise error
            self._unchanged = self.ended = True
        return None

    def on_json(self, answer: object) -> None:
        """Take an answer that came whole."""
        self._deployment = m.Deployment.model_validate(answer)
        self.ended = True

    def set_unchanged(self, formation: m.Formation) -> None:
        """Take what there is: nothing is to be done."""
        self._deployment = m.Deployment(
            formation_id=formation.id,
            status=formation.status,
            port=formation.port,
            pid=formation.pid,
            changed=False,
            message="The server has this very bundle already",
        )
        self.ended = True

    def text_delta(self, event: m.Progress) -> str:
        """The message of a step."""
        return event.message

    def on_end(self) -> Flow[m.Progress | None]:
        """The last step.

        Raises:
            StreamInterruptedError: The stream ended before the server said how it went.
        """
        if self._unchanged:
            self.set_unchanged((yield from request(get_call(self.formation_id))))
        if self._deployment is None:
            raise self._interrupted()
        if self._deployment.version is not None and self.action != "rollback":
            # Of an update the server tells the port that it has just given back (quirk Q1).
            now = yield from _current(get_call(self._deployment.formation_id))
            port = None if now is None else now.port
            self._deployment = self._deployment.model_copy(update={"port": port})
        return self._complete()

    def result(self) -> m.Deployment:
        """What runs now, reached by the address that the client uses.

        Raises:
            StreamInterruptedError: It isn't known.
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

    def _complete(self) -> m.Progress:
        assert self._deployment is not None
        return m.Progress(stage="complete", message=self._deployment.message or "Done")


def action_stream(
    action: Literal["start", "restart", "rollback"], formation_id: str, timeout: float
) -> StreamCall[m.Progress, m.Deployment]:
    """The stream of an action on a deployed formation."""
    where = path(*FORMATIONS, formation_id, action)
    call = Call("POST", where, m.Deployment, KeyKind.HMAC, read_timeout=timeout)
    if action == "start":
        call = replace(call, safe_to_retry=True)
    return progress_stream(call, action, formation_id)


def progress_stream(
    call: Call[m.Deployment], action: Action, formation_id: str
) -> StreamCall[m.Progress, m.Deployment]:
    """The stream of a call that is answered by progress."""
    return StreamCall(call, lambda url: ProgressReader(action, url, formation_id))


def _current(look: Call[m.Formation]) -> Flow[m.Formation | None]:
    try:
        return (yield from request(look))
    except MuxiError:
        return None  # what was done is done, whatever becomes of a look at it


def _parsed(kind: type[ModelT], data: str) -> ModelT:
    import pydantic  # not above: to import a client stays cheap

    try:
        return kind.model_validate_json(data)
    except pydantic.ValidationError as exc:
        fault = exc.errors(include_url=False, include_input=False)[0]
        raise InvalidResponseError(
            f"An event of the stream does not fit its model: {fault['msg']}.", sent=True
        ) from None
