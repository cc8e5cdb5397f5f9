"""An emulator of MUXI for tests: a MUXI Server and its formations on loopback sockets.

    with Emulator() as emulator:
        os.environ.update(emulator.environ)
        emulator.reply("Hello!")

pytest has it as the fixture `muxi_emulator`. `python -m muxi.testing` runs it from a shell.
"""

from .._lazy import attach as _attach

_found, __dir__, __all__ = _attach(__name__)


def __getattr__(name: str) -> object:
    try:
        return _found(name)
    except ModuleNotFoundError as missing:
        if (missing.name or "").partition(".")[0] not in ("starlette", "uvicorn", "yaml"):
            raise
        text = f"muxi.testing.{name} needs an extra: pip install 'muxi-client[testing]'"
        raise ImportError(text) from None
