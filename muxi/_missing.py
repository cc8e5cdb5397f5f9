"""The errors of names that don't exist, with the name that was meant. Loaded when there is one."""

from __future__ import annotations

_BOTH_INSTALLED = (
    "The distributions 'muxi' and 'muxi-client' both install the package 'muxi', and both are "
    "installed here: run 'pip uninstall muxi muxi-client', then 'pip install muxi-client'."
)


def no_attribute(owner: object, name: str) -> AttributeError:
    """Return the error of a name that a client or namespace doesn't have.

    It names the method of this SDK if MUXI's own SDK has one of that name, or else a similar name.
    """
    kind = type(owner)
    text = f"{kind.__name__!r} object has no attribute {name!r}"
    if name.startswith("_"):
        return AttributeError(text)

    from difflib import get_close_matches

    from ._official import FORMATION, SERVER

    tables = {"FormationApi": FORMATION, "ServerApi": SERVER}
    for base in kind.__mro__:
        for old, new in tables.get(base.__name__, {}).items():
            if old.startswith(f"{name}("):
                return AttributeError(f"{text}. In this SDK it is {new}.")
    public = [one for one in dir(kind) if not one.startswith("_")]
    similar = get_close_matches(name, public, n=1, cutoff=0.7)
    return AttributeError(f"{text}. Did you mean {similar[0]!r}?" if similar else text)


def not_in_package(name: str, text: str) -> AttributeError:
    """Return the error of a name that the package `muxi` doesn't have."""
    from ._official import MODULE

    if name not in MODULE:
        return AttributeError(text)
    hint = f"In this SDK it is {MODULE[name]}."
    return AttributeError(" ".join([f"{text}.", hint, *filter(None, [conflict()])]))


def conflict() -> str | None:
    """Return a sentence about it if MUXI's own SDK is installed beside this one, in its files."""
    from importlib.metadata import PackageNotFoundError, files

    try:
        installed = files("muxi") or []
    except PackageNotFoundError:
        return None
    return _BOTH_INSTALLED if any(str(one) == "muxi/__init__.py" for one in installed) else None
