"""Computes constant expressions: lowers them to functions of a module of their own, which the interpreter runs.

Overflow always panics here, whatever the program is compiled with: a constant has one value.
"""

from __future__ import annotations

from sigilc.check.constants import EvaluationFailed
from sigilc.check.typed import Expr, TraitDecl
from sigilc.crash import InternalError
from sigilc.ir import actor_ops, array_ops, ops
from sigilc.ir.dyn_ops import MakeDyn
from sigilc.ir.foreign_ops import CallPointer, CodePointer, PointerRead, PointerWrite
from sigilc.ir.function import IrFunction
from sigilc.ir.interp import LimitReached, evaluate
from sigilc.ir.interp_code import Panicked
from sigilc.ir.interp_statics import freeze, is_static
from sigilc.ir.ops import Op
from sigilc.ir.runtime_abi import RUNTIME
from sigilc.lower.functions import FunctionLowering
from sigilc.lower.program import ProgramLowering

# A few seconds of the interpreter's.
MAX_STEPS = 10_000_000
_ACTOR_OPS = (actor_ops.Spawn, actor_ops.Tell, actor_ops.Ask, actor_ops.Await, actor_ops.StopActor, ops.CallForeign)
# Operations of the runtime that write to a place of the program's, and nothing else.
_WRITERS = ("text_", "parse_")
_FOREIGN_OPS = (ops.CallForeign, CallPointer, CodePointer, PointerRead, PointerWrite)


class ConstantEvaluator:
    """Computes constants one after the other; what they call is lowered once."""

    def __init__(self) -> None:
        self._traits: dict[str, TraitDecl] = {}
        self._lowering = ProgramLowering(overflow_checks=True, debug=False, traits=self._traits)
        self._count = 0

    def __call__(self, name: str, expr: Expr, traits: dict[str, TraitDecl]) -> object:
        """The value of an expression, as `ir/statics.py` describes it. Raises EvaluationFailed."""
        self._traits.update(traits)
        lowering = self._lowering
        type_ = lowering.types.lower(expr.type)
        if not is_static(type_):
            raise EvaluationFailed("E0240", f"a value of type `{expr.type}` is no constant", "made when the program runs")
        self._count += 1
        function = IrFunction(f"{name} {self._count}", [], type_, span=expr.span)
        lowering.add_function(function)
        FunctionLowering(lowering, function, {}).finish(expr)
        lowering.run()
        self._refuse_effects(function)
        try:
            value = evaluate(lowering.module, function.name, MAX_STEPS)
        except Panicked as panic:
            raise EvaluationFailed("E0242", f"computing this constant panics: {panic.message.decode(errors='replace')}",
                                   "panics here", panic.site, panic.span) from None
        except LimitReached as limit:
            what = "calls itself too deeply" if "calls" in str(limit) else f"takes more than {MAX_STEPS:,} steps"
            raise EvaluationFailed("E0241", f"computing this constant {what}", "not computed to its end") from None
        return freeze(value, type_)

    def _refuse_effects(self, function: IrFunction) -> None:
        """What only running the program could do, in whatever the function may call."""
        seen, pending = {function.name}, [function]
        while pending:
            current = pending.pop()
            for block in current.blocks:
                for op in block.ops:
                    if has_effect(op):
                        raise EvaluationFailed("E0240", "a constant can't have effects", "happens when the program runs",
                                               op.span.site() if op.span else "", op.span)
                    for name in called(op):
                        if name not in seen:
                            seen.add(name)
                            pending.append(self._function(name))

    def _function(self, name: str) -> IrFunction:
        found = self._lowering.module.functions.get(name)
        if found is None:
            raise InternalError(f"a constant calls {name}, which is not there")
        return found


def has_effect(op: Op) -> bool:
    """Whether an op looks at the world or changes it. Hash functions are asked by maps alone."""
    if isinstance(op, ops.CallRuntime):
        return not RUNTIME[op.function].is_pure and not op.function.startswith(_WRITERS)
    return isinstance(op, _ACTOR_OPS + _FOREIGN_OPS)


def called(op: Op) -> list[str]:
    """The functions that an op may call, or makes a value of."""
    match op:
        case ops.Call() | ops.FunctionValue() | ops.MakeClosure():
            return [op.function]
        case ops.MapNew():
            return [op.hash, op.equal]
        case array_ops.ArraySort():
            return [op.compare]
        case MakeDyn():
            return op.methods
    return []
