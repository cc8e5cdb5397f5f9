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
    """`uploading` and `complete` come from this client, the others from the server."""
    message: str = ""
    sent: int | None = None
    """While `uploading`: the bytes of the bundle that were sent."""
    total: int | None = None
    """While `uploading`: the bundle's size in bytes."""
    attempt: int | None = None
    """At a `health_check`: which try this is, from 1."""
    max_attempts: int | None = None
    """At a `health_check`: how many tries there will be."""
    version: str | None = None
    """The runtime that the server chose, at the end of `resolving_runtime`; often `latest`."""
    staging_port: int | None = None
    """At `spawning_staging`: the port on which the new version starts."""
    progress: int | None = None
    """Percent of a download; current servers send none."""
    url: str | None = None
    """The URL of a download; current servers send none."""


class Deployment(Answer):
    """What runs after a deployment, an update, a rollback, a start or a restart."""

    formation_id: str
    status: FormationState
    port: int | None = None
    """On the server's machine; None if it isn't known."""
    url: str | None = None
    """The formation's URL, by the address that this client uses."""
    pid: int | None = None
    version: int | None = None
    """The number of the deployment that runs, counted from 1 by the server. It isn't the version in
    the manifest. None if it isn't known, as after a start of a formation that was updated."""
    previous_version: int | None = None
    """The number of the previous deployment, after an update or a rollback."""
    manifest_version: str | None = None
    """The version in the manifest; None if it isn't known."""
    restart_count: int | None = None
    """After a restart: how often it was restarted."""
    changed: bool = True
    """False where `apply` found the same bundle there, or `start` what had started already."""
    message: str | None = None
    health_url: str | None = None
    """Its health endpoint, reached only from the server's machine."""
    deployment_type: Literal["blue-green"] | str | None = None

    @model_validator(mode="before")
    @classmethod
    def _one_name(cls, wire: JsonObject | str) -> JsonObject | str:
        """Give two keys the name that they have in events."""
        if not isinstance(wire, dict):
            return wire
        names = {"id": "formation_id", "new_version": "version"}
        return {names.get(key, key): value for key, value in wire.items()}


class DownloadedFormation(Model):
    """A formation's files, on this machine."""

    path: Path
    """The zip, or the directory that it was unpacked to."""
    size: int
    """Bytes of the zip."""
