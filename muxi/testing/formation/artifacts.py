"""The routes for files of replies (contract A10, B17)."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from pydantic import BaseModel, Field
from starlette.responses import Response

from .artifact_store import File
from .envelopes import ApiError, naive_now, ok, parse_query
from .guards import Route, either
from .state import Call


class Page(BaseModel):
    """The query of `GET /v1/artifacts`."""

    limit: Annotated[int, Field(ge=1, le=100)] = 20


class Choice(BaseModel):
    """The query of `GET /v1/artifacts/{id}/content`."""

    version: Annotated[int, Field(ge=1)] | None = None


async def list_artifacts(call: Call) -> Response:
    """`GET /v1/artifacts`."""
    page, user_id = parse_query(Page, call.request), call.named_user()
    found = [file.shown for file in call.state.artifacts.latest(user_id)]
    shown = found[: page.limit]
    data = {"artifacts": shown, "count": len(shown), "total": len(found)}
    return ok("artifact_list", "artifact.list", data)


async def get(call: Call) -> Response:
    """`GET /v1/artifacts/{id}`."""
    return ok("artifact", "artifact.retrieved", _file(call).shown)


async def versions(call: Call) -> Response:
    """`GET /v1/artifacts/{id}/versions`."""
    file = _file(call)
    found = [each.shown for each in call.state.artifacts.versions(file.user_id, file)]
    data = {"name": file.shown["name"], "versions": found, "count": len(found)}
    return ok("artifact", "artifact.versions.retrieved", data)


async def content(call: Call) -> Response:
    """`GET /v1/artifacts/{id}/content`. It ignores the `Range` header."""
    file = _file(call, parse_query(Choice, call.request).version)
    file.shown["last_accessed_at"] = naive_now()
    name = str(file.shown["name"])
    plain = name.encode("ascii", "replace").decode().replace("?", "_").replace('"', "_")
    headers = {
        "content-disposition": f"inline; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}",
        "x-muxi-artifact-id": file.id,
        "x-muxi-artifact-version": str(file.shown["version"]),
    }
    return Response(file.content, headers=headers, media_type=str(file.shown["content_type"]))


def _file(call: Call, version: int | None = None) -> File:
    name = call.param("artifact_id")
    found = call.state.artifacts.get(call.named_user(), name, version)
    if found is None:
        raise ApiError(404, f"Artifact '{name}' not found", code="NOT_FOUND")
    return found


ROUTES: tuple[Route, ...] = (
    Route("GET", "/artifacts", either, list_artifacts),
    Route("GET", "/artifacts/{artifact_id}", either, get),
    Route("GET", "/artifacts/{artifact_id}/versions", either, versions),
    Route("GET", "/artifacts/{artifact_id}/content", either, content),
)
