"""Jobs of the scheduler (contract B14)."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Literal

from ..._core.call import Call, KeyKind, UserRule, path
from ..._core.endpoint import Resource, TransportT, endpoint
from ...models import formation as m
from .._inputs import drop_none, list_scope, validate_body

_JOBS = ("scheduler", "jobs")
_USER = UserRule.OPTIONAL


class Jobs(Resource[TransportT]):
    """What the formation does for users on a schedule. All but `list` needs the admin key."""

    @endpoint
    def list(self, *, all_users: bool = False, user_id: str | None = None) -> Call[m.JobList]:
        """List jobs, the newest first; none where the scheduler is off.

        Args:
            all_users: Everybody's, whomever the client speaks for. Needs the admin key.
            user_id: Whose jobs. Needed with the client key; a filter with the admin key alone.
        """
        auth, rule, user_id = list_scope(user_id, all_users)
        return Call("GET", path(*_JOBS), m.JobList, auth, user=rule, user_id=user_id)

    @endpoint
    def create(
        self,
        message: str,
        *,
        type: Literal["one_time", "recurring"],
        schedule: str | datetime,
        user_id: str | None = None,
    ) -> Call[m.Job]:
        """Schedule something.

        The server answers 500 beyond 100 jobs a user, 20 new ones an hour and 100 a day.

        Args:
            message: What the formation is told at each run, at most 10,000 characters.
            type: How often it runs.
            schedule: For `recurring` a cron expression of 5 to 7 fields; for `one_time` a time to
                come, an aware `datetime` or ISO 8601, where no offset means UTC. Times are sent in
                UTC: this runtime would drop their offset.
            user_id: Whose job it is; beats the client's own user. Nobody named is user "0".

        Raises:
            ValidationError: The schedule is wrong or past, or there is no persistent memory.
        """
        body = validate_body(m.JobRequest, drop_none(type=type, schedule=schedule, message=message))
        where = path(*_JOBS)
        return Call(
            "POST",
            where,
            m.Job,
            KeyKind.ADMIN,
            user=_USER,
            user_id=user_id,
            body=body,
            idempotent=True,
        )

    @endpoint
    def get(self, job_id: str) -> Call[m.Job]:
        """Fetch one job, whoever owns it.

        Args:
            job_id: Which job.

        Raises:
            NotFoundError: There is no such job.
        """
        return Call("GET", path(*_JOBS, job_id), m.Job, KeyKind.ADMIN)

    @endpoint
    def update(
        self,
        job_id: str,
        *,
        message: str | None = None,
        schedule: str | datetime | None = None,
        title: str | None = None,
        user_id: str | None = None,
    ) -> Call[m.JobUpdate]:
        """Change a job; go on with the `id` of the answer, which may be another.

        A message that the server takes for a different task makes a new job in place of the old
        one: it has a new id, its owner is the user of this call, and `replaced` is true. Name the
        job's owner to keep it theirs.

        Args:
            job_id: Which job.
            message: What the formation is told from now on, at most 10,000 characters.
            schedule: When it runs from now on, in the form that the job has.
            title: At most 500 characters.
            user_id: The job's owner; beats the client's own user. Nobody named is user "0".

        Raises:
            NotFoundError: There is no such job, or an attempt whose answer was lost replaced it.
            ServerError: The user isn't the owner, or the schedule is wrong. A `one_time` job can't
                be replaced on this runtime: delete it and create another.
        """
        fields = drop_none(message=message, schedule=schedule, title=title)
        return _update(job_id, validate_body(m.JobUpdateRequest, fields), user_id)

    @endpoint
    def delete(self, job_id: str, *, user_id: str | None = None) -> Call[m.DeletedJob]:
        """Delete a job, whoever owns it.

        Args:
            job_id: Which job.
            user_id: Who does it, for the server's records; beats the client's own user.

        Raises:
            NotFoundError: There is no such job.
        """
        return Call(
            "DELETE", path(*_JOBS, job_id), m.DeletedJob, KeyKind.ADMIN, user=_USER, user_id=user_id
        )

    @endpoint
    def pause(self, job_id: str, *, user_id: str | None = None) -> Call[m.JobStateChange]:
        """Keep a job from running until it is resumed, whoever owns it.

        Args:
            job_id: Which job.
            user_id: Who does it, for the server's records; beats the client's own user.

        Raises:
            NotFoundError: There is no such job, or it isn't active.
        """
        return Call(
            "POST",
            path(*_JOBS, job_id, "pause"),
            m.JobStateChange,
            KeyKind.ADMIN,
            user=_USER,
            user_id=user_id,
        )

    @endpoint
    def resume(self, job_id: str, *, user_id: str | None = None) -> Call[m.JobStateChange]:
        """Let a paused job run again, whoever owns it.

        Args:
            job_id: Which job.
            user_id: Who does it, for the server's records; beats the client's own user.

        Raises:
            NotFoundError: There is no such job, or it isn't paused.
        """
        return Call(
            "POST",
            path(*_JOBS, job_id, "resume"),
            m.JobStateChange,
            KeyKind.ADMIN,
            user=_USER,
            user_id=user_id,
        )


def _update(job_id: str, body: m.JobUpdateRequest, user_id: str | None) -> Call[m.JobUpdate]:
    where = path(*_JOBS, job_id)
    call = Call("PUT", where, m.Job, KeyKind.ADMIN, user=_USER, user_id=user_id, body=body)
    return call.map(partial(m.JobUpdate.of, updated_id=job_id))
