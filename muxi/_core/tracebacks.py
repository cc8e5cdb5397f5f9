"""Shortens tracebacks to the caller's own lines and the method that was called."""

from __future__ import annotations

from ..errors import MuxiError
from .options import Options


def trimmed(error: MuxiError, options: Options) -> MuxiError:
    """Remove the SDK's frames from an error and its causes, unless `debug` is on."""
    one: BaseException | None = None if options.debug else error
    while one is not None:
        one.__traceback__ = None
        one = one.__cause__
    return error
