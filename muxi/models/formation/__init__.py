"""The models of the Formation API, one module for each noun, imported on first use."""

from ..._lazy import attach as _attach

__getattr__, __dir__, __all__ = _attach(__name__)
