"""Scheduled jobs. They are stored but never run."""

from __future__ import annotations

from .envelopes import nano_id, utc_now

Job = dict[str, object]


class Jobs:
    """The scheduled jobs of all users."""

    def __init__(self) -> None:
        self._jobs: dict[str, Job] = {}

    def add(self, user_id: str, title: str, prompt: str, when: Job) -> Job:
        """Add a job. `when` has `cron_expression` or `scheduled_for`."""
        now = utc_now()
        job: Job = {
            "id": f"job_{nano_id(16)}",
            "user_id": user_id,
            "title": title,
            "original_prompt": prompt,
            "execution_prompt": prompt,
            "is_recurring": when.get("cron_expression") is not None,
            "cron_expression": when.get("cron_expression"),
            "scheduled_for": when.get("scheduled_for"),
            "exclusion_rules": [],
            "status": "ACTIVE",
            "created_at": now,
            "updated_at": now,
            "last_run_at": None,
            "last_run_status": None,
            "last_run_failure_message": None,
            "total_runs": 0,
            "total_failures": 0,
            "consecutive_failures": 0,
            "job_metadata": {},
        }
        self._jobs[str(job["id"])] = job
        return job

    def get(self, job_id: str) -> Job | None:
        """Return a job, or None."""
        return self._jobs.get(job_id)

    def of(self, user_id: str | None) -> list[Job]:
        """Return the jobs of a user, or of all users, the newest first."""
        found = [job for job in self._jobs.values() if user_id in (None, job["user_id"])]
        return found[::-1]

    def remove(self, job_id: str) -> bool:
        """Delete a job, and return whether it existed."""
        return self._jobs.pop(job_id, None) is not None
