"""Names that a package imports on first use (PEP 562). Imports next to nothing itself."""

import sys

TYPE_CHECKING = False

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def lazy(
    package: str, names: "Mapping[str, str]"
) -> "tuple[Callable[[str], object], Callable[[], list[str]]]":
    """The `__getattr__` and `__dir__` of a package whose names live in submodules.

    Args:
        package: The package's `__name__`.
        names: Each submodule with the names to take from it, space-separated.
    """
    homes = {name: home for home, group in names.items() for name in group.split()}

    def __getattr__(name: str) -> object:
        if name not in homes:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        module = __import__(homes[name], {"__package__": package}, None, (name,), 1)
        value: object = getattr(module, name)
        setattr(sys.modules[package], name, value)
        return value

    def __dir__() -> "list[str]":
        return sorted({*vars(sys.modules[package]), *homes})

    return __getattr__, __dir__
