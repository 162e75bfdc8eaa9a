"""Removes blocks that are never reached, that only forward, or that could be part of their only predecessor.

Example input

    entry:
      %c: bool = const true
      cond_br %c, yes, no
    yes:
      %a: i64 = const 1
      br join(%a)
    no:
      %b: i64 = const 2
      br join(%b)
    join(%x: i64):
      return %x

becomes

    entry:
      %c: bool = const true
      %a: i64 = const 1
      return %a

Requires
    no counts yet (`insert_refcounts`): a block's parameter owns its argument, and here it may become one with it.
Establishes
 1. every block is reachable, and the entry has neither parameters nor predecessors;
 2. a target of a terminator with several targets has no parameters, and no other edge leads to it;
 3. no terminator with several targets is decided by a constant, and no block could be merged into its predecessor.
A view of a place (`Peek` and what is borrowed from it) that was an argument is copied where its block is merged: the
parameter stayed valid when the place was written, the view does not.
"""

from __future__ import annotations

from sigilc.crash import InternalError
from sigilc.ir.cfg import predecessors, remove_unreachable
from sigilc.ir.function import Block, IrFunction, Module
from sigilc.ir.ops import Branch, CondBranch, Const, Copy, Op, Switch, Value
from sigilc.ir.types import IrAddr

_CHOICES = frozenset((CondBranch, Switch))


def simplify_cfg(module: Module) -> None:
    """The pass."""
    for function in module.functions.values():
        constants = {op.result: op.value for block in function.blocks for op in block.ops if type(op) is Const}
        _fold_branches(function, constants)
        remove_unreachable(function)
        _split_edges(function)
        while _skip_forwarders(function) | _merge(function) | _fold_branches(function, constants):
            remove_unreachable(function)


# ---- Edges -----------------------------------------------------------------------------------------------------------


def _split_edges(function: IrFunction) -> None:
    """Gives each edge of a choice its own block where the target has several predecessors."""
    before = predecessors(function)
    split: list[Block] = []
    names = {block.name for block in function.blocks}

    def own_target(target: Block) -> Block:
        if len(before[target]) == 1:
            return target
        number = 1
        while (name := f"{target.name}.edge{number}") in names:
            number += 1
        names.add(name)
        split.append(Block(name, ops=[Branch(target=target)]))
        return split[-1]

    for block in function.blocks:
        last = block.terminator
        if len(last.targets()) > 1 and any(target.params for target in last.targets()):
            raise InternalError(f"{function.name}: a choice in block {block.name} leads to a block with parameters",
                                last.span)
        if isinstance(last, CondBranch):
            last.then = own_target(last.then)
            last.otherwise = own_target(last.otherwise)
        elif isinstance(last, Switch):
            last.cases = [(number, own_target(target)) for number, target in last.cases]
            last.default = own_target(last.default)
    function.blocks += split


def _fold_branches(function: IrFunction, constants: dict[Value | None, int | float | bool | None]) -> bool:
    """Turns choices among one block, or by a constant, into branches."""
    changed = False
    for block in function.blocks:
        last = block.ops[-1]
        if type(last) not in _CHOICES:
            continue
        targets = last.targets()
        chosen: Block | None = None
        if all(target is targets[0] for target in targets):
            chosen = targets[0]
        elif isinstance(last, CondBranch) and last.condition in constants:
            chosen = last.then if constants[last.condition] else last.otherwise
        elif isinstance(last, Switch) and last.value in constants:
            chosen = dict(reversed(last.cases)).get(_as_int(constants[last.value]), last.default)
        if chosen is not None:
            block.ops[-1] = Branch(target=chosen, span=last.span)
            changed = True
    return changed


def _as_int(value: int | float | bool | None) -> int:
    if not isinstance(value, int):
        raise InternalError(f"a switch on the constant {value!r}")
    return int(value)


# ---- Blocks ----------------------------------------------------------------------------------------------------------


def _skip_forwarders(function: IrFunction) -> bool:
    """Leads branches past blocks that do nothing but branch on.

    A forwarder's parameters must not be used anywhere else: it may dominate a loop that uses them. Edges of choices
    keep theirs, which is what keeps them split.
    """
    forwarders = [block for block in function.blocks[1:] if isinstance(block.ops[0], Branch)]
    uses_by_value = _count_uses(function) if any(block.params for block in forwarders) else {}
    if not forwarders:
        return False
    branches: dict[Block, list[Branch]] = {}
    for block in function.blocks:
        last = block.ops[-1]
        if isinstance(last, Branch):
            branches.setdefault(last.target, []).append(last)
    changed = False
    for block in forwarders:
        onward = block.ops[0]
        if not isinstance(onward, Branch) or onward.target is block or block not in branches:
            continue
        if any(uses_by_value.get(param, 0) != onward.args.count(param) for param in block.params):
            continue
        skipped = branches.pop(block)
        for branch in skipped:
            given = dict(zip(block.params, branch.args, strict=True))
            branch.args = [given.get(value, value) for value in onward.args]
            branch.target = onward.target
            for value in branch.args:
                uses_by_value[value] = uses_by_value.get(value, 0) + 1
        branches.setdefault(onward.target, []).extend(skipped)
        changed = True
    return changed


def _count_uses(function: IrFunction) -> dict[Value, int]:
    uses_by_value: dict[Value, int] = {}
    for block in function.blocks:
        for op in block.ops:
            for value in op.operands():
                uses_by_value[value] = uses_by_value.get(value, 0) + 1
    return uses_by_value


def _merge(function: IrFunction) -> bool:
    """Appends a block to its only predecessor when nothing else follows that one."""
    before = predecessors(function)
    viewed: set[Value] | None = None
    replaced: dict[Value, Value] = {}
    gone: set[Block] = set()
    for block in function.blocks:
        if block in gone:
            continue
        while True:
            last = block.terminator
            if not isinstance(last, Branch) or last.target is block or len(before[last.target]) != 1:
                break
            target = last.target
            block.ops.pop()
            if target.params and viewed is None:
                viewed = _views_of_places(function)
            for param, value in zip(target.params, last.args, strict=True):
                if viewed and value in viewed:
                    copy = Value(param.type, param.name)
                    block.ops.append(Copy(value=value, result=copy, span=last.span))
                    value = copy
                replaced[param] = value
            block.ops += target.ops
            gone.add(target)
    if not gone:
        return False
    function.blocks = [block for block in function.blocks if block not in gone]
    _replace_all(function, replaced)
    return True


def _views_of_places(function: IrFunction) -> set[Value]:
    """The values that are valid only until a place is written."""
    viewed: set[Value] = set()
    borrowing: list[Op] = [op for block in function.blocks for op in block.ops if op.RESULT == "borrowed"]
    changed = True
    while changed:
        changed = False
        for op in borrowing:
            source: Value = getattr(op, op.BORROWS_FROM)
            if op.result is not None and op.result not in viewed and not isinstance(op.result.type, IrAddr) \
                    and op.result.type.is_viewed and (isinstance(source.type, IrAddr) or source in viewed):
                viewed.add(op.result)
                changed = True
    return viewed


def _replace_all(function: IrFunction, replaced: dict[Value, Value]) -> None:
    """Puts the arguments of merged blocks in the place of their parameters."""
    if not replaced:
        return
    gone = replaced.keys()
    for block in function.blocks:
        for op in block.ops:
            operands = op.operands()
            if gone.isdisjoint(operands) and gone.isdisjoint(op.cleanup):
                continue
            for value in {*operands, *op.cleanup}:
                final = value
                while final in replaced:
                    final = replaced[final]
                if final is not value:
                    op.replace(value, final)
