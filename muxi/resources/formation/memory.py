"""The upkeep of the memory (contract B6)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from ..._core.call import Call, KeyKind, path
from ..._core.endpoint import Resource, TransportT, endpoint, flow
from ..._core.steps import Flow
from ...models import formation as m
from .._inputs import drop_none, validate_body
from .._waits import until_terminal
from .buffer import Buffer
from .distilleries import Distilleries


class Memory(Resource[TransportT]):
    """The upkeep of the memory. Needs the admin key; `buffer` takes the client key too.

    `rebuild`, `backfill` and `forget` work on recorded events. They raise `UnavailableError` in a
    formation that can't record them, and `ValidationError` in one where that is switched off.
    """

    @cached_property
    def buffer(self) -> Buffer[TransportT]:
        """The messages in memory."""
        return Buffer(self._transport, raw=self._raw)

    @cached_property
    def distilleries(self) -> Distilleries[TransportT]:
        """Who may send distilled memories."""
        return Distilleries(self._transport, raw=self._raw)

    @endpoint
    def get_stats(self) -> Call[m.MemoryStats]:
        """Count what the buffers of all users hold."""
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
    ) -> Call[m.MemoryRebuild]:
        """Derive a user's memory anew from its events; what was derived is wiped first.

        Args:
            user_id: Whose memory.
            projection: Which part; None for all.
            dry_run: Only count the events. Never in the background.
            background: Answer at once with a `job_id` for `wait_for_rebuild`.
            backfill: First make events for what has none, as `backfill` does.

        Raises:
            ValidationError: The projection is unknown.
        """
        fields = drop_none(user_id=user_id, projection=projection, dry_run=dry_run)
        return _rebuild({**fields, "background": background, "backfill": backfill})

    @endpoint
    def get_rebuild_status(self, job_id: str) -> Call[m.MemoryRebuild]:
        """Fetch the state of a rebuilding in the background.

        Args:
            job_id: Which.

        Raises:
            NotFoundError: There is none of this id, or it ended over five minutes ago.
        """
        return Call("GET", path("memory", "rebuild", job_id), m.MemoryRebuild, KeyKind.ADMIN)

    @flow
    def wait_for_rebuild(
        self, job_id: str, *, timeout: float | None = None, poll_interval: float = 1.0
    ) -> Flow[m.MemoryRebuild]:
        """Wait until a rebuilding in the background is completed, failed or cancelled.

        Args:
            job_id: Which.
            timeout: Seconds to wait at most; None for as long as it takes.
            poll_interval: Seconds between two looks.

        Raises:
            TimeoutError: It still goes on.
            NotFoundError: There is none of this id, or no longer.
        """
        look = Memory.get_rebuild_status.build(job_id)
        return until_terminal(look, job_id, timeout, poll_interval)

    @endpoint
    def backfill(self, *, user_id: str) -> Call[m.Backfill]:
        """Make events for what a user's memory held before events were recorded.

        One call does a part of the work: call again until `is_complete`.

        Args:
            user_id: Whose memory.
        """
        body = validate_body(m.BackfillRequest, {"user_id": user_id})
        return Call("POST", path("memory", "backfill"), m.Backfill, KeyKind.ADMIN, body=body)

    @endpoint
    def forget(
        self,
        *,
        user_id: str,
        source: str,
        reason: str | None = None,
        rebuild: bool = True,
        background: bool = True,
    ) -> Call[m.MemoryForget]:
        """Forget all that came from a source. The events are purged after a time of grace.

        Args:
            user_id: Whose memory.
            source: Which source, such as `"calendar"`.
            reason: Why, for the server's records; else `user_request`.
            rebuild: Derive the memory anew without the events; else it still knows of them.
            background: Rebuild in the background, under a `job_id` for `wait_for_forget`.
        """
        fields = drop_none(user_id=user_id, source=source, reason=reason, rebuild=rebuild)
        return _forget({**fields, "background": background})

    @endpoint
    def get_forget_status(self, job_id: str) -> Call[m.MemoryForget]:
        """Fetch the state of the rebuilding after a forgetting.

        Args:
            job_id: Which.

        Raises:
            NotFoundError: There is none of this id, or it ended over five minutes ago.
        """
        return Call("GET", path("memory", "forget", job_id), m.MemoryForget, KeyKind.ADMIN)

    @flow
    def wait_for_forget(
        self, job_id: str, *, timeout: float | None = None, poll_interval: float = 1.0
    ) -> Flow[m.MemoryForget]:
        """Wait until the rebuilding after a forgetting is completed, failed or cancelled.

        Args:
            job_id: Which.
            timeout: Seconds to wait at most; None for as long as it takes.
            poll_interval: Seconds between two looks.

        Raises:
            TimeoutError: It still goes on.
            NotFoundError: There is none of this id, or no longer.
        """
        look = Memory.get_forget_status.build(job_id)
        return until_terminal(look, job_id, timeout, poll_interval)

    @endpoint
    def lint(self, *, user_id: str | None = None) -> Call[m.MemoryLint]:
        """Clean up the memory, and tell what is wrong with it.

        Args:
            user_id: Whose memory; None for all users, whomever the client speaks for.

        Raises:
            UnavailableError: The formation has no `memory.lint` block.
        """
        body = validate_body(m.MemoryLintRequest, drop_none(user_id=user_id))
        return Call("POST", path("memory", "lint"), m.MemoryLint, KeyKind.ADMIN, body=body)


def _rebuild(fields: Mapping[str, object]) -> Call[m.MemoryRebuild]:
    body = validate_body(m.MemoryRebuildRequest, fields)
    return Call("POST", path("memory", "rebuild"), m.MemoryRebuild, KeyKind.ADMIN, body=body)


def _forget(fields: Mapping[str, object]) -> Call[m.MemoryForget]:
    body = validate_body(m.MemoryForgetRequest, fields)
    return Call("POST", path("memory", "forget"), m.MemoryForget, KeyKind.ADMIN, body=body)
