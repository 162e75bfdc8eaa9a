"""The nodes of statements and items."""

from __future__ import annotations

import pickle
import typing
from typing import Any

from sigilc.syntax.ast_base import Expr, Node, Pattern, Type

AnyBlock: typing.TypeAlias = "Block | DiscardingBlock"


class Block(Node):
    """Statements; the value of the last one is the value of the block."""

    statements: list[Node]


class DiscardingBlock(Node):
    """Statements of which the last one ends in `;`: the value is `()`."""

    statements: list[Node]


class Error(Node):
    """Text that could not be understood; an error has been reported."""


class Let(Node):
    """`let pattern: type = value else { otherwise }`"""

    pattern: Pattern
    type: Type | None
    value: Expr
    otherwise: AnyBlock | None


class Attributed(Node):
    """`#[attributes] item`; an item, a field, a variant or a member."""

    attributes: list[AttributeEntry]
    item: Node


class Public(Node):
    """`pub item`; an item, a field or a member."""

    item: Node


class AttributeEntry(Node):
    """One entry of `#[…]`: `name` or `name(arguments)`."""

    name: str
    arguments: list[Expr] | None


class Fn(Node):
    """A function with its body."""

    signature: Signature
    body: AnyBlock


class KeptBody:
    """The body of a function in a tree from the cache, folded up: a pickle of it."""

    __slots__ = ("content",)

    def __init__(self, content: bytes):
        self.content = content

    def __reduce__(self) -> tuple[type, tuple[bytes]]:
        return KeptBody, (self.content,)


class BodyField:
    """The field `Fn.body`, which unfolds a kept body when it is first read; `slot` holds the one or the other."""

    def __init__(self, slot: Any):
        self.slot = slot

    def __get__(self, function: Fn, cls: type[Fn]) -> Any:
        body = self.slot.__get__(function, cls)
        if body.__class__ is KeptBody:
            body = pickle.loads(body.content)
            self.slot.__set__(function, body)
        return body

    def __set__(self, function: Fn, body: Any) -> None:
        self.slot.__set__(function, body)


setattr(Fn, "body", BodyField(Fn.__dict__["body"]))     # noqa: B010 (a type checker sees the field as it was)


class Never(Node):
    """`!` as a result."""


class Signature(Node):
    """`qualifiers fn name<generics>(parameters) -> result where …`; `extern "C"` is one qualifier."""

    qualifiers: list[str]
    name: str
    generics: list[Generic] | None
    parameters: list[Node]
    result: Type | None
    where: list[WhereBound] | None


class Parameter(Node):
    """`pattern: type = default`; `self` is a Path."""

    pattern: Pattern
    type: Type | None
    default: Expr | None


class SelfReference(Node):
    """`&self`, `&mut self`; `mutable` is `mut` or None."""

    mutable: str | None
    name: str


class FurtherParameters(Node):
    """`...`: a foreign function takes any further arguments."""


class AttributedParameter(Node):
    """`#[attributes] parameter`"""

    attributes: list[AttributeEntry]
    parameter: Node


class Generic(Node):
    """`name: bounds = default` in `<…>`."""

    name: str
    bounds: list[Type] | None
    default: Type | None


class WhereBound(Node):
    """`type: bounds` after `where`."""

    type: Type
    bounds: list[Type]


class Struct(Node):
    """`struct Marker`"""

    name: str
    generics: list[Generic] | None
    evidence: str


class TupleStruct(Node):
    """`struct Id(pub u64)`: each of `types` is a type, or Public of one."""

    name: str
    generics: list[Generic] | None
    evidence: str
    types: list[Node]


class RecordStruct(Node):
    """`struct Point { x: f64, y: f64 }`"""

    name: str
    generics: list[Generic] | None
    evidence: str
    where: list[WhereBound] | None
    fields: list[Node]


class Union(Node):
    """`union U { a: u32, b: f32 }`"""

    name: str
    generics: list[Generic] | None
    fields: list[Node]


class Field(Node):
    """`name~: type = default`, in a struct, a variant or an actor."""

    name: str
    evidence: str
    type: Type
    default: Expr | None


class Enum(Node):
    """`enum Shape { … }`"""

    name: str
    generics: list[Generic] | None
    evidence: str
    where: list[WhereBound] | None
    variants: list[Node]


class Variant(Node):
    """`Unit` or `Unit = 3`"""

    name: str
    value: Expr | None


class TupleVariant(Node):
    """`Circle(f64)`"""

    name: str
    types: list[Type]


class RecordVariant(Node):
    """`Rect { w: f64, h: f64 }`"""

    name: str
    fields: list[Node]


class Actor(Node):
    """`actor Counter<T> { members }`"""

    name: str
    generics: list[Generic] | None
    where: list[WhereBound] | None
    members: list[Node]


class On(Node):
    """`on Add(n: i64) -> i64 { … }`; `parameters` is None without parentheses."""

    name: str
    parameters: list[Node] | None
    result: Type | None
    body: AnyBlock


class Trait(Node):
    """`trait Shape: Display { … }`"""

    name: str
    generics: list[Generic] | None
    bounds: list[Type] | None
    where: list[WhereBound] | None
    items: list[Node]


class Impl(Node):
    """`impl type { … }`, or `impl type for target { … }`, where `type` is the trait."""

    generics: list[Generic] | None
    type: Type
    target: Type | None
    where: list[WhereBound] | None
    items: list[Node]


class Extern(Node):
    """`extern "C" { … }`"""

    abi: str
    items: list[Node]


class TypeAlias(Node):
    """`type Name<T> = [T]`; in traits `type Item: Eq`."""

    name: str
    generics: list[Generic] | None
    bounds: list[Type] | None
    type: Type | None


class Constant(Node):
    """`const N: usize = 16`"""

    name: str
    type: Type
    value: Expr | None


class Mod(Node):
    """`mod name` or `mod name { … }`"""

    name: str
    body: AnyBlock | None


class Use(Node):
    """`use tree`"""

    tree: Node


class UseName(Node):
    """`std·fs`"""

    path: list[str]


class UseAs(Node):
    """`path as name`"""

    path: list[str]
    name: str


class UseAll(Node):
    """`path·*`"""

    path: list[str]


class UseGroup(Node):
    """`path·{trees}`"""

    path: list[str]
    trees: list[Node]
