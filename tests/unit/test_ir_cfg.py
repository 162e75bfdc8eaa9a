"""Flow graphs: orders, dominators, unreachable blocks."""

import random

from sigilc.ir import ops
from sigilc.ir.cfg import Dominators, predecessors, remove_unreachable, reverse_postorder
from sigilc.ir.function import Block, IrFunction
from sigilc.ir.ops import Value
from sigilc.ir.parser import parse_module
from sigilc.ir.types import BOOL, UNIT

LOOP = """fn f(%c: bool, %u: unit) -> unit {
entry:
  br head
dead:
  br end
head:
  cond_br %c, body, exit
body:
  cond_br %c, left, right
left:
  br join
right:
  br join
join:
  br head
exit:
  br end
end:
  return %u
}"""


def function_of(text: str) -> IrFunction:
    return next(iter(parse_module(text).functions.values()))


def named(function: IrFunction) -> dict[str, Block]:
    return {block.name: block for block in function.blocks}


def test_predecessors() -> None:
    function = function_of(LOOP)
    before = {block.name: [p.name for p in found] for block, found in predecessors(function).items()}
    assert before == {"entry": [], "dead": [], "head": ["entry", "join"], "body": ["head"], "left": ["body"],
                      "right": ["body"], "join": ["left", "right"], "exit": ["head"], "end": ["dead", "exit"]}


def test_reverse_postorder_puts_blocks_before_their_successors() -> None:
    order = [block.name for block in reverse_postorder(function_of(LOOP))]
    assert order[0] == "entry"
    assert "dead" not in order
    for before, after in (("head", "body"), ("body", "left"), ("left", "join"), ("right", "join"), ("exit", "end")):
        assert order.index(before) < order.index(after)


def test_reverse_postorder_keeps_the_order_of_the_source() -> None:
    """LLVM lays blocks out in this order where nothing else decides: what a branch names first comes first."""
    order = [block.name for block in reverse_postorder(function_of(LOOP))]
    assert order == ["entry", "head", "body", "left", "right", "join", "exit", "end"]


def test_dominators() -> None:
    function = function_of(LOOP)
    blocks, dominators = named(function), Dominators(function)
    immediate = {block.name: above.name for block, above in dominators.immediate.items()}
    assert immediate == {"head": "entry", "body": "head", "left": "body", "right": "body", "join": "body",
                         "exit": "head", "end": "exit"}
    assert dominators.dominates(blocks["head"], blocks["end"])
    assert dominators.dominates(blocks["join"], blocks["join"])
    assert not dominators.dominates(blocks["left"], blocks["join"])
    assert not dominators.is_reachable(blocks["dead"])
    assert [b.name for b in dominators.children()[blocks["head"]]] in (["body", "exit"], ["exit", "body"])


def reaches(function: IrFunction, goal: Block, without: Block | None) -> bool:
    """Whether the entry leads to `goal` when `without` is taken out."""
    seen, waiting = set(), [function.blocks[0]]
    while waiting:
        block = waiting.pop()
        if block is without or block in seen:
            continue
        seen.add(block)
        waiting += block.terminator.targets()
    return goal in seen


def test_dominators_of_random_graphs_are_what_the_definition_says() -> None:
    numbers = random.Random(7)
    for _ in range(60):
        size = numbers.randrange(1, 9)
        blocks = [Block(f"b{i}") for i in range(size)]
        unit, condition = Value(UNIT), Value(BOOL)
        for block in blocks:
            targets = numbers.choices(blocks[1:], k=2) if size > 1 else []
            kind = numbers.randrange(3) if targets else 2
            block.ops.append(ops.Branch(target=targets[0]) if kind == 0
                             else ops.CondBranch(condition=condition, then=targets[0], otherwise=targets[1])
                             if kind == 1 else ops.Return(value=unit))
        function = IrFunction("f", [], UNIT, blocks)
        dominators = Dominators(function)
        for below in blocks:
            assert dominators.is_reachable(below) == reaches(function, below, None)
            for above in dominators.order:
                if dominators.is_reachable(below):
                    is_needed = above is below or not reaches(function, below, above)
                    assert dominators.dominates(above, below) == is_needed


def test_remove_unreachable() -> None:
    function = function_of(LOOP)
    assert remove_unreachable(function)
    assert "dead" not in named(function)
    assert not remove_unreachable(function)
