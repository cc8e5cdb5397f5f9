"""Memory maintenance (contract B6)."""

from __future__ import annotations

from ..._core.call import Call, KeyKind, path
from ..._core.endpoint import endpoint, flow
from ..._core.resource import Namespace, Resource
from ..._core.steps import Flow
from ...models import formation as m
from .._inputs import drop_none, validate_body
from .._waits import until_terminal
from .buffer import Buffer
from .distilleries import Distilleries


class Memory(Resource):
    """The maintenance of the memory. Needs the admin key; `buffer` accepts the client key too.

    `rebuild`, `backfill` and `forget` work on recorded events. They raise `UnavailableError` in a
    formation that can't record events, and `ValidationError` in one where recording is off.

    Example:
        ```python
        from muxi import FormationClient

        with FormationClient() as formation:
            print(formation.memory.get_stats().total_entries)
            job = formation.memory.forget(user_id="alice", source="calendar")
            if job.job_id:
                formation.memory.wait_for_forget(job.job_id, timeout=60)
        ```
    """

    buffer = Namespace(Buffer)
    """A user's recent messages, which the formation keeps in memory."""
    distilleries = Namespace(Distilleries)
    """The programs that may send distilled memories."""

    @endpoint
    def get_stats(self) -> Call[m.MemoryStats]:
        """Return the size of all users' message buffers.

        Raises:
            AuthenticationError: The admin key is wrong.
        """
        return Call("GET", path("memory", "stats"), m.MemoryStats, KeyKind.ADMIN)

    @endpoint
    def rebuild(
        self,
        *,
        user_id: str,
        projection: m.Projection | None = None,
        dry_run: bool = False,
        background: bool = True,
        backfill: bool = False,
        timeout: float | None = 600.0,
    ) -> Call[m.MemoryRebuild]:
        """Derive a user's memory again from the recorded events.

        What was derived before is deleted first. What was never recorded as an event is lost,
        unless `backfill` is set.

        Args:
            user_id: The user whose memory to rebuild.
            projection: The only part of the memory to rebuild; None for all parts.
            dry_run: Only count the events and change nothing. Never runs in the background.
            background: Return at once, with a `job_id` for `wait_for_rebuild`.
            backfill: First record events for what has none, as `backfill` does.
            timeout: The most seconds that the call may take; None for no limit.

        Raises:
            AuthenticationError: The admin key is wrong.
            ValidationError: The projection is unknown, or the formation records no events.
            TimeoutError: The call took longer. The server may finish the rebuild.
        """
        fields = {"user_id": user_id, "dry_run": dry_run, "background": background}
        fields |= {"backfill": backfill, **drop_none(projection=projection)}
        body, where = validate_body(m.MemoryRebuildRequest, fields), path("memory", "rebuild")
        return Call("POST", where, m.MemoryRebuild, KeyKind.ADMIN, body=body).within(timeout)

    @endpoint
    def get_rebuild_status(self, job_id: str) -> Call[m.MemoryRebuild]:
        """Return the state of a rebuild in the background.

        Args:
            job_id: The `job_id` that `rebuild` returned.

        Raises:
            AuthenticationError: The admin key is wrong.
            NotFoundError: There is no such job, or it ended more than 5 minutes ago.
        """
        return Call("GET", path("memory", "rebuild", job_id), m.MemoryRebuild, KeyKind.ADMIN)

    @flow
    def wait_for_rebuild(
        self, job_id: str, *, timeout: float | None = None, poll_interval: float = 1.0
    ) -> Flow[m.MemoryRebuild]:
        """Wait until a rebuild in the background is completed, failed or cancelled.

        Args:
            job_id: The `job_id` that `rebuild` returned.
            timeout: The most seconds to wait; None for no limit.
            poll_interval: Seconds between two status requests.

        Raises:
            AuthenticationError: The admin key is wrong.
            NotFoundError: There is no such job, or the server has forgotten it.
            TimeoutError: The rebuild is still running. It continues.
        """
        look = Memory.get_rebuild_status.build(job_id)
        return until_terminal(look, job_id, timeout, poll_interval)

    @endpoint
    def backfill(self, *, user_id: str, timeout: float | None = 600.0) -> Call[m.Backfill]:
        """Record events for memories of a user that are older than the recording of events.

        One call does a part of the work: call again until `is_complete`.

        Args:
            user_id: The user whose memories to record events for.
            timeout: The most seconds that the call may take; None for no limit.

        Raises:
            AuthenticationError: The admin key is wrong.
            ValidationError: The formation records no events.
            TimeoutError: The call took longer. The server may finish its part.
        """
        body = validate_body(m.BackfillRequest, {"user_id": user_id})
        where = path("memory", "backfill")
        return Call("POST", where, m.Backfill, KeyKind.ADMIN, body=body).within(timeout)

    @endpoint
    def forget(
        self,
        *,
        user_id: str,
        source: str,
        reason: str | None = None,
        rebuild: bool = True,
        background: bool = True,
        timeout: float | None = 600.0,
    ) -> Call[m.MemoryForget]:
        """Delete all of a user's events that came from a source, and what was derived from them.

        The server keeps the deleted events for a grace period and then purges them
        (`grace_period_days`). Nothing in this client restores them.

        Args:
            user_id: The user whose memory to change.
            source: The `source` of the ingested items, such as `"calendar"`.
            reason: The reason for the server's records; None for `"user_request"`.
            rebuild: Derive the memory again without the events. Without it, the memory still
                contains what was derived from them.
            background: Rebuild in the background, with a `job_id` for `wait_for_forget`.
            timeout: The most seconds that the call may take; None for no limit.

        Raises:
            AuthenticationError: The admin key is wrong.
            ValidationError: The formation records no events.
            TimeoutError: The call took longer. The server may finish it.
        """
        fields = {"user_id": user_id, "source": source, "rebuild": rebuild}
        fields |= {"background": background, **drop_none(reason=reason)}
        body, where = validate_body(m.MemoryForgetRequest, fields), path("memory", "forget")
        return Call("POST", where, m.MemoryForget, KeyKind.ADMIN, body=body).within(timeout)

    @endpoint
    def get_forget_status(self, job_id: str) -> Call[m.MemoryForget]:
        """Return the state of the rebuild that `forget` started.

        Args:
            job_id: The `job_id` that `forget` returned.

        Raises:
            AuthenticationError: The admin key is wrong.
            NotFoundError: There is no such job, or it ended more than 5 minutes ago.
        """
        return Call("GET", path("memory", "forget", job_id), m.MemoryForget, KeyKind.ADMIN)

    @flow
    def wait_for_forget(
        self, job_id: str, *, timeout: float | None = None, poll_interval: float = 1.0
    ) -> Flow[m.MemoryForget]:
        """Wait until the rebuild that `forget` started is completed, failed or cancelled.

        Args:
            job_id: The `job_id` that `forget` returned.
            timeout: The most seconds to wait; None for no limit.
            poll_interval: Seconds between two status requests.

        Raises:
            AuthenticationError: The admin key is wrong.
            NotFoundError: There is no such job, or the server has forgotten it.
            TimeoutError: The rebuild is still running. It continues.
        """
        look = Memory.get_forget_status.build(job_id)
        return until_terminal(look, job_id, timeout, poll_interval)

    @endpoint
    def lint(
        self, *, user_id: str | None = None, timeout: float | None = 600.0
    ) -> Call[m.MemoryLint]:
        """Clean up the memory and return what was found and removed.

        Args:
            user_id: The user whose memory to clean up; None for all users, even if the client
                acts as a user.
            timeout: The most seconds that the call may take; None for no limit.

        Raises:
            AuthenticationError: The admin key is wrong.
            UnavailableError: The formation has no `memory.lint` block.
            TimeoutError: The clean-up took longer. The server may finish it.
        """
        body = validate_body(m.MemoryLintRequest, drop_none(user_id=user_id))
        where = path("memory", "lint")
        return Call("POST", where, m.MemoryLint, KeyKind.ADMIN, body=body).within(timeout)
