"""The typed tree: pipelines and actors.

A stage over a whole value is an ordinary expression (a Call, a FilterValue, a Let in a Block …), lifted over `T?`
by `Lift`. A run of element-wise stages over one collection is one `Pipeline`: source, stages, sink. Bodies are
inlined expressions over the stage's pattern variables; `return`, `break` and `?` don't occur in them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sigilc.check.typed_expressions import Expr
from sigilc.check.types import Type
from sigilc.source.records import record
from sigilc.source.spans import Span

if TYPE_CHECKING:
    from sigilc.check.typed_declarations import ActorDecl, Handler, Variable
    from sigilc.check.typed_patterns import Pattern


@record
class Lift(Expr):
    """Runs `body` with `variable` bound to the payload when `source` (a `T?`) is present; else its fault goes on.

    `flatten` says that `body` is itself an OptionType, which is then the whole's type; else the whole is `body?`.
    """

    source: Expr
    variable: Variable
    body: Expr
    flatten: bool


@record
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


@record
class Stage:
    """An element-wise stage of a Pipeline; `item` is the type of the elements that leave it."""

    span: Span
    item: Type


@record
class MapStage(Stage):
    """`τ`: each element becomes `body`."""

    pattern: Pattern
    body: Expr


@record
class FilterStage(Stage):
    """`φ`: `mode` "!" validates, "" only chooses. `stage` as in FilterValue."""

    pattern: Pattern
    predicate: Expr
    stage: str
    mode: str


@record
class TakeStage(Stage):
    """`take(n)`; `count` (usize) is evaluated once, before the loop. Stops the source."""

    count: Expr


@record
class SkipStage(Stage):
    """`skip(n)`."""

    count: Expr


@record
class TakeWhileStage(Stage):
    """`take_while{p}`."""

    pattern: Pattern
    predicate: Expr


@record
class EnumerateStage(Stage):
    """`enumerate`: elements become `(usize, T)`; the index is known."""


@record
class FlatStage(Stage):
    """`flat`: over each element, bound by `pattern`, runs `source`, a collection, through `stages` of its own.

    Where `source` is a `T?`, its payload goes on, and absence drops it.
    """

    pattern: Pattern
    source: Expr
    source_item: Type
    stages: list[Stage]


@record
class ZipStage(Stage):
    """`zip(ys)`: pairs with what `source` gives through `stages` of its own, pulled one at a time."""

    source: Expr
    source_item: Type
    stages: list[Stage]


@record
class ScanStage(Stage):
    """`scan`: `accumulator` is bound to the state, at first `initial`; `body` is the next state, and what goes on."""

    accumulator: Pattern
    pattern: Pattern
    body: Expr
    initial: Expr


@record
class UniqueStage(Stage):
    """`unique`: the first of equal elements."""


@record
class MarkStage(Stage):
    """A suffix on a stage whose elements it marks: `~` reported, `!` confirm (E0302 on reported)."""

    mark: str


@record
class Sink:
    """What ends a Pipeline."""

    span: Span


@record
class CollectSink(Sink):
    """Into the Pipeline's type: an ArrayType, a SetType or a MapType (of pairs)."""


@record
class FoldSink(Sink):
    """`sum product count min max first last`: `sum` and `product` have the element's type, `count` is usize, others `T?`.

    Overflow of `sum` and `product` is that of `+` and `*`. `min` and `max` take the first of equals. `stage` is what the
    fault of an absent result calls the stage, here and in the next two.
    """

    kind: str
    stage: str


@record
class TestSink(Sink):
    """`any all find position` with a predicate; stop early. bool, bool, `T?`, `usize?`."""

    kind: str
    stage: str
    pattern: Pattern
    predicate: Expr


@record
class ReduceSink(Sink):
    """A left fold: `accumulator` is bound to what is built so far, `pattern` to the element.

    With `initial` the type is the accumulator's, without it `T?` (the first element begins).
    """

    accumulator: Pattern
    pattern: Pattern
    body: Expr
    initial: Expr | None
    stage: str


@record
class JoinSink(Sink):
    """`join(s)`: the elements' display text with `separator` between."""

    separator: Expr


@record
class GroupSink(Sink):
    """`group_by{key}`: an array of `(key, [T])`, in the order in which the keys were first seen."""

    pattern: Pattern
    key: Expr


@record
class EachSink(Sink):
    """`each{…}`: runs `body` for its effects. UNIT."""

    pattern: Pattern
    body: Expr


@record
class IteratorSource(Expr):
    """A user's iterator as the source of a Pipeline; as a type it is the array of its elements.

    `variable` (mutable) begins as `value`; each element is the payload of `next`, a call that changes the variable.
    """

    value: Expr
    variable: Variable
    next: Expr


@record
class PiecesSource(Expr):
    """`windows(n)` and `chunks(n)` (`kind`) of an array, as the source of a Pipeline; as a type the array of the pieces."""

    value: Expr
    kind: str
    count: Expr


@record
class ReversedSource(Expr):
    """An array or a range from its end, as the source of a Pipeline; as a type the array of the elements."""

    value: Expr


@record
class SteppedSource(Expr):
    """Every `step`-th number of a range, from its first one on, as the source of a Pipeline; as a type their array."""

    value: Expr
    step: Expr


@record
class Pipeline(Expr):
    """One fused loop: `source` is an array, map (elements are pairs), set, range, or one of the `…Source` nodes."""

    source: Expr
    item: Type
    stages: list[Stage]
    sink: Sink


@record
class Sort(Expr):
    """`σ`: a stably sorted copy of an array. The key is `key` over `pattern`, or the element itself when None."""

    value: Expr
    pattern: Pattern | None
    key: Expr | None
    descending: bool


@record
class AllPresent(Expr):
    """`all_present`: `[T?]` to `[T]?`; the first fault wins."""

    value: Expr


@record
class Spawn(Expr):
    """`spawn A { … }`: `fields` in declaration order, defaults filled in; evaluated in `order`."""

    actor: ActorDecl
    fields: list[Expr]
    order: list[int]


@record
class Tell(Expr):
    """`address |tell(Message(args))`. UNIT."""

    address: Expr
    handler: Handler
    args: list[Expr]


@record
class Ask(Expr):
    """`address |ask(Message(args))`: `Future<R>`."""

    address: Expr
    handler: Handler
    args: list[Expr]


@record
class Await(Expr):
    """Waits for a future: `R?`, absent when the actor has died or the handler ended by a fault."""

    future: Expr


@record
class Stop(Expr):
    """`addr |stop` (after its queue) or `addr |kill`. UNIT."""

    address: Expr
    kind: str
