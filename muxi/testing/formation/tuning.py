"""Tuning: the guidance that a formation learns (contract B22)."""

from __future__ import annotations

from pydantic import BaseModel
from starlette.responses import Response

from .envelopes import ApiError, ok, parse
from .guards import Route, admin
from .settings_store import Guidance
from .state import Call

_LIMIT = 32_768
_RUN: dict[str, object] = {
    "trigger": "manual",
    "events_read": 0,
    "segments_read": 0,
    "entries_written": 0,
    "dropped_sentences": 0,
    "spool_committed": False,
    "spool_segments_kept": True,
    "benchmark_suites_run": [],
    "benchmark_skipped": "an emulator has no benchmarks",
    "duration_ms": 0.5,
}


class Replacement(BaseModel):
    """The body of `POST /v1/tuning`."""

    content: str


async def get(call: Call) -> Response:
    """`GET /v1/tuning`."""
    kept = call.state.guidance
    return ok("tuning", "tuning.retrieved", {"content": kept.live, "path": kept.path})


async def replace(call: Call) -> Response:
    """`POST /v1/tuning`."""
    text = parse(Replacement, call.body).content
    size = len(text.encode())
    if size > _LIMIT:
        problem = f"MUXI.md has {size} bytes, {_LIMIT} are allowed"
        raise ApiError(413, problem, code="TUNING_CONTENT_TOO_LARGE")
    call.state.guidance.write(text)
    return ok("tuning", "tuning.updated", {"path": call.state.guidance.PATH, "bytes": size})


async def get_pending(call: Call) -> Response:
    """`GET /v1/tuning/pending`."""
    kept = call.state.guidance
    data = {"content": kept.pending, "path": kept.PENDING_PATH}
    return ok("tuning", "tuning.pending.retrieved", data)


async def apply_pending(call: Call) -> Response:
    """`PATCH /v1/tuning/pending`."""
    kept = _pending(call, "apply")
    kept.apply()
    data = {"path": kept.PATH, "learnings_activated": 0}
    return ok("tuning", "tuning.pending.applied", data)


async def dismiss_pending(call: Call) -> Response:
    """`DELETE /v1/tuning/pending`."""
    _pending(call, "dismiss").dismiss()
    return ok("tuning", "tuning.pending.dismissed", {"learnings_dismissed": 0})


async def run(call: Call) -> Response:
    """`POST /v1/tuning/run`. It never learns anything."""
    return ok("tuning_run", "tuning.run.completed", _RUN)


def _pending(call: Call, verb: str) -> Guidance:
    if call.state.guidance.pending is None:
        text = f"No pending MUXI.md suggestion to {verb}"
        raise ApiError(404, text, code="TUNING_NO_PENDING")
    return call.state.guidance


ROUTES: tuple[Route, ...] = (
    Route("GET", "/tuning", admin, get),
    Route("POST", "/tuning", admin, replace),
    Route("GET", "/tuning/pending", admin, get_pending),
    Route("PATCH", "/tuning/pending", admin, apply_pending, parses_body=False),
    Route("DELETE", "/tuning/pending", admin, dismiss_pending),
    Route("POST", "/tuning/run", admin, run, parses_body=False),
)
