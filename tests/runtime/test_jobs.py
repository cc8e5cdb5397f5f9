"""This SDK against the real runtime: the scheduler's jobs; each kind of client."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any
from uuid import uuid4

import pytest

import muxi

from .conftest import Asking

YEARLY = {"type": "recurring", "schedule": "0 0 1 1 *"}


@pytest.fixture
def owner() -> str:
    return f"user_{uuid4().hex}"


def create(ask: Asking, owner: str, message: str = "Say good morning", **more: Any) -> Any:
    fields = {**YEARLY, **more}
    return ask(lambda f: f.jobs.create(message, user_id=owner, **fields))


def test_a_job_from_its_creation_to_its_deletion(ask: Asking, owner: str) -> None:
    job = create(ask, owner)
    assert (job.user_id, job.title, job.status) == (owner, "Say good morning", "ACTIVE")
    assert (job.is_recurring, job.cron_expression, job.scheduled_for) == (True, "0 0 1 1 *", None)
    assert abs(datetime.now(timezone.utc) - job.created_at) < timedelta(minutes=1)
    assert ask(lambda f: f.jobs.get(job.id)) == job

    paused = ask(lambda f: f.jobs.pause(job.id))
    assert (paused.id, paused.status) == (job.id, "PAUSED")
    assert ask(lambda f: f.jobs.get(job.id)).status == "PAUSED"
    with pytest.raises(muxi.NotFoundError, match="not in ACTIVE state"):
        ask(lambda f: f.jobs.pause(job.id))
    resumed = ask(lambda f: f.jobs.resume(job.id))
    assert (resumed.id, resumed.status) == (job.id, "ACTIVE")
    with pytest.raises(muxi.NotFoundError, match="not in PAUSED state"):
        ask(lambda f: f.jobs.resume(job.id))

    assert ask(lambda f: f.jobs.delete(job.id)).id == job.id
    with pytest.raises(muxi.NotFoundError, match=job.id):
        ask(lambda f: f.jobs.get(job.id))
    with pytest.raises(muxi.NotFoundError):
        ask(lambda f: f.jobs.delete(job.id))


def test_jobs_are_listed_by_owner(ask: Asking, owner: str) -> None:
    first, second = create(ask, owner), create(ask, owner, "Say good night")
    listed = ask(lambda f: f.jobs.list(user_id=owner))
    assert [job.id for job in listed] == [second.id, first.id]
    assert len(listed) == 2
    everyone = ask(lambda f: f.jobs.list(), client_key=None, user_id=None)
    assert {first.id, second.id} <= {job.id for job in everyone}
    assert ask(lambda f: f.jobs.list(all_users=True)) == everyone
    mine = ask(lambda f: f.jobs.list(user_id=owner), client_key=None)
    assert {job.user_id for job in mine} == {owner}


def test_a_time_keeps_its_offset(ask: Asking, owner: str) -> None:
    nine = datetime(2099, 1, 1, 9, tzinfo=timezone(timedelta(hours=2)))
    job = create(ask, owner, type="one_time", schedule=nine)
    assert (job.is_recurring, job.cron_expression, job.scheduled_for) == (False, None, nine)
    later = nine + timedelta(days=1)
    moved = ask(lambda f: f.jobs.update(job.id, schedule=later.isoformat(), user_id=owner))
    assert (moved.id, moved.scheduled_for) == (job.id, later)


def test_an_update_by_the_owner_keeps_the_job(ask: Asking, owner: str) -> None:
    job = create(ask, owner)
    updated = ask(
        lambda f: f.jobs.update(job.id, title="Morning", schedule="0 1 1 1 *", user_id=owner)
    )
    assert (updated.id, updated.replaced, updated.user_id) == (job.id, False, owner)
    assert (updated.title, updated.cron_expression) == ("Morning", "0 1 1 1 *")
    assert updated.updated_at > job.updated_at
    with pytest.raises(muxi.ServerError, match="does not have permission") as caught:
        ask(lambda f: f.jobs.update(job.id, title="Mine", user_id="mallory"), max_retries=0)
    assert caught.value.status_code == 500


def test_an_update_may_replace_the_job(ask: Asking, owner: str) -> None:
    job = create(ask, owner)
    other = f"{owner}_2"
    updated = ask(lambda f: f.jobs.update(job.id, message="Count some sheep", user_id=other))
    assert (updated.replaced, updated.updated_id, updated.user_id) == (True, job.id, other)
    assert updated.original_prompt == "Count some sheep"
    with pytest.raises(muxi.NotFoundError):
        ask(lambda f: f.jobs.get(job.id))
    assert ask(lambda f: f.jobs.get(updated.id)).user_id == other


def test_a_one_time_job_can_not_be_replaced(ask: Asking, owner: str) -> None:
    job = create(ask, owner, type="one_time", schedule="2099-01-01T09:00:00Z")
    with pytest.raises(muxi.ServerError, match="Failed to update"):
        ask(lambda f: f.jobs.update(job.id, message="Count sheep", user_id=owner), max_retries=0)
    assert ask(lambda f: f.jobs.get(job.id)) == job


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"schedule": "61 * * * *"}, "Invalid cron expression"),
        ({"type": "one_time", "schedule": "2001-01-01T09:00:00Z"}, "must be in the future"),
    ],
)
def test_wrong_schedules(ask: Asking, owner: str, fields: dict[str, str], told: str) -> None:
    with pytest.raises(muxi.ValidationError, match=told) as caught:
        create(ask, owner, **fields)
    assert (caught.value.code, caught.value.details["field"]) == ("VALIDATION_ERROR", "schedule")
    assert len(ask(lambda f: f.jobs.list(user_id=owner))) == 0
