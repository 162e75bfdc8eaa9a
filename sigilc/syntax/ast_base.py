"""What all nodes of the syntax tree have: slots, a span, equality of structure."""

from __future__ import annotations

from typing import Any, ClassVar, TypeAlias, dataclass_transform

__all__ = ["Expr", "Node", "Pattern", "Type"]


@dataclass_transform(eq_default=False)
class NodeClass(type):
    """Makes slots and a constructor from the annotations: `Let(start, end, pattern, type, value, otherwise)`.

    As many slotted dataclasses would take 35 ms at import; these take 8.
    """

    def __new__(mcs, name: str, bases: tuple[type, ...], scope: dict[str, Any]) -> NodeClass:
        """Adds what a class statement leaves out."""
        fields = tuple(f for f, hint in scope.get("__annotations__", {}).items() if not hint.startswith("ClassVar"))
        every = fields if not bases else ("start", "end", *fields)
        source = f"def __init__(self, {', '.join(every)}): {'; '.join(f'self.{f} = {f}' for f in every)}"
        exec(source, {}, scope)
        scope["__slots__"] = fields
        scope["__match_args__"] = every
        scope["field_names"] = fields if bases else ()
        return super().__new__(mcs, name, bases, scope)


class Node(metaclass=NodeClass):
    """A node and its span: code points `start` to `end` (exclusive, 0-based). Equality ignores spans."""

    start: int
    end: int
    field_names: ClassVar[tuple[str, ...]]

    def __eq__(self, other: object) -> bool:
        if type(self) is not type(other):
            return NotImplemented
        return all(getattr(self, f) == getattr(other, f) for f in self.field_names)

    __hash__ = None  # type: ignore[assignment]

    def __reduce__(self) -> tuple[type, tuple[Any, ...]]:
        return type(self), (self.start, self.end, *[getattr(self, f) for f in self.field_names])

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{f}={getattr(self, f)!r}' for f in self.field_names)})"


# What a field holds, for the reader: each has many classes.
Expr: TypeAlias = Node
Type: TypeAlias = Node
Pattern: TypeAlias = Node
