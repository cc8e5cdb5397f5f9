"""Jobs: what their recordings can't show."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

import muxi
from muxi import ConfigurationError
from muxi.models import formation as m
from muxi.resources.formation import Jobs, Requests

from ...support.clients import ADMIN_KEY, CLIENT_KEY, ClientKind
from ...support.fake_server import FAST, FakeServer, envelope, failure
from ...support.sent import sent

pytestmark = pytest.mark.thorough("asyncio", "trio")

JOB: dict[str, Any] = {
    "id": "job_1",
    "user_id": "alice",
    "title": "Say hi",
    "original_prompt": "Say hi",
    "execution_prompt": "Say hi",
    "is_recurring": True,
    "cron_expression": "0 9 * * *",
    "scheduled_for": None,
    "exclusion_rules": [],
    "status": "ACTIVE",
    "created_at": "2026-11-22T05:50:18.929472Z",
    "updated_at": "2026-11-22T05:50:18.929472Z",
    "last_run_at": None,
    "last_run_status": None,
    "last_run_failure_message": None,
    "total_runs": 0,
    "total_failures": 0,
    "consecutive_failures": 0,
    "job_metadata": {},
}


CREATE = {"message": "Say hi", "type": "recurring", "schedule": "0 9 * * *"}


@pytest.mark.parametrize(
    "use",
    [
        lambda f: f.jobs.create(**CREATE),
        lambda f: f.jobs.get("j"),
        lambda f: f.jobs.update("j", title="t"),
        lambda f: f.jobs.delete("j"),
        lambda f: f.jobs.pause("j"),
        lambda f: f.jobs.resume("j"),
    ],
)
def test_jobs_take_the_admin_key_only(client_kind: ClientKind, use: Callable[[Any], Any]) -> None:
    received = sent(client_kind, use)
    assert received.headers["x-muxi-admin-key"] == ADMIN_KEY
    assert "x-muxi-client-key" not in received.headers
    with pytest.raises(ConfigurationError, match="admin key"):
        client_kind.formation("http://muxi.test", use, admin_key=None)


def test_jobs_are_listed_with_either_key(client_kind: ClientKind) -> None:
    received = sent(client_kind, lambda f: f.jobs.list())
    assert received.headers["x-muxi-client-key"] == CLIENT_KEY
    assert received.headers["x-muxi-user-id"] == "alice"
    with pytest.raises(muxi.ValidationError, match="needs a user"):
        client_kind.formation("http://muxi.test", lambda f: f.jobs.list(), user_id=None)
    received = sent(client_kind, lambda f: f.jobs.list(), client_key=None, user_id=None)
    assert received.headers["x-muxi-admin-key"] == ADMIN_KEY
    assert "x-muxi-user-id" not in received.headers
    received = sent(
        client_kind, lambda f: f.jobs.list(user_id="bob"), client_key=None, user_id=None
    )
    assert received.headers["x-muxi-user-id"] == "bob"


@pytest.mark.parametrize("use", [Jobs.list, Requests.list])
def test_all_users_takes_the_admin_key_and_no_user(client_kind: ClientKind, use: Any) -> None:
    """With both keys too: the server would show the user's own to the client key."""

    def ask(f: Any) -> Any:
        return (f.jobs if use is Jobs.list else f.requests).list(all_users=True)

    received = sent(client_kind, ask)
    assert received.headers["x-muxi-admin-key"] == ADMIN_KEY
    assert received.headers.keys().isdisjoint({"x-muxi-client-key", "x-muxi-user-id"})
    with pytest.raises(ConfigurationError, match="admin key"):
        client_kind.formation("http://muxi.test", ask, admin_key=None)
    with pytest.raises(muxi.ValidationError, match="leave out user_id"):
        use.build(all_users=True, user_id="bob")


@pytest.mark.parametrize(
    ("schedule", "told"),
    [
        ("0 9 * * *", "0 9 * * *"),
        ("2099-01-01T09:00:00", "2099-01-01T09:00:00"),
        (datetime(2099, 1, 1, 9, tzinfo=timezone.utc), "2099-01-01T09:00:00Z"),
        (
            datetime(2099, 1, 1, 9, tzinfo=timezone(timedelta(hours=2))),
            "2099-01-01T07:00:00Z",
        ),
        ("2099-01-01T09:00:00+02:00", "2099-01-01T07:00:00Z"),
        ("2099-01-01T09:00:00.5+02:00", "2099-01-01T07:00:00.500000Z"),
        ("2099-01-01T09:00:00.1234567Z", "2099-01-01T09:00:00.123456Z"),
    ],
)
def test_schedules_are_texts_or_moments(
    client_kind: ClientKind, schedule: str | datetime, told: str
) -> None:
    kind: Any = "recurring" if schedule == told == "0 9 * * *" else "one_time"
    received = sent(client_kind, lambda f: f.jobs.create("Hi", type=kind, schedule=schedule))
    assert received.json == {"type": kind, "schedule": told, "message": "Hi"}
    received = sent(client_kind, lambda f: f.jobs.update("j", schedule=schedule))
    assert received.json == {"schedule": told}


def test_jobs_that_can_not_be_are_refused_before_they_are_sent() -> None:
    with pytest.raises(muxi.ValidationError, match="schedule") as caught:
        Jobs.create.build("Hi", type="one_time", schedule=datetime(2099, 1, 1))
    west = timezone(timedelta(hours=-5))
    for last in (datetime.max.replace(tzinfo=west), datetime.max.replace(tzinfo=west).isoformat()):
        with pytest.raises(muxi.ValidationError, match="the time is beyond the year 9999"):
            Jobs.create.build("Hi", type="one_time", schedule=last)
    assert not caught.value.sent
    with pytest.raises(muxi.ValidationError, match="type"):
        Jobs.create.build("Hi", type="daily", schedule="0 9 * * *")  # type: ignore[arg-type]
    Jobs.create.build("x" * 10_000, type="recurring", schedule="0 9 * * *")
    with pytest.raises(muxi.ValidationError, match="at most 10000"):
        Jobs.create.build("x" * 10_001, type="recurring", schedule="0 9 * * *")
    with pytest.raises(muxi.ValidationError, match="at most 10000"):
        Jobs.update.build("j", message="x" * 10_001)
    Jobs.update.build("j", title="x" * 500)
    with pytest.raises(muxi.ValidationError, match="at most 500"):
        Jobs.update.build("j", title="x" * 501)


@pytest.mark.parametrize(
    ("kind", "schedule"),
    [
        ("recurring", "* * * *"),
        ("recurring", "0 0 * * * * * *"),
        ("recurring", "whenever"),
        ("recurring", ""),
        ("recurring", datetime(2099, 1, 1, tzinfo=timezone.utc)),
        ("one_time", "0 9 * * *"),
        ("one_time", "@daily"),
    ],
)
def test_a_schedule_is_of_the_jobs_kind(kind: Any, schedule: str | datetime) -> None:
    with pytest.raises(muxi.ValidationError, match=f"^schedule: a {kind} job needs a ") as caught:
        Jobs.create.build("Hi", type=kind, schedule=schedule)
    assert not caught.value.sent


@pytest.mark.parametrize(
    ("kind", "schedule"),
    [
        ("recurring", "@daily"),
        ("recurring", "0 9 L * * 30"),
        ("recurring", "0 9 1 1 * 0 2099"),
        ("recurring", "61 * * * *"),
        ("one_time", "2099-01-01 09:00"),
        ("one_time", "2001-01-01T09:00:00Z"),
    ],
)
def test_the_server_judges_all_other_schedules(kind: Any, schedule: str) -> None:
    """Its cron library and its clock are what counts."""
    body = Jobs.create.build("Hi", type=kind, schedule=schedule).body
    assert isinstance(body, m.JobRequest)
    assert body.type == kind


def test_a_creation_is_sent_again_under_its_key(client_kind: ClientKind) -> None:
    with FakeServer(failure(503, "SERVICE_UNAVAILABLE"), envelope(JOB)) as server:
        job = client_kind.formation(server.url, lambda f: f.jobs.create(**CREATE), retry=FAST)
    assert job.id == "job_1"
    first, second = (one.headers["x-muxi-idempotency-key"] for one in server.received)
    assert first == second


@pytest.mark.parametrize(
    "use",
    [
        lambda f: f.jobs.pause("j"),
        lambda f: f.jobs.resume("j"),
        lambda f: f.credentials.create("s", {"token": "t"}),
        lambda f: f.users.resolve("a"),
        lambda f: f.users.link("u", ["a"]),
        lambda f: f.notifications.send("hi", user_id="alice"),
    ],
)
def test_no_other_post_is_sent_again(client_kind: ClientKind, use: Callable[[Any], Any]) -> None:
    with FakeServer(failure(503, "SERVICE_UNAVAILABLE")) as server:
        with pytest.raises(muxi.UnavailableError):
            client_kind.formation(server.url, use, retry=FAST)
        assert len(server.received) == 1


def test_an_update_says_when_it_replaced_the_job(client_kind: ClientKind) -> None:
    other = {**JOB, "id": "job_2", "user_id": "0", "novel": 1}
    with FakeServer(envelope(JOB), envelope(other)) as server:

        def update() -> Any:
            return client_kind.formation(server.url, lambda f: f.jobs.update("job_1", title="t"))

        same, replaced = update(), update()
    assert isinstance(same, m.JobUpdate)
    assert (same.id, same.updated_id, same.replaced) == ("job_1", "job_1", False)
    assert (replaced.id, replaced.updated_id, replaced.replaced) == ("job_2", "job_1", True)
    assert (replaced.user_id, replaced.model_extra) == ("0", {"novel": 1})
    assert replaced.created_at == datetime(2026, 11, 22, 5, 50, 18, 929472, tzinfo=timezone.utc)
    assert replaced.meta.request_id == "req_server"


def test_an_update_acts_as_the_owner(client_kind: ClientKind) -> None:
    received = sent(client_kind, lambda f: f.jobs.update("j", message="Hi", user_id="bob"))
    assert (received.headers["x-muxi-user-id"], received.json) == ("bob", {"message": "Hi"})
    received = sent(client_kind, lambda f: f.jobs.update("j"), user_id=None)
    assert "x-muxi-user-id" not in received.headers
    assert received.json == {}


def test_a_job_says_its_schedule_as_it_is_created() -> None:
    recurring = m.Job.model_validate(JOB)
    assert (recurring.type, recurring.schedule) == ("recurring", "0 9 * * *")
    moment = {"is_recurring": False, "cron_expression": None, "scheduled_for": "2030-01-31T09:00Z"}
    once = m.Job.model_validate({**JOB, **moment})
    assert (once.type, once.schedule) == ("one_time", datetime(2030, 1, 31, 9, tzinfo=timezone.utc))
    for job in (recurring, once):
        assert job.schedule is not None
        Jobs.create.build("Say hi", type=job.type, schedule=job.schedule)
