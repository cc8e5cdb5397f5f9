"""Keeps what users see of an error to their own line and the method that they called."""

from __future__ import annotations

from ..errors import MuxiError
from .options import Options


def trimmed(error: MuxiError, options: Options) -> MuxiError:
    """Take our frames from an error, and from its causes; with `debug` they stay."""
    one: BaseException | None = None if options.debug else error
    while one is not None:
        one.__traceback__ = None
        one = one.__cause__
    return error
