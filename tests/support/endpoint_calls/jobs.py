"""The SDK method for each path: jobs, credentials, users, notifications, history."""

from __future__ import annotations

from collections.abc import Callable

from muxi import FormationClient

_JOB = r"/v1/scheduler/jobs/[^/]+"

ASK: list[tuple[str, str, Callable[[FormationClient], object]]] = [
    ("GET", r"/v1/scheduler/jobs", lambda f: f.jobs.list()),
    (
        "POST",
        r"/v1/scheduler/jobs",
        lambda f: f.jobs.create("Say hi", type="recurring", schedule="0 9 * * *"),
    ),
    ("GET", _JOB, lambda f: f.jobs.get("j")),
    ("PUT", _JOB, lambda f: f.jobs.update("j", message="Say good evening")),
    ("DELETE", _JOB, lambda f: f.jobs.delete("j")),
    ("POST", rf"{_JOB}/pause", lambda f: f.jobs.pause("j")),
    ("POST", rf"{_JOB}/resume", lambda f: f.jobs.resume("j")),
    ("GET", r"/v1/credentials/services", lambda f: f.credentials.list_services()),
    ("GET", r"/v1/credentials", lambda f: f.credentials.list()),
    ("POST", r"/v1/credentials", lambda f: f.credentials.create("tracker", {"token": "t"})),
    ("GET", r"/v1/credentials/[^/]+", lambda f: f.credentials.get("c")),
    ("DELETE", r"/v1/credentials/[^/]+", lambda f: f.credentials.delete("c")),
    ("POST", r"/v1/users/resolve", lambda f: f.users.resolve("alice")),
    ("GET", r"/v1/users/[^/]+", lambda f: f.users.lookup("alice")),
    ("GET", r"/v1/users/[^/]+/channels", lambda f: f.users.get_channels(user_id="alice")),
    ("PUT", r"/v1/users/[^/]+/channels", lambda f: f.users.update_channels(user_id="alice")),
    ("GET", r"/v1/users/identifiers/[^/]+", lambda f: f.users.list_identifiers("u")),
    ("POST", r"/v1/users/identifiers", lambda f: f.users.link("u", ["alice"])),
    ("DELETE", r"/v1/users/identifiers/[^/]+", lambda f: f.users.unlink("alice")),
    ("POST", r"/v1/notifications", lambda f: f.notifications.send("hi", user_id="alice")),
    ("GET", r"/v1/history", lambda f: f.history.list()),
]
