"""Jobs: what the scheduler runs for users, once or again and again (contract B14)."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, Field, model_validator
from typing_extensions import Self

from .._base import Answer, JsonObject, Listing, Request, UtcTime

JobState = Literal["ACTIVE", "PAUSED", "COMPLETED"] | str


def _in_utc(schedule: datetime | str) -> datetime | str:
    """The server drops the offset of a time and keeps its digits."""
    if isinstance(schedule, datetime):
        return schedule.astimezone(timezone.utc)
    try:
        moment = datetime.fromisoformat(schedule)
    except ValueError:
        return schedule
    return schedule if moment.tzinfo is None else moment.astimezone(timezone.utc)


_Schedule = Annotated[AwareDatetime | str, AfterValidator(_in_utc)]
_Message = Annotated[str, Field(max_length=10_000)]


class Job(Answer):
    """A scheduled job."""

    id: str
    user_id: str | int
    """Its owner; a number is the formation's own id of one that it can't name."""
    title: str
    original_prompt: str
    execution_prompt: str
    """What the formation is told at each run."""
    is_recurring: bool
    cron_expression: str | None = None
    scheduled_for: UtcTime | None = None
    """When a job that isn't recurring runs."""
    exclusion_rules: list[JsonObject]
    status: JobState
    created_at: UtcTime | None = None
    updated_at: UtcTime | None = None
    last_run_at: UtcTime | None = None
    last_run_status: Literal["success", "failed"] | str | None = None
    last_run_failure_message: str | None = None
    total_runs: int
    total_failures: int
    consecutive_failures: int
    """The scheduler pauses a job that fails too often in a row."""
    job_metadata: JsonObject


class JobUpdate(Job):
    """The job that exists after an update: the one that was updated, or another in its place."""

    updated_id: str
    """The id that the update was sent to."""

    @property
    def replaced(self) -> bool:
        """The job has a new `id` and may have a new owner, `user_id`; the old one is gone."""
        return self.id != self.updated_id

    @classmethod
    def of(cls, job: Job, updated_id: str) -> JobUpdate:
        """What the server answered, and what it was asked about."""
        fields: JsonObject = {name: getattr(job, name) for name in Job.model_fields}
        return cls.model_construct(**(job.model_extra or {}), **fields, updated_id=updated_id)


class JobList(Listing[Job]):
    """Jobs, the newest first; the server doesn't page them."""

    items_field = "jobs"
    jobs: list[Job]


class JobStateChange(Answer):
    """What pausing or resuming a job made of it."""

    id: str
    status: JobState


class DeletedJob(Answer):
    """The answer to a deletion."""

    message: str


class JobRequest(Request):
    """The body of a creation."""

    type: Literal["one_time", "recurring"]
    schedule: _Schedule
    message: _Message

    @model_validator(mode="after")
    def _of_its_kind(self) -> Self:
        """What is past, the server's clock decides; what is valid, its cron library."""
        when = self.schedule
        words = 1 if isinstance(when, datetime) else len(when.split())
        is_alias = isinstance(when, str) and when.startswith("@")
        if self.type == "recurring" and not (is_alias or 5 <= words <= 7):
            raise ValueError("the schedule of a recurring job is cron's: 5 to 7 fields")
        if self.type == "one_time" and (is_alias or words > 2):
            raise ValueError("the schedule of a one_time job is a time")
        return self


class JobUpdateRequest(Request):
    """The body of an update; what is absent stays as it is."""

    message: _Message | None = None
    schedule: _Schedule | None = None
    title: Annotated[str, Field(max_length=500)] | None = None
