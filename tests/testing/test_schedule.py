"""Scheduled jobs on the emulator: changes are kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from typing import Any

import pytest

import muxi
from muxi.testing import Emulator

from ..support.clients import ClientKind
from .raw_http import call_sdk

pytestmark = pytest.mark.thorough("asyncio", "trio")

Ask = Callable[..., Any]
DAILY = {"type": "recurring", "schedule": "0 9 * * *"}


@pytest.fixture
def ask(client_kind: ClientKind) -> Iterator[Ask]:
    with Emulator() as running:
        yield lambda use, **settings: call_sdk(client_kind, running, use, **settings)


def test_a_paused_job_is_paused_until_it_is_resumed(ask: Ask) -> None:
    job = ask(lambda f: f.jobs.create("Say hi", **DAILY))
    assert (job.user_id, job.title, job.status) == ("alice", "Say hi", "ACTIVE")
    assert ask(lambda f: f.jobs.pause(job.id)).status == "PAUSED"
    paused = ask(lambda f: f.jobs.get(job.id))
    assert (paused.status, paused.updated_at > job.updated_at) == ("PAUSED", True)
    with pytest.raises(muxi.NotFoundError, match="not in ACTIVE state"):
        ask(lambda f: f.jobs.pause(job.id))
    assert ask(lambda f: f.jobs.resume(job.id)).status == "ACTIVE"
    ask(lambda f: f.jobs.delete(job.id))
    assert [*ask(lambda f: f.jobs.list())] == []


def test_an_admin_without_a_user_sees_every_job(ask: Ask) -> None:
    for user in ("alice", "bob"):
        ask(lambda f: f.jobs.create("Say hi", **DAILY), user_id=user)
    everybody = ask(lambda f: f.jobs.list(), client_key=None, user_id=None)
    assert [job.user_id for job in everybody] == ["bob", "alice"]
    assert ask(lambda f: f.jobs.list(all_users=True)) == everybody
    assert [job.user_id for job in ask(lambda f: f.jobs.list())] == ["alice"]


def test_another_message_is_another_job_and_a_small_change_is_not(ask: Ask) -> None:
    job = ask(lambda f: f.jobs.create("Say hi", **DAILY))
    same = ask(lambda f: f.jobs.update(job.id, message="say  HI", schedule="0 8 * * 1-5"))
    assert (same.id, same.replaced, same.cron_expression) == (job.id, False, "0 8 * * 1-5")
    other = ask(lambda f: f.jobs.update(job.id, message="Say bye"))
    assert (other.replaced, other.title) == (True, "Updated: Say hi")
    assert (other.cron_expression, other.user_id) == ("0 8 * * 1-5", "alice")
    with pytest.raises(muxi.NotFoundError):
        ask(lambda f: f.jobs.get(job.id))
    with pytest.raises(muxi.ServerError, match="does not have permission"):
        ask(lambda f: f.jobs.update(other.id, title="Mine"), user_id="mallory")
    with pytest.raises(muxi.ServerError, match="not acceptable"):
        ask(lambda f: f.jobs.update(other.id, schedule="61 * * * *"))
    assert ask(lambda f: f.jobs.get(other.id)).title == "Updated: Say hi"


def test_a_job_for_once(ask: Ask) -> None:
    moment = datetime(2099, 1, 1, 9, tzinfo=timezone.utc)
    job = ask(lambda f: f.jobs.create("Say hi", type="one_time", schedule=moment))
    assert (job.scheduled_for, job.is_recurring) == (moment, False)
    later = moment.replace(year=2100)
    moved = ask(lambda f: f.jobs.update(job.id, schedule=later))
    assert (moved.scheduled_for, moved.replaced) == (later, False)
    with pytest.raises(muxi.ServerError, match="must be in the future"):
        ask(lambda f: f.jobs.update(job.id, schedule="2001-01-01T09:00:00Z"))


@pytest.mark.parametrize(
    ("schedule", "kind"),
    [
        ("tomorrow", "one_time"),
        ("2001-01-01T09:00:00", "one_time"),
        ("0 24 * * *", "recurring"),
        ("0 9 32 * *", "recurring"),
        ("0 9 * ! *", "recurring"),
    ],
)
def test_schedules_that_are_none(ask: Ask, schedule: str, kind: str) -> None:
    with pytest.raises(muxi.ValidationError) as caught:
        ask(lambda f: f.jobs.create("Say hi", type=kind, schedule=schedule))
    assert (caught.value.status_code, caught.value.code) == (422, "VALIDATION_ERROR")
    assert caught.value.details["value"] == schedule


@pytest.mark.parametrize("schedule", ["*/5 0-23 1,15 JAN mon", "0 9 * * 7", "0 9 L * * 30"])
def test_schedules_that_are_some(ask: Ask, schedule: str) -> None:
    job = ask(lambda f: f.jobs.create("Say hi", type="recurring", schedule=schedule))
    assert job.cron_expression == schedule
