"""Finds the views that move on by one element in each round of a loop, as those of `windows` do.

Their beginning is a pointer that the loop carries, not the array's plus an index. So LLVM sees that what is the second
element now is the first one in the next round, and keeps it in a register: a loop over windows of three takes two loads
a round, where it took three.

The pointer is computed in each round, though a view be made in some only. That is no access, and where it lies beyond
the end, so do all later ones: a view is made of what is there.
"""

from __future__ import annotations

from dataclasses import dataclass

from sigilc.ir.cfg import Dominators, predecessors
from sigilc.ir.function import Block, IrFunction
from sigilc.ir.ops import Branch, Const, IntBinary, Op, SliceView, Value


@dataclass(slots=True)
class MovingView:
    """A view of `view.value` that begins at the loop's counter, which `entering` sets and `latch` makes one greater."""

    view: SliceView
    header: Block
    entering: Block
    first: Value


def find_moving_views(function: IrFunction) -> list[MovingView]:
    """The moving views of a function, in order."""
    if not any(type(op) is SliceView for block in function.blocks for op in block.ops):
        return []
    home: dict[Value, Block] = {}
    definition: dict[Value, Op] = {}
    for block in function.blocks:
        home.update(dict.fromkeys(block.params, block))
        for op in block.ops:
            if op.result is not None:
                home[op.result] = block
                definition[op.result] = op
    dominators = Dominators(function)
    before = {block: [source for source in sources if dominators.is_reachable(source)]
              for block, sources in predecessors(function).items()}
    found: list[MovingView] = []
    for view in [op for block in dominators.order for op in block.ops if isinstance(op, SliceView)]:
        header, array_home = home.get(view.low), home.get(view.value, function.blocks[0])
        if header is None or view.low not in header.params or len(before[header]) != 2:
            continue
        if array_home is header or not dominators.dominates(array_home, header):
            continue
        number = header.params.index(view.low)
        for entering, latch in (before[header], before[header][::-1]):
            if dominators.dominates(header, latch) and not dominators.dominates(header, entering) \
                    and _is_successor(_argument(latch, number), view.low, definition):
                found.append(MovingView(view, header, entering, _argument(entering, number)))
    return found


def _argument(block: Block, number: int) -> Value:
    branch = block.terminator
    assert isinstance(branch, Branch)       # a choice does not lead to a block with parameters
    return branch.args[number]


def _is_successor(value: Value, counter: Value, definition: dict[Value, Op]) -> bool:
    """Whether a value is the counter plus one."""
    op = definition.get(value)
    if not isinstance(op, IntBinary) or op.op != "add" or not op.no_wrap or op.left is not counter:
        return False
    step = definition.get(op.right)
    return isinstance(step, Const) and step.value == 1
