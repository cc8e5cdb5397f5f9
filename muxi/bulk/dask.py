"""Runs tasks on the workers of a Dask cluster.

Each task is one job, pinned to one worker process, so that Dask never repeats it by itself: the
dispatch decides whether a job may be repeated after its worker was killed. Tasks secede from the
worker's thread pool, so that its number of threads doesn't limit the calls in flight.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeVar
from uuid import uuid4

import distributed

from .._core.call import Call
from .._core.endpoint import FlowCall
from .._http.transport import SyncTransport
from ..clients import FormationClient, ServerClient
from ..errors import ConnectionError
from .dispatch import Ended, Task
from .engines import without_retries
from .jobs import WorkerLostError, attempt

if TYPE_CHECKING:
    from .engines import Report

T = TypeVar("T")
_PROCESS = uuid4().hex
"""Distinguishes this process from a later one at the same address."""


@dataclass(frozen=True)
class _Settings:
    """The settings of the driver's client that workers get: no keys and no headers."""

    of_server: bool
    url: str
    user_id: str | None
    timeout: float


class _Future(Protocol):
    """The used methods of Dask's futures, which lack type annotations."""

    def result(self) -> Any: ...  # noqa: ANN401
    def add_done_callback(self, call: Callable[[Any], object], /) -> object: ...
    def cancel(self) -> object: ...


class _Cluster(Protocol):
    """The used methods of Dask's clients."""

    def submit(
        self, func: Callable[..., Any], /, *args: object, workers: list[str], pure: bool
    ) -> Any: ...  # noqa: ANN401
    def run(
        self, function: Callable[..., Any], /, *, workers: list[str], on_error: Literal["ignore"]
    ) -> Any: ...  # noqa: ANN401
    def nthreads(self) -> Any: ...  # noqa: ANN401


class DaskWorkers:
    """The current workers of a cluster.

    Args:
        engine: A client of the cluster.
        transport: The transport of the driver's client.
        of_server: Whether that client is a `ServerClient`.
    """

    poll_interval = 0.5

    def __init__(self, engine: _Cluster, transport: SyncTransport, *, of_server: bool) -> None:
        options = transport.options
        self._engine = engine
        self._settings = _Settings(of_server, options.base_url, options.user_id, options.timeout)
        self._processes: dict[str, str] = {}
        self._begun: dict[_Future, tuple[Task[Any], Report[Any], str]] = {}
        self._look()

    def begin(self, task: Task[T], report: Report[T]) -> None:
        """Send a task to the worker with the fewest tasks."""
        load = Counter(address for _, _, address in [*self._begun.values()])
        if not self._processes:
            error = ConnectionError("The Dask cluster has no worker", sent=False)
            report(Ended(task, error=error))
            return
        address = min(self._processes, key=lambda one: load[one])
        future: _Future = self._engine.submit(
            _work,
            self._processes[address],
            self._settings,
            task.job.call,
            task.idempotency_key,
            workers=[address],
            pure=False,
        )
        self._begun[future] = task, report, address
        future.add_done_callback(self._ended)

    def poll(self) -> None:
        """Update the list of workers, and report the tasks of workers that are gone."""
        if time.monotonic() - self._looked < self.poll_interval:
            return
        self._look()
        for future, (_, _, address) in [*self._begun.items()]:
            if address not in self._processes:
                self._report_lost(future)

    def close(self) -> None:
        """Do nothing: the cluster belongs to the caller."""

    def _look(self) -> None:
        self._looked = time.monotonic()
        there: Iterable[str] = self._engine.nthreads()
        new = [address for address in there if address not in self._processes]
        self._processes = {one: self._processes[one] for one in there if one in self._processes}
        if new:
            self._processes |= self._engine.run(_process, workers=new, on_error="ignore")

    def _ended(self, future: _Future) -> None:
        """Handle the end of a task. Dask calls this in one of its threads."""
        try:
            answer, error = future.result()
        except Exception:  # Dask's error: the worker was killed or the task was cancelled
            self._report_lost(future)
            return
        if (begun := self._begun.pop(future, None)) is not None:
            task, report, _ = begun
            report(Ended(task, answer, error))

    def _report_lost(self, future: _Future) -> None:
        if (begun := self._begun.pop(future, None)) is not None:
            task, report, address = begun
            future.cancel()
            report(
                Ended(task, error=WorkerLostError(f"The Dask worker {address} is gone", sent=True))
            )


def _process() -> str:
    return _PROCESS


@cache
def _transport(settings: _Settings) -> SyncTransport:
    """Return the transport of this worker, with keys from its environment."""
    client: FormationClient | ServerClient
    if settings.of_server:
        client = ServerClient(url=settings.url, timeout=settings.timeout)
    else:
        client = FormationClient(
            base_url=settings.url, user_id=settings.user_id, timeout=settings.timeout
        )
    transport = client._transport  # pyright: ignore[reportPrivateUsage]
    assert isinstance(transport, SyncTransport)
    return transport.view(without_retries(transport.options))


def _work(
    process: str, settings: _Settings, call: Call[Any] | FlowCall[Any], idempotency_key: str
) -> tuple[Any, BaseException | None]:
    """Run a call on a worker.

    Raises:
        WorkerLostError: The task was pinned to an earlier process at this address.
    """
    if process != _PROCESS:
        raise WorkerLostError("Another process has this worker's address")
    leave_pool: Callable[[], object] = distributed.secede
    leave_pool()
    try:
        return _transport(settings).run(attempt(call, idempotency_key)), None
    except Exception as exc:
        return None, exc
