"""The HTTP clients that users may pass. They need not have both libraries, nor do type checkers."""

from __future__ import annotations

from typing import Protocol


class HttpClient(Protocol):
    """An `httpx.Client` or an `httpx2.Client`."""

    @property
    def is_closed(self) -> bool: ...

    def build_request(self, method: str, url: str) -> object: ...

    def close(self) -> None: ...


class AsyncHttpClient(Protocol):
    """An `httpx.AsyncClient` or an `httpx2.AsyncClient`."""

    @property
    def is_closed(self) -> bool: ...

    def build_request(self, method: str, url: str) -> object: ...

    async def aclose(self) -> None: ...
