"""Makes calls on the workers of a Dask cluster.

Each call is pinned to one worker process, so that Dask never repeats it by itself: the dispatch
decides whether a job may be repeated after its worker was killed. Calls secede from the worker's
thread pool, so that its number of threads doesn't limit the calls in flight.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import uuid4

import distributed

from .._http.transport import SyncTransport
from ..clients.formation import FormationClient
from ..clients.server import ServerClient
from ..errors import ConnectionError
from ..retry import Retry
from .jobs import WorkerLostError

if TYPE_CHECKING:
    from .._core.call import Call
    from .._core.options import Options

T = TypeVar("T")
_PROCESS = uuid4().hex
"""Distinguishes this process from a later one at the same address."""
_LOOK_INTERVAL = 0.5
"""Seconds between two looks at which workers exist."""
_FETCH_TIMEOUT = 60.0
"""Seconds in which the result of an ended call must come from its worker."""


@dataclass(frozen=True)
class _Settings:
    """The settings of the driver's client that workers get: no keys and no headers."""

    of_server: bool
    url: str
    user_id: str | None
    timeout: float


@dataclass(frozen=True)
class _Failure:
    """The error of a call, in contrast to errors of Dask."""

    error: Exception


class Cluster:
    """The workers of a cluster.

    Args:
        engine: A client of the cluster.
        options: The options of the driver's client.
        of_server: Whether that is a `ServerClient`.
    """

    def __init__(self, engine: distributed.Client, options: Options, *, of_server: bool) -> None:
        self._engine: Any = engine  # Dask has no annotations
        self._settings = _Settings(of_server, options.base_url, options.user_id, options.timeout)
        self._lock = threading.Lock()
        self._processes: dict[str, str] = {}
        self._load: Counter[str] = Counter()
        self._looked = float("-inf")

    def perform(self, call: Call[T]) -> T:
        """Make a call on the worker with the fewest calls.

        Raises:
            WorkerLostError: The worker was killed.
            ConnectionError: There is no worker.
            MuxiError: The call failed.
        """
        with self._lock:
            self._look()
            if not self._processes:
                raise ConnectionError("The Dask cluster has no worker", sent=False)
            address = min(self._processes, key=self._load.__getitem__)
            process = self._processes[address]
            self._load[address] += 1
        try:
            result = self._result(address, process, call)
        finally:
            with self._lock:
                self._load[address] -= 1
        if isinstance(result, _Failure):
            raise result.error
        return result

    def _result(self, address: str, process: str, call: Call[T]) -> T | _Failure:
        future = self._engine.submit(
            _make_call, process, self._settings, call, workers=[address], pure=False
        )
        done = threading.Event()

        def note_end(_: object) -> None:
            done.set()

        future.add_done_callback(note_end)
        while not done.wait(_LOOK_INTERVAL) and self._is_there(address, process):
            pass
        if done.is_set():
            with suppress(Exception):  # Dask's error: the worker was killed, or the task cancelled
                result: T | _Failure = future.result(timeout=_FETCH_TIMEOUT)
                return result
        future.cancel()
        with self._lock:
            self._processes.pop(address, None)
            self._looked = float("-inf")
        raise WorkerLostError(f"The Dask worker {address} is gone", sent=True)

    def _is_there(self, address: str, process: str) -> bool:
        with self._lock:
            self._look()
            return self._processes.get(address) == process

    def _look(self) -> None:
        """Update which workers exist, at most twice a second."""
        if time.monotonic() - self._looked < _LOOK_INTERVAL:
            return
        self._looked = time.monotonic()
        there = self._engine.nthreads()
        new = [address for address in there if address not in self._processes]
        self._processes = {one: self._processes[one] for one in there if one in self._processes}
        if new:
            self._processes |= self._engine.run(_process, workers=new, on_error="ignore")


def _process() -> str:
    return _PROCESS


@cache
def _transport(settings: _Settings) -> SyncTransport:
    """Return the transport of this worker, with keys from its environment."""
    client: FormationClient | ServerClient
    once = Retry(max_retries=0)  # the dispatch retries
    if settings.of_server:
        client = ServerClient(url=settings.url, timeout=settings.timeout, retry=once)
    else:
        client = FormationClient(
            base_url=settings.url, user_id=settings.user_id, timeout=settings.timeout, retry=once
        )
    transport = client._transport  # pyright: ignore[reportPrivateUsage]
    assert isinstance(transport, SyncTransport)
    return transport


def _make_call(process: str, settings: _Settings, call: Call[T]) -> T | _Failure:
    """Make a call on a worker.

    Raises:
        WorkerLostError: The call was pinned to an earlier process at this address.
    """
    if process != _PROCESS:
        raise WorkerLostError("Another process has this worker's address")
    leave_pool: Callable[[], object] = distributed.secede
    leave_pool()
    try:
        return _transport(settings).call(call)
    except Exception as exc:
        return _Failure(exc)
