"""Waits until a formation is healthy, or responds through the server's proxy."""

from __future__ import annotations

from dataclasses import dataclass

from ..._core.call import BodyFormat, Call, KeyKind, path
from ..._core.steps import Flow
from ...errors import ConnectionError, DeploymentError, MuxiError, ServerError, TimeoutError
from ...models import server as m
from .._waits import Deadline, deadline_in, poll
from ._calls import find, get_call

_DOWN = ("crashed", "stopped")
"""States that a formation never leaves by itself."""
_ANSWER_INTERVAL = 0.5
"""Seconds between two requests through the proxy."""


def wait_until_healthy(
    formation_id: str, timeout: float | None, poll_interval: float
) -> Flow[m.Formation]:
    """Wait until the server reports that a formation runs and is healthy.

    Raises:
        DeploymentError: The formation is down.
        TimeoutError: The formation isn't healthy in time.
    """
    deadline, look = deadline_in(timeout), get_call(formation_id)

    def is_healthy(formation: m.Formation) -> bool:
        if formation.status in _DOWN:
            raise DeploymentError(
                f"The formation {formation_id} is {formation.status} and won't become healthy by "
                "itself: start it, or read its log with formations.logs.",
                details={"status": formation.status},
                sent=True,
            )
        return formation.status == "running" and bool(formation.healthy)

    return poll(
        lambda: deadline.request(look),
        is_healthy,
        deadline,
        poll_interval,
        lambda formation: TimeoutError(
            f"The formation {formation_id} is {formation.status} and not healthy after {timeout} s",
            sent=True,
        ),
    )


@dataclass(frozen=True)
class Answer:
    """The outcome of a request through the proxy."""

    version: str | None = None
    """The formation's version, as its health endpoint reports it."""
    error: MuxiError | None = None
    """Why the formation doesn't respond; None if it does."""


def wait_until_it_answers(formation_id: str, deadline: Deadline) -> Flow[Answer]:
    """Wait until a formation responds through the server's proxy.

    After a rollback the proxy refuses requests for some seconds, although the server has reported
    success.

    Raises:
        DeploymentError: The formation is down.
        TimeoutError: The formation doesn't respond in time.
    """
    where = path("api", formation_id, "v1", "health")
    call = Call(
        "GET",
        where,
        dict[str, object],
        KeyKind.NONE,
        shape=BodyFormat.BARE,
        safe_to_retry=False,
    )

    def look() -> Flow[Answer]:
        try:
            health = yield from deadline.request(call)
        except (ServerError, ConnectionError, TimeoutError) as exc:
            yield from _fail_if_down(formation_id, deadline)
            return Answer(error=exc)
        except MuxiError:
            return Answer()  # something responds; a gateway may hide the health endpoint
        version = health.get("version")
        return Answer(version=version if isinstance(version, str) else None)

    return (
        yield from poll(
            look,
            lambda answer: answer.error is None,
            deadline,
            _ANSWER_INTERVAL,
            lambda answer: TimeoutError(
                f"The server reports that {formation_id} runs, but {where} doesn't answer: "
                f"{answer.error}",
                sent=True,
            ),
        )
    )


def _fail_if_down(formation_id: str, deadline: Deadline) -> Flow[None]:
    try:
        now = yield from find(formation_id, deadline)
    except MuxiError:
        return
    if now is not None and now.status in _DOWN:
        raise DeploymentError(
            f"The server reported success, but the formation {formation_id} is {now.status} now: "
            "read its log with formations.logs, and start it or deploy it again.",
            details={"status": now.status},
            sent=True,
        )
