"""Pipelines are fused: in the IR one loop a segment, and in what LLVM makes of it no call and no allocation in a loop."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from sigilc.ir.function import IrFunction
from sigilc.options import Options
from sigilc.passes.manager import run_passes
from tests.lower.test_lower import lower
from tests.support.build import compile_program

KERNELS = Path(__file__).parent / "fused" / "kernels.sg"

# The loops that each has, and the runtime's functions that they may call.
LOOPS: dict[str, tuple[int, set[str]]] = {
    "filter_map_sum": (1, set()), "dot_product": (1, set()), "sum_squares": (1, set()), "peaks": (1, set()),
    "chunk_sums": (2, set()), "flat_map": (2, set()), "flat_pairs": (2, set()), "find_early": (1, set()),
    "first_ten": (1, set()), "slopes": (1, set()), "filtered_pairs": (2, set()), "highest_sum": (1, set()),
    "weighted": (1, set()), "backwards": (1, set()), "longest_word": (1, {"sigil_str_find"}), "count_a": (1, set()),
    "lowest": (1, set()), "numbered": (1, set()), "changes": (1, set()), "collected": (2, set()),
    "overwritten": (2, set()), "overwritten_variable": (3, set()), "longest_line": (1, {"sigil_str_find"}),
}


def count_loops(function: IrFunction) -> int:
    """The blocks that a branch leads back to, as a walk from the entry in depth first meets them."""
    heads: set[int] = set()
    path: list[int] = []
    seen: set[int] = set()

    def walk(block: object) -> None:
        path.append(id(block))
        seen.add(id(block))
        for target in block.terminator.targets():  # type: ignore[attr-defined]
            if id(target) in path:
                heads.add(id(target))
            elif id(target) not in seen:
                walk(target)
        path.pop()
    walk(function.blocks[0])
    return len(heads)


@cache
def functions() -> dict[str, IrFunction]:
    """The kernels' IR after the passes of -O3."""
    module = lower(KERNELS)
    run_passes(module, 3)
    return module.functions


@cache
def optimised() -> str:
    """The kernels in LLVM's IR at -O3."""
    output = Path(__file__).parents[2] / "build" / "fused_kernels"
    output.parent.mkdir(exist_ok=True)
    options = Options(level=3, output=str(output), emit=frozenset(("ll",)), target_cpu="x86-64-v3")
    assert not compile_program(KERNELS, options).has_errors
    return output.with_name("kernels.ll").read_text()


def blocks_of(name: str) -> dict[str, list[str]]:
    """The lines of each block of a function in LLVM's text."""
    # Of a long function the exported one only calls it.
    bodies = re.findall(rf'^define [^\n]*@(?:{name}|"[^"]*B7{name}")\(.*?^}}', optimised(), re.MULTILINE | re.DOTALL)
    assert bodies, f"{name} is not there"
    found: dict[str, list[str]] = {}
    label = "entry"
    for line in max(bodies, key=len).splitlines()[1:-1]:
        start = re.match(r'("[^"]+"|[\w.$-]+):', line)
        if start:
            label = start[1].strip('"')
        found.setdefault(label, []).append(line)
    return found


def in_loops(blocks: dict[str, list[str]]) -> list[str]:
    """The lines of all blocks from which there is a way back to themselves."""
    targets = {label: {t.strip('"') for t in re.findall(r'label %("[^"]+"|[\w.$-]+)', "\n".join(lines))}
               for label, lines in blocks.items()}
    reached = {label: set(found) for label, found in targets.items()}
    changed = True
    while changed:
        changed = False
        for found in reached.values():
            more = set().union(*(reached.get(t, set()) for t in found)) - found
            found |= more
            changed = changed or bool(more)
    return [line for label, lines in blocks.items() if label in reached[label] for line in lines]


@pytest.mark.parametrize("name", LOOPS)
def test_loops(name: str) -> None:
    assert count_loops(functions()[name]) == LOOPS[name][0]


@pytest.mark.parametrize("name", LOOPS)
def test_no_call_in_a_loop(name: str) -> None:
    lines = in_loops(blocks_of(name))
    assert lines, "there is no loop left to look at"
    called = {callee for line in lines for callee in re.findall(r"(?:call|invoke) .*?@([\w.$\"]+)\(", line)}
    assert {c for c in called if not c.startswith("llvm.")} == LOOPS[name][1]


def test_sums_are_vectors() -> None:
    for name in ("dot_product", "slopes", "chunk_sums", "collected", "overwritten"):
        assert any(re.search(r"<\d+ x i64>", line) for line in in_loops(blocks_of(name))), name


def test_what_dies_is_overwritten() -> None:
    """One array in all, that of the sorted elements: what a variable held that is not named again is written over."""
    for name in ("overwritten", "overwritten_variable"):
        ops = [type(op).__name__ for block in functions()[name].blocks for op in block.ops]
        assert "ElementAddr" in ops and not {"MakeArray", "ArrayReserve", "ArrayPush"} & set(ops), name


def test_every_kernel_is_tested() -> None:
    assert set(LOOPS) == set(re.findall(r"^fn (\w+)\(.*->", KERNELS.read_text(), re.MULTILINE))
