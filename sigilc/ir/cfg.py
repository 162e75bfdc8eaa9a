"""Answers questions about a function's flow graph: predecessors, orders, dominators, reachability."""

from __future__ import annotations

from sigilc.ir.function import Block, IrFunction


def predecessors(function: IrFunction) -> dict[Block, list[Block]]:
    """The blocks that go to each block, once an edge, in layout order; unreachable ones count too."""
    found: dict[Block, list[Block]] = {block: [] for block in function.blocks}
    for block in function.blocks:
        for target in block.ops[-1].targets():
            found[target].append(block)
    return found


def reverse_postorder(function: IrFunction) -> list[Block]:
    """The reachable blocks, the entry first, each before its successors but for back edges.

    Of two successors the first comes first with all that only it leads to: the order of the source, which LLVM's layout of
    blocks keeps where nothing else decides.
    """
    entry = function.blocks[0]
    order: list[Block] = []
    seen = {entry}
    stack = [(entry, reversed(entry.terminator.targets()))]
    while stack:
        block, targets = stack[-1]
        for target in targets:
            if target not in seen:
                seen.add(target)
                stack.append((target, reversed(target.terminator.targets())))
                break
        else:
            order.append(block)
            stack.pop()
    order.reverse()
    return order


class Dominators:
    """The dominator tree of the reachable blocks.

    Cooper, Harvey, Kennedy: A Simple, Fast Dominance Algorithm (2001). `immediate` has no entry for the first block.
    """

    def __init__(self, function: IrFunction):
        self.order = reverse_postorder(function)
        self.immediate: dict[Block, Block] = {}
        self._number = {block: i for i, block in enumerate(self.order)}
        self._find(predecessors(function))
        self._depth = {self.order[0]: 0}
        for block in self.order[1:]:
            self._depth[block] = self._depth[self.immediate[block]] + 1

    def _find(self, before: dict[Block, list[Block]]) -> None:
        entry = self.order[0]
        self.immediate[entry] = entry
        has_changed = True
        while has_changed:
            has_changed = False
            for block in self.order[1:]:
                processed = [p for p in before[block] if p in self.immediate]
                new = processed[0]
                for other in processed[1:]:
                    new = self._meet(new, other)
                if self.immediate.get(block) is not new:
                    self.immediate[block] = new
                    has_changed = True
        del self.immediate[entry]

    def _meet(self, left: Block, right: Block) -> Block:
        """The nearest common dominator of two blocks."""
        while left is not right:
            while self._number[left] > self._number[right]:
                left = self.immediate[left]
            while self._number[right] > self._number[left]:
                right = self.immediate[right]
        return left

    def dominates(self, above: Block, below: Block) -> bool:
        """Whether every way to `below` goes through `above`; a block dominates itself. Both must be reachable."""
        while self._depth[below] > self._depth[above]:
            below = self.immediate[below]
        return above is below

    def is_reachable(self, block: Block) -> bool:
        """Whether the entry leads to the block."""
        return block in self._number

    def children(self) -> dict[Block, list[Block]]:
        """The blocks that each block immediately dominates, in reverse postorder."""
        found: dict[Block, list[Block]] = {block: [] for block in self.order}
        for block in self.order[1:]:
            found[self.immediate[block]].append(block)
        return found


def remove_unreachable(function: IrFunction) -> bool:
    """Drops the blocks that the entry does not lead to; True when there were any."""
    entry = function.blocks[0]
    reachable = {entry}
    pending = [entry]
    while pending:
        for target in pending.pop().ops[-1].targets():
            if target not in reachable:
                reachable.add(target)
                pending.append(target)
    if len(reachable) == len(function.blocks):
        return False
    kept = [block for block in function.blocks if block in reachable]
    has_removed = len(kept) < len(function.blocks)
    function.blocks = kept
    return has_removed
