"""Checks that a module obeys the rules of the IR.

1. Every block ends in its only terminator; every function has an entry block without parameters and predecessors.
2. Every value is defined once, and every use is dominated by the definition (unreachable blocks are exempt from that).
3. Operands, results, block arguments and named functions have the types that `op_types` demands.
4. The targets of `cond_br` and `switch` have no parameters and no other predecessor.
5. Only ops that may panic have a cleanup list, of counted values and slots.
6. Handlers, `main` and function parameters fit what they are used for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sigilc.crash import InternalError
from sigilc.ir import ops
from sigilc.ir.cfg import Dominators, predecessors
from sigilc.ir.function import Block, IrFunction, Module
from sigilc.ir.op_types import check_op
from sigilc.ir.ops import Op, Value
from sigilc.ir.printer import print_op
from sigilc.ir.rules import RuleBroken, require
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
            self._check_uses(self._definitions())
        except RuleBroken as broken:
            raise self.error(str(broken)) from None

    def _blocks(self) -> Iterator[Block]:
        """Every block; keeps `block`."""
        for block in self.function.blocks:
            self.block, self.op = block, None
            yield block
        self.block = self.op = None

    def _check_shape(self) -> None:
        """Rules 1, 3 and 5."""
        require(bool(self.function.blocks), "the function has no blocks")
        known = set(self.function.blocks)
        for block in self._blocks():
            require(bool(block.ops), "the block is empty")
            require(not any(isinstance(p.type, IrAddr) for p in block.params), "a parameter is an address")
        for block in self._blocks():
            last = block.ops[-1]
            for op in block.ops:
                self.op = op
                if op.TERMINATOR:
                    require(op is last, "a terminator in the middle of a block")
                    require(known.issuperset(op.targets()), "a target is not in the function")
                elif op is last:
                    raise RuleBroken("the last op is no terminator")
                check_op(op, self.function, self.module)
                if op.cleanup:
                    self._check_cleanup(op)

    @staticmethod
    def _check_cleanup(op: Op) -> None:
        require(op.may_panic, "cleanup on an op that can't panic")
        for value in op.cleanup:
            require(value.type.is_counted or isinstance(value.type, IrAddr),
                    "cleanup of a {}, which is not counted", value.type)

    def _check_edges(self) -> None:
        before = predecessors(self.function)
        entry = self.function.blocks[0]
        require(not entry.params, "the entry has parameters")
        require(not before[entry], "the entry has a predecessor")
        for block in self._blocks():
            self.op = block.terminator
            if isinstance(self.op, ops.CondBranch | ops.Switch):
                for target in self.op.targets():
                    require(not target.params, "the target {} has parameters", target.name)
                    require(len(before[target]) == 1, "the target {} has another predecessor", target.name)

    def _definitions(self) -> set[Value]:
        """All values, each of which is defined once."""
        defined: set[Value] = set()
        _define(self.function.params, defined)
        for block in self._blocks():
            _define(block.params, defined)
            _define([op.result for op in block.ops if op.result is not None], defined)
        return defined

    def _check_uses(self, defined: set[Value]) -> None:
        """Rule 2, by a walk down the dominator tree: what is seen there on the way may be used."""
        dominators = Dominators(self.function)
        children = dominators.children()
        seen = set(self.function.params)
        pending: list[tuple[Block, bool]] = [(self.function.blocks[0], True)]
        while pending:
            block, is_entering = pending.pop()
            if not is_entering:
                seen.difference_update(block.params, [op.result for op in block.ops if op.result is not None])
                continue
            pending.append((block, False))
            pending += [(child, True) for child in children[block]]
            self.block = block
            seen.update(block.params)
            for op in block.ops:
                self._check_operands(op, seen, defined)
                if op.result is not None:
                    seen.add(op.result)
        for block in self._blocks():
            if not dominators.is_reachable(block):
                for op in block.ops:
                    self._check_operands(op, defined, defined)

    def _check_operands(self, op: Op, seen: set[Value], defined: set[Value]) -> None:
        if seen.issuperset(op.operands()) and seen.issuperset(op.cleanup):
            return
        self.op = op
        for value in (*op.operands(), *op.cleanup):
            require(value in defined, "%{} is not defined in the function", value.name)
            require(value in seen, "the use of %{} is not dominated by its definition", value.name)


def _define(values: Sequence[Value], defined: set[Value]) -> None:
    """Adds values to those that have a definition."""
    if len(set(values)) < len(values) or not defined.isdisjoint(values):
        twice = next(value for i, value in enumerate(values) if value in defined or value in values[:i])
        raise RuleBroken(f"%{twice.name} is defined twice")
    defined.update(values)


def _verify_declarations(module: Module) -> None:
    """Rule 6."""
    for name, function in module.functions.items():
        require(name == function.name, "the function {} is listed as {}", function.name, name)
        require(not isinstance(function.result, IrAddr), "{} returns an address", name)
        require(all(param.type.is_counted for param in function.owned_params), "{} owns what is not counted", name)
        require(not function.owned or (not function.export and name != module.main),
                "{} owns parameters, but is called from outside", name)
    if module.main:
        main = module.functions.get(module.main)
        if main is None:
            raise RuleBroken(f"there is no function {module.main}, which main names")
        require(not main.params, "main has parameters")
        require(main.result == UNIT or isinstance(main.result, IrInt | IrOption), "main returns {}", main.result)
    for actor in module.actors.values():
        for handler in actor.handlers:
            found = module.functions.get(handler.function)
            where = f"handler {handler.name} of {actor.name}"
            if found is None:
                raise RuleBroken(f"there is no function {handler.function}, which {where} names")
            expected = [IrAddr(actor.state), *handler.payload]
            require([p.type for p in found.params] == expected, "{} has other parameters than {}", where, found.name)
            reply = UNIT if handler.reply is None else handler.reply
            require(found.result == reply, "{} has another result than {}", where, found.name)


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
