"""Names that are imported on first use. This module imports only what Python has loaded already."""

import sys

TYPE_CHECKING = False  # for static tools: importing `typing` is slow

if TYPE_CHECKING:
    from collections.abc import Callable


def attach(
    package: str,
) -> "tuple[Callable[[str], object], Callable[[], list[str]], list[str]]":
    """Return the `__getattr__` (PEP 562), `__dir__` and `__all__` of a package.

    The names are listed once, in the package's `__init__.pyi`, which type checkers and editors
    also read.

    Args:
        package: The package's `__name__`. Each line of its stub that imports a name has the form
            `from .module import Name as Name`.
    """
    module = sys.modules[package]
    stub: bytes = vars(module)["__loader__"].get_data(f"{module.__path__[0]}/__init__.pyi")
    imports = [line.split() for line in stub.decode().splitlines() if line.startswith("from ")]
    homes = {words[3]: words[1][1:] for words in imports}

    def __getattr__(name: str) -> object:
        if name not in homes:
            text = f"module {package!r} has no attribute {name!r}"
            if package != __package__ or name.startswith("_"):
                raise AttributeError(text)
            from ._missing import not_in_package

            raise not_in_package(name, text)
        try:
            found = __import__(homes[name], {"__package__": package}, None, (name,), 1)
        except ImportError as error:
            from ._missing import conflict

            if explanation := conflict():
                raise ImportError(explanation) from error
            raise
        value: object = getattr(found, name)
        setattr(module, name, value)
        return value

    def __dir__() -> "list[str]":
        return sorted({*vars(module), *homes})

    return __getattr__, __dir__, [name for name in homes if not name.startswith("_")]


class LazyModule:
    """A module that is imported when something in it is first used."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, name: str) -> object:
        __import__(self._name)
        value: object = getattr(sys.modules[self._name], name)
        return value
