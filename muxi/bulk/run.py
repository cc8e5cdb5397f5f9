"""The function `run`."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Generator, Iterable
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar, overload

from .._http.transport import AsyncTransport, SyncTransport
from ..clients.formation import AsyncFormationClient, FormationClient
from ..clients.server import AsyncServerClient, ServerClient
from ..errors import ConfigurationError
from ..retry import Retry
from .dispatch import Dispatch, OnProgress
from .drive import adrive, drive
from .journal import State, open_journal
from .throttle import Throttle

if TYPE_CHECKING:
    import os

    from distributed import Client as DaskClient

    from .._core.call import Call
    from .jobs import Job, Outcome

T = TypeVar("T")


@overload
def run(
    client: FormationClient | ServerClient,
    jobs: Iterable[Job[T]],
    *,
    journal: str | os.PathLike[str],
    concurrency: int = 16,
    rate: float | None = None,
    retry_failed: bool = False,
    retry_uncertain: bool = False,
    on_progress: OnProgress | None = None,
    engine: DaskClient | None = None,
) -> Generator[Outcome[T], None, None]: ...
@overload
def run(
    client: AsyncFormationClient | AsyncServerClient,
    jobs: Iterable[Job[T]],
    *,
    journal: str | os.PathLike[str],
    concurrency: int = 16,
    rate: float | None = None,
    retry_failed: bool = False,
    retry_uncertain: bool = False,
    on_progress: OnProgress | None = None,
) -> AsyncGenerator[Outcome[T], None]: ...
def run(
    client: FormationClient | ServerClient | AsyncFormationClient | AsyncServerClient,
    jobs: Iterable[Job[T]],
    *,
    journal: str | os.PathLike[str],
    concurrency: int = 16,
    rate: float | None = None,
    retry_failed: bool = False,
    retry_uncertain: bool = False,
    on_progress: OnProgress | None = None,
    engine: DaskClient | None = None,
) -> Generator[Outcome[T], None, None] | AsyncGenerator[Outcome[T], None]:
    """Make many calls, and yield the outcome of each when it ends.

    To continue a run that was killed, call this again with the same journal: jobs that are done
    aren't repeated. If no response came, calls that the formation deduplicates (chat, triggers,
    scheduled jobs, ingestion with a `source_id`) and calls that change nothing are repeated with
    the same idempotency key. Other calls that the server may have acted on end as `uncertain`.

    A sync client uses threads. If you close the run early, it waits for the running calls. An async
    client uses the event loop. If you close the run early, it cancels the running calls.

    Args:
        client: The client that makes the calls. Its `retry` sets the pauses if the server sends
            none.
        jobs: The jobs, read when they are needed; may be infinite. Keys must be unique.
        journal: The path of the SQLite file that records the jobs. It is created if it doesn't
            exist.
        concurrency: The most calls at the same time. The run starts with 8 and halves the number
            when the server refuses calls or they time out.
        rate: The most calls started per second; None for no limit.
        retry_failed: Retry jobs that failed in an earlier run.
        retry_uncertain: Retry jobs that may already have been done.
        on_progress: Called with the run's progress before each outcome.
        engine: A client of a Dask cluster whose workers make the calls. They read their keys from
            their own environment. Needs the extra `dask` and a sync client.

    Raises:
        ConfigurationError: The file is in use or isn't a journal, or a key is missing.
        AuthenticationError: The key is wrong. Nothing is recorded as failed.
        RateLimitError: The server refused every call for five minutes.
        UnavailableError: The server was unavailable for five minutes.
        ConnectionError: The server was unreachable for five minutes.
        ValidationError: Two jobs have the same key.

    Example:
        ```python
        from muxi import FormationClient, bulk
        from muxi.resources.formation import Chat

        rows = [{"id": "a", "prompt": "Hello"}, {"id": "b", "prompt": "Good morning"}]
        jobs = (bulk.Job(row["id"], Chat.send.build(row["prompt"])) for row in rows)
        with FormationClient() as formation:
            for outcome in bulk.run(formation, jobs, journal="rows.db", concurrency=32):
                print(outcome.key, outcome.state)
        ```
    """
    if concurrency < 1:
        raise ConfigurationError(f"concurrency must be at least 1, not {concurrency}.")
    if rate is not None and rate <= 0:
        raise ConfigurationError(f"rate must be more than 0, not {rate}.")
    retry = client._transport.options.retry  # pyright: ignore[reportPrivateUsage]
    skip: set[State] = {"done"}
    if not retry_failed:
        skip.add("failed")
    if not retry_uncertain:
        skip.add("uncertain")

    @contextmanager
    def opened() -> Generator[Dispatch[T], None, None]:
        with open_journal(journal) as book:
            throttle = Throttle(concurrency, rate, retry)
            yield Dispatch(iter(jobs), book, throttle, retry, skip, on_progress)

    once = client.with_options(retry=Retry(max_retries=0))  # the dispatch retries
    transport = once._transport  # pyright: ignore[reportPrivateUsage]
    if isinstance(transport, AsyncTransport):
        if engine is not None:
            raise ConfigurationError("engine= needs a sync client.")
        return adrive(opened(), transport)
    assert isinstance(transport, SyncTransport)
    perform: Callable[[Call[T]], T] = transport.call
    if engine is not None:
        from .dask import Cluster

        of_server = isinstance(client, ServerClient)
        perform = Cluster(engine, transport.options, of_server=of_server).perform
    return drive(opened(), perform)
