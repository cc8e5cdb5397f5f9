"""One call, as the handlers of the control plane get it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.datastructures import Headers, QueryParams
from starlette.responses import Response

from .registry import Registry
from .runs import Done, Failed, Run
from .uploads import Upload


@dataclass(frozen=True)
class Call:
    """One request. Its signature is already checked."""

    registry: Registry
    headers: Headers
    query: QueryParams
    upload: Upload
    formation_id: str

    @property
    def streamed(self) -> bool:
        """Whether the client asked for an event stream."""
        return "text/event-stream" in self.headers.get("accept", "")

    @property
    def version(self) -> str:
        """The version of the bundle, from the header."""
        return self.headers.get("x-formation-version") or "1.0.0"

    async def work(self, run: Run, job: Callable[[], Awaitable[Done]]) -> Response:
        """Start an operation in the background, and return the response to the caller."""
        self.registry.begin(run.work(job))
        return await run.answer(streamed=self.streamed)

    async def bundle(self, too_slow: str) -> bytes | None:
        """Return the uploaded bytes, or None if a fault cuts the connection before the upload.

        Args:
            too_slow: The message of the error if the upload takes too long.
        """
        fault = self.registry.behavior.fault("upload")
        if fault is not None:
            await asyncio.sleep(fault.delay)
            if fault.cut:
                return None
        timeout = self.registry.behavior.upload_timeout
        try:
            return await asyncio.wait_for(self.upload.read(), timeout)
        except asyncio.TimeoutError:
            raise Failed("UploadError", too_slow, 500) from None


Handler = Callable[[Call], Awaitable[Response]]
