"""What happens to calls before a service sees them: they are recorded, and may fail."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from email.utils import formatdate
from threading import Lock

from pydantic import BaseModel
from starlette.datastructures import Headers, QueryParams
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .calls import Calls, ReceivedCall
from .formation.chat import BrokenOff
from .formation.envelopes import ApiError
from .formation.envelopes import error as formation_error
from .hosting import Service
from .methods import Method, check_name, recognise
from .server.answers import error as server_error
from .streams import left

_KEPT = 10_000
_CODES = {429: "RATE_LIMITED", 503: "SYSTEM_OVERLOAD"}
"""The formation's codes of errors that its own handlers don't raise in this way."""


@dataclass
class _Plan:
    """What happens to the next calls of a method, or of any method."""

    method: str | None
    times: int
    status: int | None = None
    """The status of the response. None: there is no response."""
    message: str = ""
    retry_after: float | None = None


@dataclass
class _Break:
    """The end of the next stream of a method, or of any method."""

    method: str | None
    after: int


class Interception:
    """Records calls, and makes them fail before the service sees them."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._plans: list[_Plan] = []
        self._breaks: list[_Break] = []
        self._received = deque[ReceivedCall[BaseModel | None]](maxlen=_KEPT)

    @property
    def calls(self) -> Calls[BaseModel | None]:
        """The calls that were received, the last 10,000 at most."""
        return Calls([*self._received])

    def fail_next(
        self,
        method: str | None = None,
        *,
        status: int = 503,
        times: int = 1,
        retry_after: float | None = None,
        message: str = "The emulator was told to fail this call",
    ) -> None:
        """Answer the next calls with an error. The service doesn't see these calls.

        The clients of the SDK retry some errors: each attempt is a call.

        Args:
            method: The method, as it is called on a client: `"memories.list"`. Methods of a
                `ServerClient` start with `server.`. None for any method.
            status: The status of the response, 400 or higher.
            times: How many calls fail.
            retry_after: The response's header `Retry-After`, in seconds. Proxies send it.
            message: The message of the error.

        Raises:
            ValueError: There is no such method, or a number is out of range.
        """
        if not 400 <= status <= 599:
            raise ValueError(f"status is {status}, but errors have a status from 400 to 599")
        self._plan(_Plan(method, times, status, message, retry_after))

    def hang(self, method: str | None = None, *, times: int = 1) -> None:
        """Don't answer the next calls, until the caller disconnects. The service doesn't see them.

        Args:
            method: The method, as for `fail_next`. None for any method.
            times: How many calls hang.

        Raises:
            ValueError: There is no such method, or `times` is less than 1.
        """
        self._plan(_Plan(method, times))

    def cut_stream(self, method: str | None = None, *, after: int = 0) -> None:
        """Break the connection of the next stream of events.

        Args:
            method: The method, as for `fail_next`. None for any stream.
            after: How many events are sent before.

        Raises:
            ValueError: There is no such method, or `after` is negative.
        """
        if after < 0:
            raise ValueError(f"after is {after}, but a stream has 0 or more events")
        with self._lock:
            self._breaks.append(_Break(check_name(method) if method else None, after))

    def _plan(self, plan: _Plan) -> None:
        if plan.times < 1:
            raise ValueError(f"times is {plan.times}, but must be 1 or more")
        if plan.method is not None:
            check_name(plan.method)
        with self._lock:
            self._plans.append(plan)

    def _forget(self) -> None:
        """Forget the calls and all plans."""
        with self._lock:
            self._plans.clear()
            self._breaks.clear()
            self._received.clear()

    def _planned(self, method: str) -> _Plan | None:
        """Take the next plan for a call."""
        with self._lock:
            plan = next((each for each in self._plans if each.method in (None, method)), None)
            if plan is not None:
                plan.times -= 1
                if not plan.times:
                    self._plans.remove(plan)
            return plan

    def _broken(self, method: str) -> int | None:
        """Take the next end of a stream: the number of events before it."""
        with self._lock:
            found = next((each for each in self._breaks if each.method in (None, method)), None)
            if found is None:
                return None
            self._breaks.remove(found)
            return found.after

    def _watch(self, app: ASGIApp, service: Service) -> ASGIApp:
        """Return an application that records its requests and follows the plans."""

        async def watched(scope: Scope, receive: Receive, send: Send) -> None:
            content, receive = await _json(scope, receive)
            found = _recognise(service, scope, content)
            if found is None:
                await app(scope, receive, send)
                return
            call = _call(scope, *found, content)
            self._received.append(call)
            plan = self._planned(call.method)
            if plan is None:
                await app(scope, receive, self._observed(call, send))
            elif plan.status is None:
                await left(receive)
            else:
                response = _failure(service, plan.status, plan)
                await response(scope, receive, self._observed(call, send))

        return watched

    def _observed(self, call: ReceivedCall[BaseModel | None], send: Send) -> Send:
        """Note the status of a response, and break a stream off."""
        rest: int | None = None

        async def observed(message: Message) -> None:
            nonlocal rest
            if message["type"] == "http.response.start":
                call.status = int(message["status"])
                kind = Headers(raw=message["headers"]).get("content-type", "")
                if kind.startswith("text/event-stream"):
                    rest = self._broken(call.method)
            await send(message)
            if rest is not None:
                rest -= _events(message.get("body", b""))
                if rest <= 0:
                    raise BrokenOff

        return observed


async def _json(scope: Scope, receive: Receive) -> tuple[bytes, Receive]:
    """Read the body if it is JSON. The returned function receives it again."""
    kind = Headers(scope=scope).get("content-type", "")
    if not kind.startswith("application/json"):
        return b"", receive
    messages = deque[Message]()
    content, more = b"", True
    while more:
        message = await receive()
        messages.append(message)
        content += message.get("body", b"")
        more = message.get("more_body", False)

    async def received() -> Message:
        return messages.popleft() if messages else await receive()

    return content, received


def _recognise(
    service: Service, scope: Scope, content: bytes
) -> tuple[Method, dict[str, str]] | None:
    path = str(scope["path"])
    if service == "formation":
        path = path.removeprefix("/v1")
    return recognise(service, scope["method"], path, QueryParams(scope["query_string"]), content)


def _call(
    scope: Scope, method: Method, found: dict[str, str], content: bytes
) -> ReceivedCall[BaseModel | None]:
    params = {**QueryParams(scope["query_string"]), **found}

    def read() -> BaseModel | None:
        return method.body.model_validate_json(content) if method.body else None

    return ReceivedCall(method.name, params, dict(Headers(scope=scope)), read, content)


def _failure(service: Service, status: int, plan: _Plan) -> Response:
    if service == "formation":
        response = formation_error(ApiError(status, plan.message, code=_CODES.get(status)))
    else:
        response = server_error(status, plan.message)
        response.headers["date"] = formatdate(usegmt=True)
    if plan.retry_after is not None:
        response.headers["retry-after"] = f"{plan.retry_after:g}"
    return response


def _events(body: bytes) -> int:
    """Return how many events a part of a stream has. Comments are none."""
    return sum(1 for each in body.split(b"\n\n") if each and not each.startswith(b":"))
