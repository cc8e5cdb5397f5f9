"""Reads the decoded bytes of a response in chunks of limited size."""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Iterable, Iterator
from contextlib import suppress

import anyio
import httpx

from .cancellation import cancel_at_io

_PIECE = 128 * 1024
HTTP_ERRORS = (httpx.HTTPError, httpx.StreamError)


class _Chunks:
    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self._whole = b"" if response.is_closed else None
        with suppress(httpx.ResponseNotRead):
            self._whole = response.content  # a hook or a mock has already read it
        encoding = response.headers.get("content-encoding", "identity").strip().lower()
        self._encoding = "identity" if self._whole is not None else encoding
        self._is_plain = self._encoding == "identity"
        self._inflater = zlib.decompressobj(wbits=47)
        self._pending = b""

    def _inflate(self) -> bytes:
        """Decompress pending bytes up to the chunk size: a few bytes can expand to a gigabyte."""
        if self._encoding not in ("gzip", "x-gzip", "deflate"):
            raise httpx.DecodingError(f"it is encoded as {self._encoding}")
        try:
            piece = self._inflater.decompress(self._pending, _PIECE)
        except zlib.error as exc:
            raise httpx.DecodingError(str(exc)) from exc
        self._pending = self._inflater.unconsumed_tail
        return piece

    def _take_rest(self) -> bytes | None:
        rest = self._inflater.flush()
        if not self._inflater.eof:
            raise httpx.DecodingError("it ends too early")
        return rest or None


class SyncChunks(_Chunks):
    """The chunks of a response of a sync client."""

    def __init__(self, response: httpx.Response) -> None:
        super().__init__(response)
        # The stream itself, not `iter_raw`: for a small chunk, each generator counts.
        raw = response.stream if self._whole is None else filter(None, (self._whole,))
        assert isinstance(raw, Iterable)
        self._raw: Iterator[bytes] = iter(raw)

    def read(self) -> bytes | None:
        """Return the next chunk; None at the end."""
        if self._is_plain:
            return next(self._raw, None)
        while True:
            if self._pending and (piece := self._inflate()):
                return piece
            if (chunk := next(self._raw, None)) is None:
                return self._take_rest()
            self._pending = chunk

    def close(self) -> None:
        """Close the response."""
        self.response.close()
        self._raw = iter(())


class AsyncChunks(_Chunks):
    """The chunks of a response of an async client."""

    def __init__(self, response: httpx.Response) -> None:
        super().__init__(response)
        self._raw: AsyncIterator[bytes] | None = None
        if self._whole is None:
            assert isinstance(response.stream, AsyncIterable)
            self._raw = aiter(response.stream)

    def read(self) -> Awaitable[bytes | None]:
        """Return the next chunk; None at the end."""
        if self._is_plain and self._raw is not None:
            return cancel_at_io(anext(self._raw, None))
        return self._read_other()

    async def _read_other(self) -> bytes | None:
        if self._raw is None:
            whole, self._whole = self._whole, None
            return whole or None
        while True:
            if self._pending and (piece := self._inflate()):
                return piece
            if (chunk := await cancel_at_io(anext(self._raw, None))) is None:
                return self._take_rest()
            self._pending = chunk

    async def read_to_end(self) -> None:
        """Read and discard the rest."""
        if self._raw is not None:
            while await cancel_at_io(anext(self._raw, None)) is not None:
                pass

    async def close(self) -> None:
        """Close the response in any case."""
        with anyio.CancelScope(shield=True), suppress(*HTTP_ERRORS):
            await cancel_at_io(self.response.aclose())
            # Let the generators below end on the closed connection. Otherwise the event loop would
            # have to finalize them one by one.
            with suppress(RuntimeError):  # another task is running them
                await self.read_to_end()
