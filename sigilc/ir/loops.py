"""Finds the natural loops of a function."""

from __future__ import annotations

from dataclasses import dataclass

from sigilc.ir.cfg import Dominators, predecessors
from sigilc.ir.function import Block, IrFunction
from sigilc.ir.ops import Value


@dataclass(slots=True)
class Loop:
    """A natural loop: the header dominates all its `blocks`, and the latches lead back to it."""

    header: Block
    blocks: set[Block]
    latches: list[Block]

    def defined(self) -> set[Value]:
        """The values defined in the loop."""
        found: set[Value] = set()
        for block in self.blocks:
            found.update(block.params)
            found.update(op.result for op in block.ops if op.result is not None)
        return found


def find_loops(function: IrFunction, dominators: Dominators) -> list[Loop]:
    """The loops, each before those around it; loops with one header count as one."""
    before = predecessors(function)
    found: list[Loop] = []
    for header in dominators.order:
        latches = [block for block in before[header]
                   if dominators.is_reachable(block) and dominators.dominates(header, block)]
        if latches:
            found.append(Loop(header, _body(header, latches, before, dominators), latches))
    found.sort(key=lambda loop: len(loop.blocks))
    return found


def _body(header: Block, latches: list[Block], before: dict[Block, list[Block]], dominators: Dominators) -> set[Block]:
    """The blocks that lead to a latch without the header."""
    body = {header}
    pending = list(latches)
    while pending:
        block = pending.pop()
        if block not in body:
            body.add(block)
            pending += [source for source in before[block] if dominators.is_reachable(source)]
    return body
