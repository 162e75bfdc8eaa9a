"""Checks that a module obeys the rules of the IR.

1. Every block ends in its only terminator; every function has an entry block without parameters and predecessors.
2. Every value is defined once, and every use is dominated by the definition (unreachable blocks are exempt from that).
3. Operands, results, block arguments and named functions have the types that `op_types` demands.
4. The targets of `cond_br` and `switch` have no parameters and no other predecessor.
5. Only ops that may panic have a cleanup list, of counted values and slots.
6. Handlers, `main` and function parameters fit what they are used for.
"""

from __future__ import annotations

from collections.abc import Iterator

from sigilc.crash import InternalError
from sigilc.ir import ops
from sigilc.ir.cfg import Dominators, predecessors
from sigilc.ir.function import Block, IrFunction, Module
from sigilc.ir.op_types import RuleBroken, check_op, require
from sigilc.ir.ops import Op, Value
from sigilc.ir.printer import print_op
from sigilc.ir.types import UNIT, IrAddr, IrInt, IrOption


class _FunctionVerifier:
    """Checks one function; `block` and `op` are where it is, for the message."""

    def __init__(self, function: IrFunction, module: Module):
        self.function = function
        self.module = module
        self.block: Block | None = None
        self.op: Op | None = None

    def error(self, rule: str) -> InternalError:
        where = f"in {self.function.name}"
        if self.block is not None:
            where += f", block {self.block.name}"
        if self.op is not None:
            where += f", `{print_op(self.op, self.function)}`"
        return InternalError(f"invalid IR {where}: {rule}", self.op.span if self.op else self.function.span)

    def run(self) -> None:
        try:
            self._check_shape()
            self._check_edges()
            self._check_ops()
            self._check_uses()
        except RuleBroken as broken:
            raise self.error(str(broken)) from None

    def _ops(self) -> Iterator[tuple[int, Op]]:
        """Every op with its index in its block; keeps `block` and `op`."""
        for block in self.function.blocks:
            self.block = block
            for index, op in enumerate(block.ops):
                self.op = op
                yield index, op
        self.block = self.op = None

    def _blocks(self) -> Iterator[Block]:
        """Every block; keeps `block`."""
        for block in self.function.blocks:
            self.block, self.op = block, None
            yield block
        self.block = self.op = None

    def _check_shape(self) -> None:
        require(bool(self.function.blocks), "the function has no blocks")
        known = set(self.function.blocks)
        for block in self._blocks():
            require(bool(block.ops), "the block is empty")
            require(not any(isinstance(p.type, IrAddr) for p in block.params), "a parameter is an address")
        last = {block.ops[-1] for block in self.function.blocks}
        for _, op in self._ops():
            if op in last:
                require(op.TERMINATOR, "the last op is no terminator")
            else:
                require(not op.TERMINATOR, "a terminator in the middle of a block")
            require(all(target in known for target in op.targets()), "a target is not in the function")

    def _check_edges(self) -> None:
        before = predecessors(self.function)
        entry = self.function.blocks[0]
        require(not entry.params, "the entry has parameters")
        require(not before[entry], "the entry has a predecessor")
        for block in self._blocks():
            self.op = block.terminator
            if isinstance(self.op, ops.CondBranch | ops.Switch):
                for target in self.op.targets():
                    require(not target.params, f"the target {target.name} has parameters")
                    require(len(before[target]) == 1, f"the target {target.name} has another predecessor")

    def _check_ops(self) -> None:
        for _, op in self._ops():
            check_op(op, self.function, self.module)
            require(not op.cleanup or op.may_panic, "cleanup on an op that can't panic")
            for value in op.cleanup:
                require(value.type.is_counted or isinstance(value.type, IrAddr),
                        f"cleanup of a {value.type}, which is not counted")

    def _check_uses(self) -> None:
        """Rule 2."""
        places: dict[Value, tuple[Block | None, int]] = {}

        def define(value: Value, index: int) -> None:
            require(value not in places, f"%{value.name} is defined twice")
            places[value] = (self.block, index)

        for value in self.function.params:
            define(value, -1)
        for block in self._blocks():
            for value in block.params:
                define(value, -1)
        for index, op in self._ops():
            if op.result is not None:
                define(op.result, index)
        dominators = Dominators(self.function)
        for index, op in self._ops():
            for value in (*op.operands(), *op.cleanup):
                require(value in places, f"%{value.name} is not defined in the function")
                if self.block is not None and dominators.is_reachable(self.block):
                    self._check_dominance(value, places[value], index, dominators)

    def _check_dominance(self, value: Value, place: tuple[Block | None, int], index: int,
                         dominators: Dominators) -> None:
        block, position = place
        if block is None:
            return
        if block is self.block:
            is_before = position < index
        else:
            is_before = (dominators.is_reachable(block) and self.block is not None
                         and dominators.dominates(block, self.block))
        require(is_before, f"the use of %{value.name} is not dominated by its definition")


def _verify_declarations(module: Module) -> None:
    """Rule 6."""
    for name, function in module.functions.items():
        require(name == function.name, f"the function {function.name} is listed as {name}")
        require(not isinstance(function.result, IrAddr), f"{name} returns an address")
    if module.main:
        main = module.functions.get(module.main)
        if main is None:
            raise RuleBroken(f"there is no function {module.main}, which main names")
        require(not main.params, "main has parameters")
        require(main.result == UNIT or isinstance(main.result, IrInt | IrOption), f"main returns {main.result}")
    for actor in module.actors.values():
        for handler in actor.handlers:
            found = module.functions.get(handler.function)
            where = f"handler {handler.name} of {actor.name}"
            if found is None:
                raise RuleBroken(f"there is no function {handler.function}, which {where} names")
            expected = [IrAddr(actor.state), *handler.payload]
            require([p.type for p in found.params] == expected, f"{where} has other parameters than {found.name}")
            reply = UNIT if handler.reply is None else handler.reply
            require(found.result == reply, f"{where} has another result than {found.name}")


def verify_function(function: IrFunction, module: Module) -> None:
    """Checks one function. Raises InternalError naming function, block, op and the rule."""
    _FunctionVerifier(function, module).run()


def verify(module: Module) -> None:
    """Checks the whole module. Raises InternalError naming function, block, op and the rule."""
    try:
        _verify_declarations(module)
    except RuleBroken as broken:
        raise InternalError(f"invalid IR: {broken}") from None
    for function in module.functions.values():
        verify_function(function, module)
