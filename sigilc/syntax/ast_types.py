"""The nodes of types and patterns."""

from __future__ import annotations

import typing

from sigilc.syntax.ast_base import Expr, Node, Pattern, Type

if typing.TYPE_CHECKING:
    from sigilc.syntax.ast_expressions import AnyPath, Float, Int


class TypePath(Node):
    """`base·name<arguments>`"""

    base: TypePath | None
    name: str
    arguments: list[Type] | None


class Associated(Node):
    """`Item = T` among type arguments."""

    name: str
    type: Type


class MarkedType(Node):
    """`T!`, `T~`, `T?`, `T‽`: one mark a node."""

    type: Type
    mark: str


class ListType(Node):
    """`[T]`"""

    type: Type


class ArrayType(Node):
    """`[T; N]`"""

    type: Type
    size: Expr


class UnitType(Node):
    """`()`"""


class ParenType(Node):
    """`(T)`"""

    type: Type


class TupleType(Node):
    """`(A, B)`"""

    types: list[Type]


class DynType(Node):
    """`dyn Shape`"""

    path: TypePath


class FunctionType(Node):
    """`extern "C" fn(A, B) -> C`"""

    abi: str | None
    types: list[Type]
    result: Type | None


class ReferenceType(Node):
    """`&T`, `&mut T`; `mutable` is `mut` or None."""

    mutable: str | None
    type: Type


class InOutType(Node):
    """`mut T`, of a parameter in the type of a function"""

    mutable: str
    type: Type


class PointerType(Node):
    """`*T`, `*mut T`, `*const T`"""

    kind: str | None
    type: Type


class OrPattern(Node):
    """`A | B`"""

    patterns: list[Pattern]


class MutPattern(Node):
    """`mut name~`"""

    name: str
    evidence: str


class AtPattern(Node):
    """`name @ pattern`"""

    path: AnyPath
    pattern: Pattern


class VariantPattern(Node):
    """`Some(p)`"""

    path: AnyPath
    patterns: list[Pattern]


class StructPattern(Node):
    """`Point { x, y: p, .. }`"""

    path: AnyPath
    fields: list[Node]


class UnitPattern(Node):
    """`()`"""


class ParenPattern(Node):
    """`(p)`"""

    pattern: Pattern


class TuplePattern(Node):
    """`(a, b)`"""

    patterns: list[Pattern]


class SlicePattern(Node):
    """`[a, ..mid, z]`"""

    patterns: list[Pattern]


class RestPattern(Node):
    """`..` or `..name`"""

    name: str | None


class RangePattern(Node):
    """`a..=b`"""

    low: Node
    operator: str
    high: Node


class FromPattern(Node):
    """`a..`"""

    low: Node


class ToPattern(Node):
    """`..=b`"""

    high: Node


class MarkedPattern(Node):
    """`p~`: one mark a node."""

    pattern: Pattern
    mark: str


class NegativePattern(Node):
    """`-1`"""

    number: Int | Float


class FieldPattern(Node):
    """`x` in a struct pattern."""

    name: str
    evidence: str


class NamedPattern(Node):
    """`x: p` in a struct pattern."""

    name: str
    pattern: Pattern
