"""The scheduler's routes (contract B14)."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import datetime, timezone

from pydantic import BaseModel
from starlette.responses import Response

from .envelopes import ApiError, ok, parse, utc_now
from .guards import Route, admins_only, either, either_admin
from .idempotency import once
from .job_store import Job
from .state import Call

_RANGES = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
"""The lowest and highest value of each cron field."""
_ALIASES = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
}


class _Past(ValueError):
    """The scheduled time is in the past."""


class Create(BaseModel):
    """The body of `POST /v1/scheduler/jobs`."""

    type: str
    schedule: str
    message: str


class Update(BaseModel):
    """The body of `PUT /v1/scheduler/jobs/{id}`."""

    message: str | None = None
    schedule: str | None = None
    title: str | None = None


async def list_jobs(call: Call) -> Response:
    """`GET /v1/scheduler/jobs`. An admin without a user gets the jobs of all users."""
    found = call.state.jobs.of(call.asker())
    return ok("scheduled_job_list", "scheduler.jobs.list", {"jobs": found, "count": len(found)})


async def create(call: Call) -> Response:
    """`POST /v1/scheduler/jobs`."""
    body = parse(Create, call.body)
    admins_only(call.admin)
    return await once(call, lambda: _create(call, body))


async def get(call: Call) -> Response:
    """`GET /v1/scheduler/jobs/{id}`."""
    return ok("scheduled_job", "scheduler.job.retrieved", _job(call))


async def update(call: Call) -> Response:
    """`PUT /v1/scheduler/jobs/{id}`. A new message creates a new job of the calling user."""
    body = parse(Update, call.body)
    admins_only(call.admin)
    job, user_id = _job(call), call.user_id or "0"
    try:
        if body.message and _words(body.message) != _words(str(job["original_prompt"])):
            job = _replace(call, job, body, user_id)
        else:
            _change(job, body, user_id)
    except ValueError as problem:
        raise ApiError(500, f"Failed to update scheduled job: {problem}") from None
    return ok("scheduled_job", "scheduler.job.updated", job)


async def pause(call: Call) -> Response:
    """`POST /v1/scheduler/jobs/{id}/pause`."""
    return _switch(call, "ACTIVE", "PAUSED", "scheduler.job.paused")


async def resume(call: Call) -> Response:
    """`POST /v1/scheduler/jobs/{id}/resume`."""
    return _switch(call, "PAUSED", "ACTIVE", "scheduler.job.resumed")


async def delete(call: Call) -> Response:
    """`DELETE /v1/scheduler/jobs/{id}`."""
    job_id = call.param("job_id")
    if not call.state.jobs.remove(job_id):
        raise ApiError(404, f"Scheduled job '{job_id}' not found")
    text = f"Scheduled job '{job_id}' removed successfully"
    return ok("message", "scheduler.job.deleted", {"message": text})


def _job(call: Call) -> Job:
    job_id = call.param("job_id")
    found = call.state.jobs.get(job_id)
    if found is None:
        raise ApiError(404, f"Scheduled job '{job_id}' not found")
    return found


async def _create(call: Call, body: Create) -> Response:
    if body.type == "recurring":
        when: Job = {"cron_expression": _cron(body.schedule)}
    elif body.type == "one_time":
        when = {"scheduled_for": _moment(body.schedule)}
    else:
        text = f"Invalid job type '{body.type}'. Must be 'one_time' or 'recurring'"
        raise ApiError(400, text, code="VALIDATION_ERROR")
    if not body.message:
        raise ApiError(500, "Failed to create scheduled job: title must be a non-empty string")
    user_id = call.user_id or "0"
    call.state.users.know(user_id)
    job = call.state.jobs.add(user_id, body.message, body.message, when)
    return ok("scheduled_job", "scheduler.job.created", job, 201)


def _replace(call: Call, old: Job, body: Update, user_id: str) -> Job:
    when = {key: old[key] for key in ("cron_expression", "scheduled_for")}
    if body.schedule and old["is_recurring"]:
        when["cron_expression"] = _checked(body.schedule)
    title = body.title or f"Updated: {old['title']}"
    call.state.jobs.remove(str(old["id"]))
    return call.state.jobs.add(user_id, title, body.message or "", when)


def _change(job: Job, body: Update, user_id: str) -> None:
    if job["user_id"] != user_id:
        raise ValueError(f"User {user_id} does not have permission to update job {job['id']}")
    changes: Job = {}
    if body.title:
        changes["title"] = body.title
    if body.message:
        changes["original_prompt"] = changes["execution_prompt"] = body.message
    if body.schedule and job["is_recurring"]:
        changes["cron_expression"] = _checked(body.schedule)
    elif body.schedule:
        changes["scheduled_for"] = _wire_time(_future(body.schedule))
    if changes:
        job.update(changes, updated_at=utc_now())


def _switch(call: Call, before: str, after: str, event: str) -> Response:
    job_id = call.param("job_id")
    job = call.state.jobs.get(job_id)
    if job is None or job["status"] != before:
        raise ApiError(404, f"Scheduled job '{job_id}' not found or not in {before} state")
    job.update(status=after, updated_at=utc_now())
    return ok("scheduled_job", event, {"id": job_id, "status": after})


def _cron(schedule: str) -> str:
    try:
        return _checked(schedule)
    except ValueError as problem:
        expected = "Valid cron expression (e.g., '0 9 * * 1')"
        text = "Invalid cron expression for recurring job"
        raise _wrong(text, schedule, expected, error=str(problem)) from None


def _checked(schedule: str) -> str:
    columns = _ALIASES.get(schedule.lower(), schedule).split()
    if not 5 <= len(columns) <= 7:
        text = "Exactly 5, 6 or 7 columns has to be specified for iterator expression."
        raise ValueError(text)
    for column, (least, most) in zip(columns, _RANGES, strict=False):
        values = [int(each) for each in re.findall(r"(?<!/)\b\d+", column)]
        if not re.fullmatch(r"[\w*/,#?-]+", column) or any(
            not least <= each <= most for each in values
        ):
            raise ValueError(f"[{schedule}] is not acceptable, out of range")
    _, _, day, month, weekday, *_ = columns
    if weekday == "*" and _never(day, month):
        raise ValueError("failed to find next date")
    return schedule


def _never(days: str, months: str) -> bool:
    """Return whether none of these months has one of these days."""
    if not re.fullmatch(r"[\d,]+;[\d,]+", f"{days};{months}"):
        return False
    longest = max(monthrange(2024, int(month))[1] for month in months.split(",") if month)
    return min(int(day) for day in days.split(",") if day) > longest


def _moment(schedule: str) -> str:
    expected = "Future ISO 8601 datetime"
    try:
        return _wire_time(_future(schedule))
    except _Past:
        text = "Schedule datetime must be in the future"
        raise _wrong(text, schedule, expected) from None
    except ValueError as problem:
        text = "Invalid datetime format for one_time job"
        expected = "ISO 8601 datetime (e.g., '2025-10-25T14:00:00Z')"
        raise _wrong(text, schedule, expected, error=str(problem)) from None


def _future(schedule: str) -> datetime:
    moment = datetime.fromisoformat(schedule.replace("Z", "+00:00"))
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=timezone.utc)
    if moment <= datetime.now(timezone.utc):
        raise _Past("Scheduled time must be in the future")
    return moment.astimezone(timezone.utc)


def _wire_time(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def _wrong(text: str, value: str, expected: str, **more: str) -> ApiError:
    data = {"field": "schedule", "value": value, "expected": expected, **more}
    return ApiError(422, text, code="VALIDATION_ERROR", data=data)


def _words(text: str) -> list[str]:
    """Normalise a text for comparison. The real server compares meanings instead."""
    return text.lower().split()


ROUTES: tuple[Route, ...] = (
    Route("GET", "/scheduler/jobs", either, list_jobs),
    Route("POST", "/scheduler/jobs", either, create),
    Route("GET", "/scheduler/jobs/{job_id}", either_admin, get),
    Route("PUT", "/scheduler/jobs/{job_id}", either, update),
    Route("DELETE", "/scheduler/jobs/{job_id}", either_admin, delete),
    Route("POST", "/scheduler/jobs/{job_id}/pause", either_admin, pause, parses_body=False),
    Route("POST", "/scheduler/jobs/{job_id}/resume", either_admin, resume, parses_body=False),
)
