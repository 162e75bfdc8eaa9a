"""The typed tree: expressions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sigilc.check.types import Marks, Type
from sigilc.source.records import record
from sigilc.source.spans import Span

if TYPE_CHECKING:
    from sigilc.check.typed_declarations import Constant, Function, Variable, Variant
    from sigilc.check.typed_patterns import Pattern


@record
class Expr:
    """Base of expressions."""

    span: Span
    type: Type


@record
class Literal(Expr):
    """int, float, bool; char as int; `str` for text; `bytes` for byte strings; None for `()`. Durations: ns as int."""

    value: object


@record
class Local(Expr):
    """A variable's value; also a place."""

    variable: Variable


@record
class ConstantRef(Expr):
    """A constant's value."""

    constant: Constant


@record
class FunctionRef(Expr):
    """A function as a value (type FnType)."""

    function: Function
    type_args: tuple[Type, ...] = ()


@record
class InOut(Expr):
    """`&mut place` as an argument, and the receiver of a `mut self` method; `type` is the place's."""

    place: Expr


@record
class Call(Expr):
    """A direct call; `args` follow `function.params` (defaults filled in). In-out parameters get `InOut` arguments.

    So do `*mut T` parameters of foreign functions for `&mut place`; a variadic function has more arguments.
    """

    function: Function
    args: list[Expr]
    type_args: tuple[Type, ...] = ()


@record
class CallValue(Expr):
    """A call of a function value."""

    callee: Expr
    args: list[Expr]


@record
class PointerTo(Expr):
    """An argument's memory for the time of one foreign call: an array's elements, else a copy of the value."""

    value: Expr


@record
class CodePointer(Expr):
    """A function as C calls it (type CFnType); `value` is a FunctionRef."""

    value: Expr


@record
class CallPointer(Expr):
    """A call of a function that C has given (type CFnType); arguments as those of foreign functions."""

    callee: Expr
    args: list[Expr]


@record
class Binary(Expr):
    """`+ - * / % & | ^ << >>` on numbers (`& | ^` also on bool); `== !=` on any type; `< <= > >=` on ordered ones.

    Operands have the same type, but for the amount of a shift.
    """

    op: str
    left: Expr
    right: Expr


@record
class Logic(Expr):
    """`&&` and `||`."""

    op: str
    left: Expr
    right: Expr


@record
class Unary(Expr):
    """`-` and `!`."""

    op: str
    value: Expr


@record
class Cast(Expr):
    """`e as T` between scalars."""

    value: Expr


@record
class MakeTuple(Expr):
    """`(a, b)`."""

    items: list[Expr]


@record
class MakeArray(Expr):
    """`[a, b]`."""

    items: list[Expr]


@record
class RepeatArray(Expr):
    """`[e; n]` as a growable array."""

    value: Expr
    count: Expr


@record
class MakeStruct(Expr):
    """A struct value. `fields[i]` is the i-th declared field, or None where `base` (`..p`) gives it.

    Fields are evaluated in `order` (indices, as written); defaults are filled in and come last; `base` after all.
    """

    fields: list[Expr | None]
    order: list[int]
    base: Expr | None = None


@record
class MakeVariant(Expr):
    """An enum value."""

    variant: Variant
    args: list[Expr]


@record
class MakeRange(Expr):
    """`a..b` or `a..=b` as a value (RangeType)."""

    low: Expr
    high: Expr


@record
class GetField(Expr):
    """Field or slot `index` of a struct, a tuple or an actor's `self`; a place when `value` is one."""

    value: Expr
    index: int


@record
class FaultField(Expr):
    """`why.message`, `.stage`, `.site` (str) or `.cause` (Fault?)."""

    value: Expr
    name: str


@record
class Index(Expr):
    """`xs[i]` of an array; a place. The index has type usize, or any integer type (a negative one is out of bounds)."""

    value: Expr
    index: Expr


@record
class Slice(Expr):
    """`xs[a..b]` of an array or text; None for an open end. A place for arrays (assignment keeps the length)."""

    value: Expr
    low: Expr | None
    high: Expr | None
    inclusive: bool = False


@record
class MapIndex(Expr):
    """`m[k]` (a panic when missing) or `m[k, default: e]`; a place. `default` is evaluated only when k is missing."""

    value: Expr
    key: Expr
    default: Expr | None = None


@record
class Assign(Expr):
    """`place = e`; as the target of `=` a MapIndex inserts. Type UNIT."""

    place: Expr
    value: Expr


@record
class OpAssign(Expr):
    """`place op= e`; `op` without `=`. The place is evaluated once. Type UNIT."""

    op: str
    place: Expr
    value: Expr


@record
class Discard(Expr):
    """`_ = e`, and a value that is dropped: evaluates `value`, gives `()`."""

    value: Expr


@record
class Block(Expr):
    """Statements (expressions and `Let`s), then the block's value, None for `()` or where it never ends.

    The value of a statement is dropped.
    """

    statements: list[Expr]
    value: Expr | None


@record
class Let(Expr):
    """`let P = e`, with `otherwise` (of type `!`) for `let … else`. Type UNIT. `marks` is the written type's, if any."""

    pattern: Pattern
    value: Expr
    otherwise: Expr | None = None
    marks: Marks | None = None


@record
class If(Expr):
    """`if c { } else { }`; without `otherwise` the type is UNIT and the value of `then` is dropped."""

    condition: Expr
    then: Expr
    otherwise: Expr | None


@record
class Arm:
    """An arm of a match. All arms have the match's type or `!`."""

    pattern: Pattern
    guard: Expr | None
    body: Expr
    span: Span


@record
class Match(Expr):
    """`match e { … }`, exhaustive. `if let` is a Match with a wildcard arm. `InOut` as `value` matches a place mutably."""

    value: Expr
    arms: list[Arm]


@record
class LoopLabel:
    """The identity of a loop or labelled block, that `Break` and `Continue` name."""

    name: str


@record
class Loop(Expr):
    """`loop { }`; its value is that of its breaks (type `!` without one). `while` is Loop(If(c, body, break))."""

    label: LoopLabel
    body: Expr


@record
class For(Expr):
    """`for p in e { }` over an array, map (pairs), set, range, or text's `chars()` (an array); evaluated once. UNIT."""

    label: LoopLabel
    pattern: Pattern
    iterable: Expr
    body: Expr


@record
class Break(Expr):
    """`break value`; type `!`."""

    label: LoopLabel
    value: Expr | None


@record
class Continue(Expr):
    """`continue`; type `!`."""

    label: LoopLabel


@record
class Return(Expr):
    """`return e`; type `!`. `value` is None for `()`."""

    value: Expr | None


@record
class Closure(Expr):
    """`|x| e`. `captures` are variables of the enclosing function, copied when the closure is made (kind `let`).

    Inside `body` they are the same Variable objects and read-only. Parameters have kind `param` or `inout`; a
    destructuring parameter is a fresh variable that the body's first Let takes apart.
    """

    params: list[Variable]
    body: Expr
    captures: list[Variable]


@record
class MakeDyn(Expr):
    """A value as a `dyn Trait`, by coercion."""

    value: Expr


@record
class MakeSome(Expr):
    """A present value of `T?`, written or by coercion of a `T`."""

    value: Expr


@record
class MakeNone(Expr):
    """`None` (message None: the text `absent`) or `fail(message, cause: …)`; the fault's site is this expression's span."""

    message: Expr | None
    cause: Expr | None = None


@record
class MakeFaultNone(Expr):
    """An absent value with an existing fault, as `None(why)` or an early return gives it on."""

    fault: Expr


@record
class Default(Expr):
    """`a ?? b`. `value` has type `T?`; the whole has `T`, or `T?` when `otherwise` is a `T?`."""

    value: Expr
    otherwise: Expr


@record
class Try(Expr):
    """`e?`: the payload of `value`, or a return of its fault from the enclosing function (which returns an OptionType)."""

    value: Expr


@record
class Confirm(Expr):
    """`e!`. With `value` of type `T?` (and `unwraps`) absence is a fault; evidence: asserted becomes known (E0302 on reported).

    `keeps_presence` for the stage suffix `!?`, where `type` stays `T?`. `is_stage` when it stands on a stage.
    `message` is the text of `expect("…")`, with which evidence stays as it is (`confirms_trust` False).
    """

    value: Expr
    unwraps: bool
    confirms_trust: bool = True
    is_stage: bool = False
    message: Expr | None = None


@record
class Report(Expr):
    """`e~` : reported from here on. Nothing at run time."""

    value: Expr


@record
class Assert(Expr):
    """`e‽`: reported becomes asserted. `reason` of `assume!("…")`, which is `Confirm(Assert(e))`."""

    value: Expr
    reason: str = ""


@record
class FormatSpec:
    """What stands after `:` in an interpolation. `kind`: `""` display, `?` debug, `x? X?`, or one of `x X o b e E`.

    A width or precision that is an expression is of type `usize`, and is evaluated behind the value.
    """

    fill: str = " "
    align: str = ""         # "", "<", "^", ">"
    sign: bool = False
    alternate: bool = False
    zero: bool = False
    width: int | Expr | None = None
    precision: int | Expr | None = None
    kind: str = ""

    @property
    def measures(self) -> list[Expr]:
        """The expressions among width and precision, in the order in which they are evaluated."""
        return [m for m in (self.width, self.precision) if isinstance(m, Expr)]


@record
class Interpolate(Expr):
    """Text with values in it; a part is a `str` or (expression, spec). Type STR."""

    parts: list[str | tuple[Expr, FormatSpec]]


@record
class Panic(Expr):
    """`panic(text)`; also failed assertions. Type `!`."""

    message: Expr


@record
class CatchPanic(Expr):
    """The block of `assert_panics{ … }`, which runs in place; true when a panic or fault has ended it (type BOOL).

    `captures` are the variables around that it names; it may change those that are mutable.
    """

    body: Expr
    captures: list[Variable]


@record
class Unsafe(Expr):
    """`unsafe { … }`."""

    body: Expr
