"""Scheduled jobs (contract B14)."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from ..._core.call import AlreadyDone, Call, KeyKind, UserRule, path
from ..._core.endpoint import endpoint
from ..._core.resource import Resource
from ...models import formation as m
from .._inputs import drop_none, list_scope, validate_body

_JOBS = ("scheduler", "jobs")
_USER = UserRule.OPTIONAL


class Jobs(Resource):
    """Jobs that send the formation a message on a schedule.

    All methods but `list` need the admin key.

    Example:
        ```python
        from muxi import FormationClient

        with FormationClient().for_user("alice") as alice:
            job = alice.jobs.create("Summarise my day", type="recurring", schedule="0 18 * * *")
            alice.jobs.pause(job.id)
            alice.jobs.delete(job.id)
        ```
    """

    @endpoint
    def list(self, *, all_users: bool = False, user_id: str | None = None) -> Call[m.JobList]:
        """List jobs, newest first. The list is empty if the scheduler is off.

        Args:
            all_users: List the jobs of all users, even if the client acts as a user. Needs the
                admin key.
            user_id: The user whose jobs to list; overrides the client's user. Required with the
                client key.

        Raises:
            AuthenticationError: The key is wrong.
        """
        auth, rule, owner = list_scope(user_id, all_users)
        return Call("GET", path(*_JOBS), m.JobList, auth, user=rule, user_id=owner)

    @endpoint
    def create(
        self,
        message: str,
        *,
        type: Literal["one_time", "recurring"],
        schedule: str | datetime,
        user_id: str | None = None,
    ) -> Call[m.Job]:
        """Create a job.

        A user may have 100 jobs, and create 20 an hour and 100 a day. Beyond that the server
        responds with status 500.

        Args:
            message: The message to send to the formation at each run, at most 10,000 characters.
            type: `"one_time"` or `"recurring"`.
            schedule: For `"recurring"`, a cron expression of 5 to 7 fields. For `"one_time"`, a
                time in the future: a `datetime` with a time zone, or ISO 8601, which means UTC
                without an offset. Times are sent in UTC, since the server ignores offsets.
            user_id: The job's owner; overrides the client's user. Without either, user `"0"`.

        Raises:
            AuthenticationError: The admin key is wrong.
            ValidationError: The schedule is invalid or in the past, or the formation has no
                persistent memory.
        """
        fields = {"type": type, "schedule": schedule, "message": message}
        return Call(
            "POST",
            path(*_JOBS),
            m.Job,
            KeyKind.ADMIN,
            user=_USER,
            user_id=user_id,
            body=validate_body(m.JobRequest, fields),
            idempotent=True,
        )

    @endpoint
    def get(self, job_id: str) -> Call[m.Job]:
        """Return a job of any user.

        Args:
            job_id: The job's id, as `create` and `list` return it.

        Raises:
            AuthenticationError: The admin key is wrong.
            NotFoundError: There is no job with this id.
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
        """Change a job. From then on, use the `id` of the result, which may be a new one.

        If the server regards the new message as a different task, it replaces the job by a new one
        with a new id (`replaced` is True). The new job belongs to the user of this call: pass the
        job's owner as `user_id` to keep the owner.

        Args:
            job_id: The job's id, as `create` and `list` return it.
            message: The new message, at most 10,000 characters.
            schedule: The new schedule, of the job's type.
            title: The new title, at most 500 characters.
            user_id: The job's owner; overrides the client's user. Without either, user `"0"`.

        Raises:
            AuthenticationError: The admin key is wrong.
            NotFoundError: There is no job with this id, or an earlier attempt whose response was
                lost replaced it.
            ServerError: The user isn't the owner, or the schedule is invalid. This version of the
                runtime can't replace a `"one_time"` job: delete it and create another.
        """
        fields = drop_none(message=message, schedule=schedule, title=title)
        body, where = validate_body(m.JobUpdateRequest, fields), path(*_JOBS, job_id)
        return Call(
            "PUT", where, m.JobUpdate, KeyKind.ADMIN, user=_USER, user_id=user_id, body=body
        ).map(lambda job: job.model_copy(update={"updated_id": str(job_id)}))

    @endpoint
    def delete(self, job_id: str, *, user_id: str | None = None) -> Call[m.DeletedJob]:
        """Delete a job of any user for good.

        Args:
            job_id: The job's id, as `create` and `list` return it.
            user_id: The user who deletes it, for the server's records; overrides the client's user.

        Raises:
            AuthenticationError: The admin key is wrong.
            NotFoundError: There is no job with this id.
        """
        gone = str(job_id)
        return Call(
            "DELETE",
            path(*_JOBS, job_id),
            m.DeletedJob,
            KeyKind.ADMIN,
            user=_USER,
            user_id=user_id,
            already_done=AlreadyDone(404, m.DeletedJob(), says=gone),
        ).map(lambda deleted: deleted.model_copy(update={"id": gone}))

    @endpoint
    def pause(self, job_id: str, *, user_id: str | None = None) -> Call[m.JobStateChange]:
        """Pause a job of any user until it is resumed.

        Args:
            job_id: The job's id, as `create` and `list` return it.
            user_id: The user who pauses it, for the server's records; overrides the client's user.

        Raises:
            AuthenticationError: The admin key is wrong.
            NotFoundError: There is no job with this id, or it isn't active.
        """
        where, kind = path(*_JOBS, job_id, "pause"), m.JobStateChange
        return Call("POST", where, kind, KeyKind.ADMIN, user=_USER, user_id=user_id)

    @endpoint
    def resume(self, job_id: str, *, user_id: str | None = None) -> Call[m.JobStateChange]:
        """Resume a paused job of any user.

        Args:
            job_id: The job's id, as `create` and `list` return it.
            user_id: The user who resumes it, for the server's records; overrides the client's user.

        Raises:
            AuthenticationError: The admin key is wrong.
            NotFoundError: There is no job with this id, or it isn't paused.
        """
        where, kind = path(*_JOBS, job_id, "resume"), m.JobStateChange
        return Call("POST", where, kind, KeyKind.ADMIN, user=_USER, user_id=user_id)
