"""Pipelines that write their result over their source.

Example: in `prices |σ |τ{_ * 2}` nobody else sees the sorted array, so that each element is written back where it was read:
one loop over one pointer, and no second array. A buffer that is shared all the same is copied before (`element_addr`).
"""

from __future__ import annotations

from sigilc.check import typed
from sigilc.check.tree_walk import children
from sigilc.check.types import ArrayType
from sigilc.ir.ops import Value
from sigilc.ir.types import IrArray, IrType
from sigilc.lower.functions import FunctionLowering
from sigilc.lower.segments import ONE_TO_ONE
from sigilc.lower.sinks import Sink
from sigilc.lower.sources import Indexed

# Code that runs all its parts at most once.
_RUN_ONCE = (typed.Block, typed.Let, typed.Call, typed.If, typed.Match, typed.Arm, typed.Return, typed.Assign, typed.Confirm)


class OwnArray(Indexed):
    """An array in a slot that nothing else sees; `current` is the place of the element that was given last."""

    def __init__(self, fl: FunctionLowering, value: Value) -> None:
        self.place = fl.builder.slot(value, "items")
        super().__init__(fl, fl.builder.peek(self.place))
        self.current: Value | None = None

    def length(self) -> Value:
        return self.builder.length(self.builder.peek(self.place))

    def element(self, index: Value) -> Value:
        self.current = self.builder.element_addr(self.place, index, checked=False)
        return self.builder.load(self.current)


class Overwrite(Sink):
    """Writes each element over the one that it was made from."""

    def __init__(self, fl: FunctionLowering, result: IrType, array: OwnArray) -> None:
        super().__init__(fl, result)
        self._array = array

    def push(self, value: Value) -> None:
        assert self._array.current is not None
        self.builder.store(self._array.current, value)

    def finish(self) -> Value:
        return self.builder.load(self._array.place)


def own_array(fl: FunctionLowering, expr: typed.Pipeline) -> OwnArray | None:
    """The source of a pipeline that can write over it: a value that dies there, of elements without references.

    All elements must stay. Such a value is what was just made, and a variable that was bound to such a value and is named
    nowhere else.
    """
    source = expr.source
    if not (_is_made(source) or _is_named_once(fl, expr)) or not isinstance(expr.sink, typed.CollectSink) or not expr.stages:
        return None
    before, after = fl.ir_type(source), fl.ir_type(expr)
    fits = fl.type_of(source).__class__ is ArrayType and isinstance(after, IrArray) and before == after \
        and not after.item.is_counted and all(isinstance(stage, ONE_TO_ONE) for stage in expr.stages)
    return OwnArray(fl, fl.value(source)) if fits else None


def _is_made(source: typed.Expr) -> bool:
    """Whether an array is probably seen by nobody else: what a function gives, or a sort without keys."""
    return isinstance(source, typed.Call | typed.CallValue) or (isinstance(source, typed.Sort) and source.key is None)


def _is_named_once(fl: FunctionLowering, expr: typed.Pipeline) -> bool:
    """Whether the source is a variable that holds what was made for it, and that ends here."""
    source = expr.source
    if not isinstance(source, typed.Local) or source.variable.mutable or source.variable not in fl.lets:
        return False
    block, let = fl.lets[source.variable]
    if not (_is_made(let.value) or (isinstance(let.value, typed.Pipeline) and isinstance(let.value.sink, typed.CollectSink))):
        return False
    return _runs_once(block, expr) and _count(block, source.variable) == 1


def _runs_once(block: typed.Block, wanted: typed.Pipeline) -> bool:
    """Whether a pipeline stands in a block outside of all loops, closures and stages."""
    waiting: list[object] = [block]
    while waiting:
        node = waiting.pop()
        if node is wanted:
            return True
        if isinstance(node, typed.Pipeline):
            waiting.append(node.source)
        elif isinstance(node, _RUN_ONCE):
            waiting.extend(children(node))
    return False


def _count(block: typed.Block, variable: typed.Variable) -> int:
    """How often a variable is named in the block that declares it."""
    count, waiting = 0, [*children(block)]
    while waiting:
        node = waiting.pop()
        count += isinstance(node, typed.Local) and node.variable is variable
        waiting.extend(children(node))
    return count
