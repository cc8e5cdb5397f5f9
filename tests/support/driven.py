"""Use async clients like sync ones: a portal runs what would be awaited."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from anyio.from_thread import BlockingPortal

from muxi._core.resource import Resource


class Driven:
    """An async client, namespace, stream or iterator, driven from a thread without a loop."""

    def __init__(self, portal: BlockingPortal, driven: Any) -> None:
        self._portal = portal
        self._driven = driven
        self._entered: Any = None

    def __repr__(self) -> str:
        return f"<driven {self._driven!r}>"

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._driven, {"close": "aclose"}.get(name, name))
        return self._in_the_loop(found) if callable(found) else self._handed_out(found)

    def __enter__(self) -> Any:
        self._entered = self._portal.wrap_async_context_manager(self._driven)
        return self._handed_out(self._entered.__enter__())

    def __exit__(self, *exc: Any) -> Any:
        return self._entered.__exit__(*exc)

    def __iter__(self) -> Driven:
        return Driven(self._portal, self._portal.call(self._driven.__aiter__))

    def __next__(self) -> Any:
        try:
            return self._handed_out(self._portal.call(self._driven.__anext__))
        except StopAsyncIteration:
            raise StopIteration from None

    def _in_the_loop(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            async def run() -> Any:
                found = function(*args, **kwargs)
                return await found if inspect.iscoroutine(found) else found

            return self._handed_out(self._portal.call(run))

        return call

    def _handed_out(self, found: Any) -> Any:
        is_async = hasattr(found, "__aiter__") or hasattr(found, "__aenter__")
        if is_async or isinstance(found, Resource):
            return Driven(self._portal, found)
        return found
