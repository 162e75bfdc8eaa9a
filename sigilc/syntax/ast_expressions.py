"""The nodes of expressions, literals included."""

from __future__ import annotations

import typing

from sigilc.syntax.ast_base import Expr, Node, Pattern, Type

if typing.TYPE_CHECKING:
    from sigilc.syntax.ast_items import AnyBlock
    from sigilc.syntax.ast_stages import StageBody, StageClosure
    from sigilc.syntax.ast_types import TypePath

AnyPath: typing.TypeAlias = "Path | PathName | PathArguments"


class Assign(Node):
    """`target = value`"""

    target: Expr
    value: Expr


class OpAssign(Node):
    """`target += value`; `operator` is `+=`."""

    target: Expr
    operator: str
    value: Expr


class Send(Node):
    """`target <- message`"""

    target: Expr
    message: Expr


class Return(Node):
    """`return value`"""

    value: Expr | None


class Break(Node):
    """`break 'label value`; the label has its quote."""

    label: str | None
    value: Expr | None


class Continue(Node):
    """`continue 'label`"""

    label: str | None


class Yield(Node):
    """`yield value`"""

    value: Expr


class Closure(Node):
    """`|parameters| body`"""

    parameters: list[ClosureParameter]
    body: Expr


class ClosureParameter(Node):
    """`pattern: type`"""

    pattern: Pattern
    type: Type | None


class Default(Node):
    """`value ?? otherwise`"""

    value: Expr
    otherwise: Expr


class Range(Node):
    """`low..high` or `low..=high`"""

    low: Expr
    operator: str
    high: Expr


class RangeFrom(Node):
    """`low..`"""

    low: Expr


class RangeTo(Node):
    """`..high` or `..=high`"""

    operator: str
    high: Expr


class RangeAll(Node):
    """`..`"""


class Binary(Node):
    """`left operator right`"""

    left: Expr
    operator: str
    right: Expr


class Cast(Node):
    """`value as type`"""

    value: Expr
    type: Type


class Unary(Node):
    """`-value`, `!value`, `&value`"""

    operator: str
    value: Expr


class InOut(Node):
    """`&mut value`"""

    value: Expr


class Access(Node):
    """`value.name`; a digit for a slot of a tuple."""

    value: Expr
    name: str


class MethodArguments(Node):
    """`value.name·<arguments>`, before the `(` of a call."""

    value: Expr
    name: str
    arguments: list[Type]


class Index(Node):
    """`value[arguments]`; a Named `default` may be among them."""

    value: Expr
    arguments: list[Expr]


class Await(Node):
    """`value⌛` or `value.await`"""

    value: Expr


class Marked(Node):
    """`value!`: one mark a node."""

    value: Expr
    mark: str


class Call(Node):
    """`callee(arguments)`"""

    callee: Expr
    arguments: list[Expr]


class CallBlock(Node):
    """`callee(arguments) { … }`"""

    callee: Expr
    arguments: list[Expr]
    block: AnyBlock


class Named(Node):
    """`name: value`, as an argument or in a struct literal."""

    name: str
    value: Expr


class Pipe(Node):
    """`value |stage`"""

    value: Expr
    stage: Node


class MarkedStage(Node):
    """`value |stage!`: the mark belongs to the last stage of `value`."""

    value: Expr
    mark: str


class Path(Node):
    """A name."""

    name: str


class PathName(Node):
    """`base·name`"""

    base: AnyPath
    name: str


class PathArguments(Node):
    """`base·<arguments>`"""

    base: AnyPath
    arguments: list[Type]


class StructLiteral(Node):
    """`Point { x: 1.0, y, ..p }`: fields are Named, Shorthand or Update, or RestPattern in the target of an assignment."""

    path: AnyPath
    fields: list[Node]


class BodyCall(Node):
    """`assert_panics{ … }`"""

    path: AnyPath
    body: StageBody | StageClosure


class ImplicitAccess(Node):
    """`.name` in a stage body: a field of `_`."""

    name: str


class Unit(Node):
    """`()`"""


class Paren(Node):
    """`(value)`"""

    value: Expr


class Tuple(Node):
    """`(a, b)`"""

    items: list[Expr]


class Array(Node):
    """`[a, b]`"""

    items: list[Expr]


class Repeat(Node):
    """`[value; count]`"""

    value: Expr
    count: Expr


class Unsafe(Node):
    """`unsafe { … }`"""

    block: AnyBlock


class Loop(Node):
    """`loop { … }`"""

    block: AnyBlock


class While(Node):
    """`while condition { … }`"""

    condition: Expr
    body: AnyBlock


class For(Node):
    """`for pattern in iterable { … }`"""

    pattern: Pattern
    iterable: Expr
    body: AnyBlock


class Labelled(Node):
    """`'label: loop`; the label has its quote."""

    label: str
    loop: Expr


class If(Node):
    """`if condition { … } else …`"""

    condition: Expr
    then: AnyBlock
    otherwise: If | AnyBlock | None


class LetCondition(Node):
    """`let pattern = value` as a condition."""

    pattern: Pattern
    value: Expr


class Match(Node):
    """`match value { arms }`"""

    value: Expr
    arms: list[Arm]


class Arm(Node):
    """`pattern if guard => body`"""

    pattern: Pattern
    guard: Expr | None
    body: Expr


class Spawn(Node):
    """`spawn A { fields }`"""

    type: TypePath
    fields: list[Node]


class SpawnNew(Node):
    """`spawn A(arguments)`"""

    type: TypePath
    arguments: list[Expr]


class StartCall(Node):
    """`async callee(arguments)`"""

    callee: Expr
    arguments: list[Expr]


class Shorthand(Node):
    """`x` in a struct literal."""

    name: str


class Update(Node):
    """`..value` in a struct literal."""

    value: Expr


class Negative(Node):
    """`-1` as the operand of a section."""

    number: Int | Float


class Int(Node):
    """An integer as it is written, suffix included."""

    text: str


class Float(Node):
    """A float as it is written, suffix included."""

    text: str


class Bool(Node):
    """`true` or `false`"""

    text: str


class Char(Node):
    """A character; `text` is its value."""

    text: str


class Duration(Node):
    """`250us`, as it is written."""

    text: str


class Bytes(Node):
    """A byte string; `text` holds characters 0 to 255."""

    text: str


class Byte(Node):
    """`b'x'`; `text` is one character, 0 to 255."""

    text: str


class String(Node):
    """A string without interpolation; `text` is its value."""

    text: str


class Interpolated(Node):
    """A string with interpolations; texts are values."""

    parts: list[str | Interpolation]


class Interpolation(Node):
    """`{value:spec}`"""

    value: Expr | None
    spec: str | None
