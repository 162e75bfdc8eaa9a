"""Pipelines that write their result over their source.

Example: in `prices |σ |τ{_ * 2}` nobody else sees the sorted array, so that each element is written back where it was read:
one loop over one pointer, and no second array. A buffer that is shared all the same is copied before (`element_addr`).
"""

from __future__ import annotations

from sigilc.check import typed
from sigilc.check.types import ArrayType
from sigilc.ir.ops import Value
from sigilc.ir.types import IrArray, IrType
from sigilc.lower.functions import FunctionLowering
from sigilc.lower.segments import ONE_TO_ONE
from sigilc.lower.sinks import Sink
from sigilc.lower.sources import Indexed


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
    """The source of a pipeline that can write over it: a value just made, of elements without references, all of which stay.

    A variable's value is not looked at: whether it is used for the last time is known only to the passes.
    """
    source = expr.source
    is_made = isinstance(source, typed.Call | typed.CallValue) or (isinstance(source, typed.Sort) and source.key is None)
    if not is_made or not isinstance(expr.sink, typed.CollectSink) or not expr.stages:
        return None
    before, after = fl.ir_type(source), fl.ir_type(expr)
    fits = fl.type_of(source).__class__ is ArrayType and isinstance(after, IrArray) and before == after \
        and not after.item.is_counted and all(isinstance(stage, ONE_TO_ONE) for stage in expr.stages)
    return OwnArray(fl, fl.value(source)) if fits else None
