"""Shows methods in the API reference as users of a sync client call them.

A method is written as a function that returns a description, such as `Call[m.Session]`. A decorator
makes the method of it. The reference shows what the method returns: `Session`.
"""

from __future__ import annotations

from griffe import (
    Attribute,
    Expr,
    ExprAttribute,
    ExprCall,
    ExprName,
    ExprSubscript,
    Extension,
    Function,
)

_RETURNED = {"Call": None, "Flow": None, "Pages": "Iterator", "StreamCall": "Stream"}


class Endpoints(Extension):
    """Replaces return types that are descriptions, and shows namespaces with their class."""

    def on_attribute(self, *, attr: Attribute, **kwargs: object) -> None:
        """Show `chat = Namespace(Chat)` as `chat: Chat`."""
        if isinstance(attr.value, ExprCall) and str(attr.value.function) == "Namespace":
            attr.annotation, attr.value = attr.value.arguments[0], None

    def on_function(self, *, func: Function, **kwargs: object) -> None:
        """Show what the method returns."""
        described = func.returns
        if not isinstance(described, ExprSubscript) or str(described.left) not in _RETURNED:
            return
        name = _RETURNED[str(described.left)]
        func.returns = (
            _without_modules(described.slice)
            if name is None
            else ExprSubscript(ExprName(name), _without_modules(described.slice))
        )


def _without_modules(expression: str | Expr) -> str | Expr:
    """`m.Session` as `Session`, anywhere in an expression."""
    if isinstance(expression, ExprAttribute):
        return expression.last
    if isinstance(expression, Expr):
        for name, part in vars(expression).items():
            if isinstance(part, Expr):
                setattr(expression, name, _without_modules(part))
            elif isinstance(part, list):
                setattr(expression, name, [_without_modules(one) for one in part])
    return expression
