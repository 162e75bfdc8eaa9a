"""The typed tree: all that `evidence` and `lower` may read of a program.

Names are resolved, pipelines elaborated, lifting decided, holes and implicit fields replaced by variables. Every
expression has `span` and `type`; types may contain `ParamType` inside generic functions (lowering replaces them) but
never an `InferVar` once `check` has succeeded. Nodes have no behaviour.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from sigilc.check.types import Marks, ParamType, Type
from sigilc.source.files import SourceFile
from sigilc.source.spans import Span

# ---- Declarations ----------------------------------------------------------------------------------------------------


@dataclass(eq=False, slots=True)
class Variable:
    """A local: of a `let`, a pattern, a parameter or a stage.

    `kind`: `let` (also what patterns and stages bind), `param` (a view), `inout` (a place of the caller's).
    `mutable` variables may be assigned; `marks` is the evidence annotation, None where there is none.
    """

    name: str
    type: Type
    span: Span
    kind: str = "let"
    mutable: bool = False
    marks: Marks | None = None


@dataclass(eq=False, slots=True)
class Field:
    """A field of a struct, of an enum variant (named by its index where it has no name) or of an actor."""

    name: str
    type: Type
    span: Span
    marks: Marks | None = None
    default: Expr | None = None
    is_public: bool = False


@dataclass(eq=False, slots=True)
class StructDecl:
    """A struct. `mark` is that of `struct Name~`; `is_tuple` for `struct Id(u64)` and `struct Marker`."""

    name: str
    span: Span
    type_params: tuple[ParamType, ...] = ()
    fields: list[Field] = field(default_factory=list)
    mark: str = ""
    is_tuple: bool = False


@dataclass(eq=False, slots=True)
class Variant:
    """A variant of an enum; `discriminant` is its number. `has_names` for `Rect { w: f64 }`."""

    name: str
    index: int
    span: Span
    fields: list[Field] = field(default_factory=list)
    has_names: bool = False
    discriminant: int = 0


@dataclass(eq=False, slots=True)
class EnumDecl:
    """An enum."""

    name: str
    span: Span
    type_params: tuple[ParamType, ...] = ()
    variants: list[Variant] = field(default_factory=list)
    mark: str = ""


@dataclass(eq=False, slots=True)
class Handler:
    """`on Name(params) -> R { … }`. `function.params[0]` is `self` (kind `inout`); `has_reply` when `->` is written.

    `index` numbers the handlers of an actor. The reply's type is `function.result`.
    """

    name: str
    index: int
    function: Function
    has_reply: bool


@dataclass(eq=False, slots=True)
class ActorDecl:
    """An actor: its state's fields, helper functions and handlers. Inside it, `self` has type `StructType(state)`."""

    name: str
    span: Span
    state: StructDecl
    handlers: list[Handler] = field(default_factory=list)


@dataclass(eq=False, slots=True)
class Function:
    """A function, method, handler or foreign function.

    name         qualified and unique: `quote·calculate`, `Point·area`, `Counter·Add`, `str·trim`
    params       Variables of kind `param` or `inout`; a method's first is `self`
    result       its type; `result_marks` None when unmarked, so that evidence is whatever flows there
    body         None for intrinsics, foreign functions and trait requirements
    intrinsic    the name of the operation that `lower` knows (stdlib only), or ""
    foreign      the C symbol of an `extern "C"` function, or ""
    export       the C symbol of an `#[export]` function, or ""
    trusted_caller   reason of `#[trusted_caller("…")]`, or ""
    requirement  the trait's method that this one implements, if any
    """

    name: str
    span: Span
    type_params: tuple[ParamType, ...] = ()
    params: list[Variable] = field(default_factory=list)
    result: Type = None  # type: ignore[assignment]
    result_marks: Marks | None = None
    body: Expr | None = None
    intrinsic: str = ""
    foreign: str = ""
    export: str = ""
    trusted_caller: str = ""
    is_public: bool = False
    actor: ActorDecl | None = None
    result_span: Span | None = None     # of the written result type
    requirement: Function | None = None


@dataclass(eq=False, slots=True)
class Constant:
    """`const N: T = …`; the value is an expression without effects, lowered where it is used."""

    name: str
    type: Type
    value: Expr
    span: Span
    marks: Marks | None = None


@dataclass(eq=False, slots=True)
class TypedProgram:
    """Everything that was declared and checked. `main` is None for a library.

    `libraries` are the names of `#[link(name = "…")]`; `imports` the files besides the program's own that were read for
    it, those of the standard library left out: when one of them changes, a cached executable is stale.
    """

    functions: list[Function]
    structs: list[StructDecl]
    enums: list[EnumDecl]
    actors: list[ActorDecl]
    constants: list[Constant]
    main: Function | None
    imports: list[SourceFile] = field(default_factory=list)
    libraries: list[str] = field(default_factory=list)


# ---- Patterns ---------------------------------------------------------------------------------------------------------


@dataclass(eq=False, slots=True)
class Pattern:
    """Base of patterns; `type` is the type of what is matched."""

    span: Span
    type: Type


@dataclass(eq=False, slots=True)
class WildPattern(Pattern):
    """`_`, and `..` in tuples (repeated as often as needed)."""


@dataclass(eq=False, slots=True)
class BindPattern(Pattern):
    """`name` or `name @ sub`; marks are on the variable. Matching `&mut place`, the variable has kind `inout`."""

    variable: Variable
    sub: Pattern | None = None


@dataclass(eq=False, slots=True)
class ConstPattern(Pattern):
    """A literal: int, float, bool, `str` (text), bytes, or a char (int code point; type CHAR)."""

    value: object


@dataclass(eq=False, slots=True)
class RangePattern(Pattern):
    """`a..=b`, `a..`, `..=b` over integers, chars; both ends inclusive, None for open."""

    low: int | None
    high: int | None


@dataclass(eq=False, slots=True)
class TuplePattern(Pattern):
    """One pattern a slot."""

    items: list[Pattern]


@dataclass(eq=False, slots=True)
class StructPattern(Pattern):
    """Patterns for the fields named, by index; the others are not looked at."""

    fields: list[tuple[int, Pattern]]


@dataclass(eq=False, slots=True)
class VariantPattern(Pattern):
    """A variant with patterns for its payload's fields, by index."""

    variant: Variant
    fields: list[tuple[int, Pattern]]


@dataclass(eq=False, slots=True)
class SomePattern(Pattern):
    """`Some(p)`."""

    item: Pattern


@dataclass(eq=False, slots=True)
class NonePattern(Pattern):
    """`None` or `None(why)`; `why` has type Fault, its message is reported."""

    why: Variable | None


@dataclass(eq=False, slots=True)
class OrPattern(Pattern):
    """Alternatives; all bind the same Variable objects."""

    alternatives: list[Pattern]


# ---- Expressions ------------------------------------------------------------------------------------------------------


@dataclass(eq=False, slots=True)
class Expr:
    """Base of expressions."""

    span: Span
    type: Type


@dataclass(eq=False, slots=True)
class Literal(Expr):
    """int, float, bool; char as int; `str` for text; `bytes` for byte strings; None for `()`. Durations: ns as int."""

    value: object


@dataclass(eq=False, slots=True)
class Local(Expr):
    """A variable's value; also a place."""

    variable: Variable


@dataclass(eq=False, slots=True)
class ConstantRef(Expr):
    """A constant's value."""

    constant: Constant


@dataclass(eq=False, slots=True)
class FunctionRef(Expr):
    """A function as a value (type FnType)."""

    function: Function
    type_args: tuple[Type, ...] = ()


@dataclass(eq=False, slots=True)
class InOut(Expr):
    """`&mut place` as an argument, and the receiver of a `mut self` method; `type` is the place's."""

    place: Expr


@dataclass(eq=False, slots=True)
class Call(Expr):
    """A direct call; `args` follow `function.params` (defaults filled in). In-out parameters get `InOut` arguments."""

    function: Function
    args: list[Expr]
    type_args: tuple[Type, ...] = ()


@dataclass(eq=False, slots=True)
class CallValue(Expr):
    """A call of a function value."""

    callee: Expr
    args: list[Expr]


@dataclass(eq=False, slots=True)
class Binary(Expr):
    """`+ - * / % & | ^ << >>` on numbers (`& | ^` also on bool); `== !=` on any type; `< <= > >=` on ordered ones.

    Operands have the same type, but for the amount of a shift.
    """

    op: str
    left: Expr
    right: Expr


@dataclass(eq=False, slots=True)
class Logic(Expr):
    """`&&` and `||`."""

    op: str
    left: Expr
    right: Expr


@dataclass(eq=False, slots=True)
class Unary(Expr):
    """`-` and `!`."""

    op: str
    value: Expr


@dataclass(eq=False, slots=True)
class Cast(Expr):
    """`e as T` between scalars."""

    value: Expr


@dataclass(eq=False, slots=True)
class MakeTuple(Expr):
    """`(a, b)`."""

    items: list[Expr]


@dataclass(eq=False, slots=True)
class MakeArray(Expr):
    """`[a, b]`."""

    items: list[Expr]


@dataclass(eq=False, slots=True)
class RepeatArray(Expr):
    """`[e; n]` as a growable array."""

    value: Expr
    count: Expr


@dataclass(eq=False, slots=True)
class MakeStruct(Expr):
    """A struct value. `fields[i]` is the i-th declared field, or None where `base` (`..p`) gives it.

    Fields are evaluated in `order` (indices, as written); defaults are filled in and come last; `base` after all.
    """

    fields: list[Expr | None]
    order: list[int]
    base: Expr | None = None


@dataclass(eq=False, slots=True)
class MakeVariant(Expr):
    """An enum value."""

    variant: Variant
    args: list[Expr]


@dataclass(eq=False, slots=True)
class MakeRange(Expr):
    """`a..b` or `a..=b` as a value (RangeType)."""

    low: Expr
    high: Expr


@dataclass(eq=False, slots=True)
class GetField(Expr):
    """Field or slot `index` of a struct, a tuple or an actor's `self`; a place when `value` is one."""

    value: Expr
    index: int


@dataclass(eq=False, slots=True)
class FaultField(Expr):
    """`why.message`, `.stage`, `.site` (str) or `.cause` (Fault?)."""

    value: Expr
    name: str


@dataclass(eq=False, slots=True)
class Index(Expr):
    """`xs[i]` of an array; a place. The index has type usize, or any integer type (a negative one is out of bounds)."""

    value: Expr
    index: Expr


@dataclass(eq=False, slots=True)
class Slice(Expr):
    """`xs[a..b]` of an array or text; None for an open end. A place for arrays (assignment keeps the length)."""

    value: Expr
    low: Expr | None
    high: Expr | None
    inclusive: bool = False


@dataclass(eq=False, slots=True)
class MapIndex(Expr):
    """`m[k]` (a panic when missing) or `m[k, default: e]`; a place. `default` is evaluated only when k is missing."""

    value: Expr
    key: Expr
    default: Expr | None = None


@dataclass(eq=False, slots=True)
class Assign(Expr):
    """`place = e`; as the target of `=` a MapIndex inserts. Type UNIT."""

    place: Expr
    value: Expr


@dataclass(eq=False, slots=True)
class OpAssign(Expr):
    """`place op= e`; `op` without `=`. The place is evaluated once. Type UNIT."""

    op: str
    place: Expr
    value: Expr


@dataclass(eq=False, slots=True)
class Discard(Expr):
    """`_ = e`, and a value that is dropped: evaluates `value`, gives `()`."""

    value: Expr


@dataclass(eq=False, slots=True)
class Block(Expr):
    """Statements (expressions and `Let`s), then the block's value, None for `()` or where it never ends.

    The value of a statement is dropped.
    """

    statements: list[Expr]
    value: Expr | None


@dataclass(eq=False, slots=True)
class Let(Expr):
    """`let P = e`, with `otherwise` (of type `!`) for `let … else`. Type UNIT. `marks` is the written type's, if any."""

    pattern: Pattern
    value: Expr
    otherwise: Expr | None = None
    marks: Marks | None = None


@dataclass(eq=False, slots=True)
class If(Expr):
    """`if c { } else { }`; without `otherwise` the type is UNIT and the value of `then` is dropped."""

    condition: Expr
    then: Expr
    otherwise: Expr | None


@dataclass(eq=False, slots=True)
class Arm:
    """An arm of a match. All arms have the match's type or `!`."""

    pattern: Pattern
    guard: Expr | None
    body: Expr
    span: Span


@dataclass(eq=False, slots=True)
class Match(Expr):
    """`match e { … }`, exhaustive. `if let` is a Match with a wildcard arm. `InOut` as `value` matches a place mutably."""

    value: Expr
    arms: list[Arm]


@dataclass(eq=False, slots=True)
class LoopLabel:
    """The identity of a loop or labelled block, that `Break` and `Continue` name."""

    name: str


@dataclass(eq=False, slots=True)
class Loop(Expr):
    """`loop { }`; its value is that of its breaks (type `!` without one). `while` is Loop(If(c, body, break))."""

    label: LoopLabel
    body: Expr


@dataclass(eq=False, slots=True)
class For(Expr):
    """`for p in e { }` over an array, map (pairs), set, range, or text's `chars()` (an array); evaluated once. UNIT."""

    label: LoopLabel
    pattern: Pattern
    iterable: Expr
    body: Expr


@dataclass(eq=False, slots=True)
class Break(Expr):
    """`break value`; type `!`."""

    label: LoopLabel
    value: Expr | None


@dataclass(eq=False, slots=True)
class Continue(Expr):
    """`continue`; type `!`."""

    label: LoopLabel


@dataclass(eq=False, slots=True)
class Return(Expr):
    """`return e`; type `!`. `value` is None for `()`."""

    value: Expr | None


@dataclass(eq=False, slots=True)
class Closure(Expr):
    """`|x| e`. `captures` are variables of the enclosing function, copied when the closure is made (kind `let`).

    Inside `body` they are the same Variable objects and read-only. Parameters have kind `param` or `inout`; a
    destructuring parameter is a fresh variable that the body's first Let takes apart.
    """

    params: list[Variable]
    body: Expr
    captures: list[Variable]


@dataclass(eq=False, slots=True)
class MakeSome(Expr):
    """A present value of `T?`, written or by coercion of a `T`."""

    value: Expr


@dataclass(eq=False, slots=True)
class MakeNone(Expr):
    """`None` (message None: the text `absent`) or `fail(message)`; the fault's site is this expression's span."""

    message: Expr | None


@dataclass(eq=False, slots=True)
class MakeFaultNone(Expr):
    """An absent value with an existing fault, as `None(why)` or an early return gives it on."""

    fault: Expr


@dataclass(eq=False, slots=True)
class Default(Expr):
    """`a ?? b`. `value` has type `T?`; the whole has `T`, or `T?` when `otherwise` is a `T?`."""

    value: Expr
    otherwise: Expr


@dataclass(eq=False, slots=True)
class Try(Expr):
    """`e?`: the payload of `value`, or a return of its fault from the enclosing function (which returns an OptionType)."""

    value: Expr


@dataclass(eq=False, slots=True)
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


@dataclass(eq=False, slots=True)
class Report(Expr):
    """`e~` : reported from here on. Nothing at run time."""

    value: Expr


@dataclass(eq=False, slots=True)
class Assert(Expr):
    """`e‽`: reported becomes asserted. `reason` of `assume!("…")`, which is `Confirm(Assert(e))`."""

    value: Expr
    reason: str = ""


@dataclass(eq=False, slots=True)
class FormatSpec:
    """What stands after `:` in an interpolation. `kind`: `""` display, `?` debug, `#?` pretty, `x X o b e`."""

    fill: str = " "
    align: str = ""         # "", "<", "^", ">"
    sign: bool = False
    alternate: bool = False
    zero: bool = False
    width: int | None = None
    precision: int | None = None
    kind: str = ""


@dataclass(eq=False, slots=True)
class Interpolate(Expr):
    """Text with values in it; a part is a `str` or (expression, spec). Type STR."""

    parts: list[str | tuple[Expr, FormatSpec]]


@dataclass(eq=False, slots=True)
class Panic(Expr):
    """`panic(text)`; also failed assertions. Type `!`."""

    message: Expr


@dataclass(eq=False, slots=True)
class Unsafe(Expr):
    """`unsafe { … }`."""

    body: Expr


# ---- Pipelines --------------------------------------------------------------------------------------------------------
#
# A stage over a whole value is an ordinary expression (a Call, a FilterValue, a Let in a Block …), lifted over `T?` by
# `Lift`. A run of element-wise stages over one collection is one `Pipeline`: source, stages, sink. Bodies are inlined
# expressions over the stage's pattern variables; `return`, `break` and `?` don't occur in them.


@dataclass(eq=False, slots=True)
class Lift(Expr):
    """Runs `body` with `variable` bound to the payload when `source` (a `T?`) is present; else its fault goes on.

    `flatten` says that `body` is itself an OptionType, which is then the whole's type; else the whole is `body?`.
    """

    source: Expr
    variable: Variable
    body: Expr
    flatten: bool


@dataclass(eq=False, slots=True)
class FilterValue(Expr):
    """`φ` on a whole value. `stage` is the text for the fault (`φ{valid}`), message `filtered out by <stage>`.

    mode ""   type `T?`; the trust stays
    mode "!?" type `T?`; validated: known
    mode "!"  type `T`; validated: known; a fault when the predicate fails
    """

    source: Expr
    pattern: Pattern
    predicate: Expr
    stage: str
    mode: str


@dataclass(eq=False, slots=True)
class Stage:
    """An element-wise stage of a Pipeline; `item` is the type of the elements that leave it."""

    span: Span
    item: Type


@dataclass(eq=False, slots=True)
class MapStage(Stage):
    """`τ`: each element becomes `body`."""

    pattern: Pattern
    body: Expr


@dataclass(eq=False, slots=True)
class FilterStage(Stage):
    """`φ`: `mode` "!" validates, "" only chooses. `stage` as in FilterValue."""

    pattern: Pattern
    predicate: Expr
    stage: str
    mode: str


@dataclass(eq=False, slots=True)
class TakeStage(Stage):
    """`take(n)`; `count` (usize) is evaluated once, before the loop. Stops the source."""

    count: Expr


@dataclass(eq=False, slots=True)
class SkipStage(Stage):
    """`skip(n)`."""

    count: Expr


@dataclass(eq=False, slots=True)
class TakeWhileStage(Stage):
    """`take_while{p}`."""

    pattern: Pattern
    predicate: Expr


@dataclass(eq=False, slots=True)
class EnumerateStage(Stage):
    """`enumerate`: elements become `(usize, T)`; the index is known."""


@dataclass(eq=False, slots=True)
class FlatStage(Stage):
    """`flat` (each element is a collection, or a `T?` whose absence drops it)."""


@dataclass(eq=False, slots=True)
class MarkStage(Stage):
    """A suffix on a stage whose elements it marks: `~` reported, `!` confirm (E0302 on reported)."""

    mark: str


@dataclass(eq=False, slots=True)
class Sink:
    """What ends a Pipeline."""

    span: Span


@dataclass(eq=False, slots=True)
class CollectSink(Sink):
    """Into the Pipeline's type: an ArrayType, a SetType or a MapType (of pairs)."""


@dataclass(eq=False, slots=True)
class FoldSink(Sink):
    """`sum product count min max first last`: `sum` and `product` have the element's type, `count` is usize, others `T?`.

    Overflow of `sum` and `product` is that of `+` and `*`. `min` and `max` take the first of equals.
    """

    kind: str


@dataclass(eq=False, slots=True)
class TestSink(Sink):
    """`any all find position` with a predicate; stop early. bool, bool, `T?`, `usize?`."""

    kind: str
    pattern: Pattern
    predicate: Expr


@dataclass(eq=False, slots=True)
class ReduceSink(Sink):
    """A left fold: `accumulator` is bound to what is built so far, `pattern` to the element.

    With `initial` the type is the accumulator's, without it `T?` (the first element begins).
    """

    accumulator: Pattern
    pattern: Pattern
    body: Expr
    initial: Expr | None


@dataclass(eq=False, slots=True)
class JoinSink(Sink):
    """`join(s)`: the elements' display text with `separator` between."""

    separator: Expr


@dataclass(eq=False, slots=True)
class EachSink(Sink):
    """`each{…}`: runs `body` for its effects. UNIT."""

    pattern: Pattern
    body: Expr


@dataclass(eq=False, slots=True)
class Pipeline(Expr):
    """One fused loop: `source` is an array, map (elements are pairs), set or range."""

    source: Expr
    item: Type
    stages: list[Stage]
    sink: Sink


@dataclass(eq=False, slots=True)
class Sort(Expr):
    """`σ`: a stably sorted copy of an array. The key is `key` over `pattern`, or the element itself when None."""

    value: Expr
    pattern: Pattern | None
    key: Expr | None
    descending: bool


@dataclass(eq=False, slots=True)
class AllPresent(Expr):
    """`all_present`: `[T?]` to `[T]?`; the first fault wins."""

    value: Expr


# ---- Actors -----------------------------------------------------------------------------------------------------------


@dataclass(eq=False, slots=True)
class Spawn(Expr):
    """`spawn A { … }`: `fields` in declaration order, defaults filled in; evaluated in `order`."""

    actor: ActorDecl
    fields: list[Expr]
    order: list[int]


@dataclass(eq=False, slots=True)
class Tell(Expr):
    """`address |tell(Message(args))`. UNIT."""

    address: Expr
    handler: Handler
    args: list[Expr]


@dataclass(eq=False, slots=True)
class Ask(Expr):
    """`address |ask(Message(args))`: `Future<R>`."""

    address: Expr
    handler: Handler
    args: list[Expr]


@dataclass(eq=False, slots=True)
class Await(Expr):
    """Waits for a future: `R?`, absent when the actor has died or the handler ended by a fault."""

    future: Expr


@dataclass(eq=False, slots=True)
class Stop(Expr):
    """`addr |stop` (after its queue) or `addr |kill`. UNIT."""

    address: Expr
    kind: str
