"""The typing rule of every op: what its operands and its result must be, and which names it may name.

`check_op(op, module)` returns None or raises `RuleBroken` with the rule in words.
"""

from __future__ import annotations

from sigilc.crash import InternalError
from sigilc.ir import ops, pass_ops
from sigilc.ir.aggregate_rules import AGGREGATE_RULES
from sigilc.ir.buffer_rules import BUFFER_RULES
from sigilc.ir.call_rules import CALL_RULES
from sigilc.ir.function import IrFunction, Module
from sigilc.ir.ops import Op
from sigilc.ir.place_rules import PLACE_RULES
from sigilc.ir.rules import RuleBroken, Rules, require, require_no_result, require_same, require_values
from sigilc.ir.scalar_rules import SCALAR_RULES
from sigilc.ir.types import BOOL, CHAR, FAULT, STR, IrAddr, IrInt


def _branch(op: ops.Branch, _: Module) -> None:
    require_values("block argument", op.args, [p.type for p in op.target.params])


def _cond_branch(op: ops.CondBranch, _: Module) -> None:
    require_same("the condition", op.condition.type, BOOL)


def _switch(op: ops.Switch, _: Module) -> None:
    require(isinstance(op.value.type, IrInt) or op.value.type == CHAR, "switch on {}", op.value.type)
    numbers = [number for number, _ in op.cases]
    require(len(set(numbers)) == len(numbers), "a case is there twice")


RULES: Rules = {
    **SCALAR_RULES, **AGGREGATE_RULES, **BUFFER_RULES, **PLACE_RULES, **CALL_RULES,
    ops.Branch: _branch,
    ops.CondBranch: _cond_branch,
    ops.Switch: _switch,
    ops.Panic: lambda op, _: require_same("the message", op.message.type, STR),
    ops.RaiseFault: lambda op, _: require_same("the fault", op.fault.type, FAULT),
    ops.Unreachable: lambda op, _: None,
}


def check_op(op: Op, function: IrFunction, module: Module) -> None:
    """Checks one op's types and names. Raises RuleBroken."""
    rule = RULES.get(type(op))
    if rule is not None:
        try:
            rule(op, module)
        except InternalError as error:      # of the functions that are shared with the builder
            raise RuleBroken(error.message) from None
    elif isinstance(op, ops.Return):
        require_same("the value", op.value.type, function.result)
    else:
        raise RuleBroken("there is no typing rule for this op")
    if op.TERMINATOR:
        require_no_result(op)
    # Addresses are never stored, returned or passed along a branch; a slot is consumed when it ends or is emptied.
    if op.CONSUMES and not isinstance(op, ops.Release | pass_ops.Take):
        for value in op.consumed():
            if isinstance(value.type, IrAddr):
                raise RuleBroken("an address is stored or passed on")
