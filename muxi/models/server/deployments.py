"""Deployments: their steps and their results (contract server-api 4.0)."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import model_validator

from .._base import Answer, JsonObject, Model
from .formations import FormationState

Stage = (
    Literal[
        "uploading",
        "extracting",
        "validating",
        "resolving_runtime",
        "downloading_sif",
        "pulling_runner",
        "stopping",
        "spawning",
        "spawning_staging",
        "spawning_previous",
        "health_check",
        "swapping",
        "stopping_old",
        "stopping_current",
        "complete",
    ]
    | str
)


class Progress(Model):
    """One step of a deployment, an update, a rollback, a start or a restart."""

    stage: Stage
    """This client reports `uploading` and `complete`, the server all others."""
    message: str = ""
    sent: int | None = None
    """At `uploading`: the bytes sent so far."""
    total: int | None = None
    """At `uploading`: the bundle's size in bytes."""
    attempt: int | None = None
    """At `health_check`: the number of the attempt, from 1."""
    max_attempts: int | None = None
    """At `health_check`: the most attempts."""
    version: str | None = None
    """The runtime that the server chose, at the end of `resolving_runtime`; often `latest`."""
    staging_port: int | None = None
    """At `spawning_staging`: the port on which the new version starts."""
    progress: int | None = None
    """Percent of a download; current servers send none."""
    url: str | None = None
    """The URL of a download; current servers send none."""


class Deployment(Answer):
    """The result of a deployment, an update, a rollback, a start or a restart."""

    formation_id: str
    status: FormationState
    port: int | None = None
    """The port on the server's machine; None if unknown."""
    url: str | None = None
    """The formation's URL, on the address of the server that this client uses."""
    pid: int | None = None
    version: int | None = None
    """The number of the running deployment, which the server counts from 1. It isn't the version in
    the manifest. None if unknown, as after the start of a formation that was updated."""
    previous_version: int | None = None
    """The number of the previous deployment, after an update or a rollback."""
    manifest_version: str | None = None
    """The version in the manifest; None if unknown."""
    restart_count: int | None = None
    """After a restart: the number of restarts."""
    changed: bool = True
    """False if `apply` found the same bundle deployed, or `start` a started formation."""
    message: str | None = None
    health_url: str | None = None
    """The URL of the health endpoint, only reachable on the server's machine."""
    deployment_type: Literal["blue-green"] | str | None = None

    @model_validator(mode="before")
    @classmethod
    def _one_name(cls, wire: JsonObject | str) -> JsonObject | str:
        """Rename two keys to their names in events."""
        if not isinstance(wire, dict):
            return wire
        names = {"id": "formation_id", "new_version": "version"}
        return {names.get(key, key): value for key, value in wire.items()}


class DownloadedFormation(Model):
    """A formation's files, on this machine."""

    path: Path
    """The zip, or the directory with its files."""
    size: int
    """The size of the zip in bytes."""
