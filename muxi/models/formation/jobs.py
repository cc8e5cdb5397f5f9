"""Scheduled jobs (contract B14)."""

from __future__ import annotations

import re
from datetime import datetime, timezone
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, Field, ValidationInfo, field_validator

from .._base import Answer, JsonObject, Listing, Request, UtcTime

JobState = Literal["ACTIVE", "PAUSED", "COMPLETED"] | str


def _parsed(text: str) -> datetime:
    """Read a time. Python 3.10 knows no Z, and only fractions of three or six digits."""
    text = re.sub(r"\.(\d+)", lambda found: f".{found[1][:6]:0<6}", text)
    return datetime.fromisoformat(re.sub("Z$", "+00:00", text))


def _in_utc(schedule: datetime | str) -> datetime | str:
    """Convert a time with an offset to UTC: the server ignores offsets."""
    try:
        moment = schedule if isinstance(schedule, datetime) else _parsed(schedule)
    except ValueError:
        return schedule
    try:
        return schedule if moment.tzinfo is None else moment.astimezone(timezone.utc)
    except OverflowError:
        raise ValueError("the time is beyond the year 9999 or before 1 in UTC") from None


_Schedule = Annotated[AwareDatetime | str, AfterValidator(_in_utc)]
_Message = Annotated[str, Field(max_length=10_000)]


class Job(Answer):
    """A job of the scheduler."""

    id: str
    user_id: str | int
    """The job's owner; a number is the internal id of a user without an identifier."""
    title: str
    original_prompt: str
    """The message that the job was created with."""
    execution_prompt: str
    """The message that is sent to the formation at each run."""
    is_recurring: bool
    cron_expression: str | None = None
    """When a recurring job runs."""
    scheduled_for: UtcTime | None = None
    """When a one-time job runs."""
    exclusion_rules: list[JsonObject]
    status: JobState
    created_at: UtcTime
    updated_at: UtcTime
    last_run_at: UtcTime | None = None
    """None until the first run has ended."""
    last_run_status: Literal["success", "failed"] | str | None = None
    last_run_failure_message: str | None = None
    total_runs: int
    total_failures: int
    consecutive_failures: int
    """Failures since the last success; the scheduler pauses a job that has too many."""
    job_metadata: JsonObject

    @property
    def type(self) -> Literal["one_time", "recurring"]:
        """The type, as `jobs.create` takes it."""
        return "recurring" if self.is_recurring else "one_time"

    @property
    def schedule(self) -> str | datetime | None:
        """The schedule, as `jobs.create` takes it: `cron_expression` or `scheduled_for`."""
        return self.cron_expression if self.is_recurring else self.scheduled_for


class JobUpdate(Job):
    """The job after an update, which may be a new job that replaces the old one."""

    updated_id: str = ""
    """The id that the update was sent to."""

    @property
    def replaced(self) -> bool:
        """Whether a new job replaced the old one. It has a new `id` and may have another owner."""
        return self.id != self.updated_id


class JobList(Listing[Job]):
    """Jobs, newest first."""

    jobs: list[Job]


class JobStateChange(Answer):
    """The state of a job after it was paused or resumed."""

    id: str
    status: JobState


class DeletedJob(Answer):
    """The result of the deletion of a job."""

    id: str = ""
    """The id of the job that was deleted."""
    message: str | None = None
    """None if an earlier attempt deleted it and its response was lost."""


class JobRequest(Request):
    """The request body of `jobs.create`."""

    type: Literal["one_time", "recurring"]
    schedule: _Schedule
    message: _Message

    @field_validator("schedule")
    @classmethod
    def _check_schedule(cls, when: datetime | str, info: ValidationInfo) -> datetime | str:
        """Refuse a schedule of the other type. The server checks the rest."""
        words = 1 if isinstance(when, datetime) else len(when.split())
        is_alias = isinstance(when, str) and when.startswith("@")
        kind = info.data.get("type")
        if kind == "recurring" and not (is_alias or 5 <= words <= 7):
            raise ValueError("a recurring job needs a cron expression of 5 to 7 fields")
        if kind == "one_time" and (is_alias or words > 2):
            raise ValueError("a one_time job needs a time, such as 2030-01-31T09:00:00Z")
        return when


class JobUpdateRequest(Request):
    """The request body of `jobs.update`; omitted fields are unchanged."""

    message: _Message | None = None
    schedule: _Schedule | None = None
    title: Annotated[str, Field(max_length=500)] | None = None
