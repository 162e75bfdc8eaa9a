"""Removes ops without effect whose results nobody needs, and block parameters that nobody reads.

Example input

    entry:
      %s: str = runtime str_to_upper(%x)
      br loop(%n, %n)
    loop(%sum: i64, %left: i64):
      %next: i64 = add %sum, %left
      store %place, %left
      br loop(%next, %left)

becomes

    entry:
      br loop(%n)
    loop(%left: i64):
      store %place, %left
      br loop(%left)

Requires
    no counts yet (`insert_refcounts`): what a removed op consumed would have to be released instead.
Establishes
    each op has an effect, may panic, or has a result that such an op needs, over however many blocks.
Values are assumed dead until something needs them, so a loop that only feeds itself goes.
"""

from __future__ import annotations

from sigilc.ir.box_ops import MakeBox, has_destructor
from sigilc.ir.function import Block, IrFunction, Module
from sigilc.ir.ops import Branch, CallRuntime, Op, Value
from sigilc.ir.runtime_abi import RUNTIME


def eliminate_dead(module: Module) -> None:
    """The pass."""
    for function in module.functions.values():
        needed = _find_needed(function)
        for block in function.blocks:
            block.ops = [op for op in block.ops if _must_stay(op) or op.result in needed or _is_note(op, needed)]
            last = block.terminator
            if isinstance(last, Branch):
                last.args = [a for a, p in zip(last.args, last.target.params, strict=True) if p in needed]
        for block in function.blocks:
            block.params = [param for param in block.params if param in needed]


def _is_note(op: Op, needed: set[Value]) -> bool:
    """Whether an op does nothing but say something about values, which are there."""
    return op.result is None and all(value in needed for value in op.operands())


def _must_stay(op: Op) -> bool:
    if isinstance(op, CallRuntime) and RUNTIME[op.function].is_pure:
        return op.may_panic
    return op.EFFECT or op.may_panic or (isinstance(op, MakeBox) and has_destructor(op))


def _find_needed(function: IrFunction) -> set[Value]:
    """The values that ops which must stay depend on. A branch's argument is needed if the parameter is."""
    source: dict[Value, list[Value]] = {}
    pending: list[Value] = []
    for block in function.blocks:
        for op in block.ops:
            if isinstance(op, Branch):
                _give_arguments(op.target, op.args, source)
            elif _must_stay(op):
                pending += op.operands()
            elif op.result is not None:
                source.setdefault(op.result, []).extend(op.operands())
    needed: set[Value] = set()
    while pending:
        value = pending.pop()
        if value not in needed:
            needed.add(value)
            pending += source.get(value, ())
    return needed


def _give_arguments(target: Block, args: list[Value], source: dict[Value, list[Value]]) -> None:
    for param, value in zip(target.params, args, strict=True):
        source.setdefault(param, []).append(value)
