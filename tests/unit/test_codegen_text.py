"""The LLVM text: layouts, linkage, what is emitted at all, and how errors of LLVM are reported."""

from __future__ import annotations

import re

import llvmlite.binding as llvm
import pytest

from sigilc.codegen.module import emit_module
from sigilc.codegen.target import Machine
from sigilc.codegen.types import TypeTable
from sigilc.crash import InternalError
from sigilc.ir.parser import parse_module
from sigilc.ir.types import (
    BOOL,
    CHAR,
    F32,
    F64,
    FAULT,
    I8,
    I16,
    I32,
    I64,
    STR,
    U8,
    UNIT,
    IrArray,
    IrBox,
    IrEnum,
    IrFn,
    IrInt,
    IrMap,
    IrOption,
    IrStruct,
    IrTuple,
    IrType,
)
from sigilc.passes.manager import run_passes
from tests.unit.codegen_programs import PRELUDE
from tests.unit.test_codegen_run import PROGRAMS

I128 = IrInt(128, True)
LL_TYPES: list[tuple[IrType, str]] = [
    (I8, "i8"), (I64, "i64"), (I128, "i128"), (BOOL, "i8"), (CHAR, "i32"), (F32, "float"), (STR, "{ptr, i64, ptr}"),
    (FAULT, "ptr"), (UNIT, "{}"), (IrArray(I8), "{ptr, i64, ptr}"), (IrFn((I64,), UNIT), "{ptr, ptr}"),
    (IrTuple((I8, I64, BOOL)), "{i8, i64, i8}"), (IrTuple((I8, IrTuple((I16, U8)), I8)), "{i8, {i16, i8}, i8}"),
    (IrTuple((I32, I128)), "{i32, i128}"), (IrOption(U8), "{ptr, i8}"), (IrOption(I128), "{ptr, i128}"),
    (IrOption(IrOption(STR)), "{ptr, {ptr, i64, ptr}}"), (IrOption(STR), "{ptr, i64, ptr}"),
    (IrStruct("S", (F64, UNIT, F32)), "{double, {}, float}"),
    (IrEnum("A", ((), ()), ("X", "Y"), (0, 1)), "i32"),
    (IrEnum("B", ((I8,), (I16, I16)), ("X", "Y"), (0, 1)), "{i32, [1 x i32]}"),
    (IrEnum("C", ((I8, I64), (STR,)), ("X", "Y"), (0, 1)), "{i32, [3 x i64]}"),
    (IrEnum("D", ((I128,), (I64,)), ("X", "Y"), (0, 1)), "{i32, [1 x i128]}"),
]


@pytest.mark.parametrize(("type_", "ll_type"), LL_TYPES, ids=[text for _, text in LL_TYPES])
def test_layout_is_that_of_c(type_: IrType, ll_type: str) -> None:
    llvm.initialize_native_target()
    machine = llvm.Target.from_triple(llvm.get_process_triple()).create_target_machine()
    module = llvm.parse_assembly(f"@x = global {ll_type} zeroinitializer")
    module.data_layout = str(machine.target_data)
    of_llvm = module.get_global_variable("x").global_value_type
    layout = TypeTable().layout(type_)
    assert layout.size == machine.target_data.get_abi_size(of_llvm)
    assert layout.align == machine.target_data.get_abi_alignment(of_llvm)


WORDS = [
    (IrOption(STR), 3), (IrOption(IrArray(I64)), 3), (IrOption(IrFn((I64,), I64)), 2), (IrOption(IrBox(I128)), 1),
    (IrOption(IrMap(STR, I64)), 1), (IrOption(IrTuple(())), 1), (IrOption(I64), 2), (IrOption(IrOption(IrBox(I64))), 2),
]


@pytest.mark.parametrize(("type_", "words"), WORDS, ids=[str(type_) for type_, _ in WORDS])
def test_size_of_options(type_: IrType, words: int) -> None:
    assert TypeTable().layout(type_).size == 8 * words


def test_leaves_do_not_overlap() -> None:
    for type_, _ in LL_TYPES:
        layout = TypeTable().layout(type_)
        end = 0
        for leaf in layout.leaves:
            assert leaf.offset >= end and leaf.offset % leaf.size == 0, type_
            end = leaf.offset + leaf.size
        assert end <= layout.size


def test_type_that_contains_itself() -> None:
    loop = IrStruct("Loop")
    loop.fields = (I64, loop)
    with pytest.raises(InternalError, match="contains itself"):
        TypeTable().layout(loop)


def emit(text: str, is_optimised: bool = False) -> str:
    module = parse_module(text)
    run_passes(module, 0)
    return emit_module(module, is_optimised=is_optimised)


def test_equal_input_gives_equal_text() -> None:
    for program in PROGRAMS.values():
        assert emit(PRELUDE + program) == emit(PRELUDE + program)


def test_only_reachable_functions_are_emitted() -> None:
    text = emit(PRELUDE + "fn main() -> unit {\nentry:\n  %n: i64 = const 1\n  %u: unit = call show(%n)\n"
                          "  return %u\n}\nmain main")
    assert "·show" in text
    assert "·shout" not in text


def linkages_with_chain_of(count: int) -> dict[str, str]:
    """The linkage of a function of three ops, and of one of `count`."""
    adds = "\n".join(f"  %v{i + 1}: i64 = add %v{i}, %v{i}" for i in range(count))
    text = emit(f"fn big(%v0: i64) -> i64 {{\nentry:\n{adds}\n  return %v{count}\n}}\n"
                "fn small(%n: i64) -> i64 {\nentry:\n  return %n\n}")
    return {name: linkage for linkage, name in re.findall(r'define (\w+) noundef i64 @"·(\w+)"', text)}


def test_functions_of_small_programs_are_internal() -> None:
    assert linkages_with_chain_of(60) == {"big": "internal", "small": "internal"}


def test_large_functions_of_large_programs_are_not_internal() -> None:
    assert linkages_with_chain_of(3000) == {"big": "hidden", "small": "internal"}


def test_hints_reach_llvm() -> None:
    text = emit("fn f(%n: i64) -> i64 inline_never cold {\nentry:\n  return %n\n}\n")
    assert re.search(r'define .*@"·f"\(.*noinline cold', text)


def test_functions_that_loop_are_aligned() -> None:
    heads = dict(re.findall(r'define \w+ [^@]*@"·(\w+)"\([^)]*\) ([^{]*)', emit(PRELUDE + PROGRAMS["loops"], is_optimised=True)))
    assert "align 64" in heads["sum"]
    assert "align 64" not in heads["pick"]


def test_names_keep_their_letters() -> None:
    text = emit("fn geo·Δσ(%ά: i64) -> i64 {\nentry:\n  return %ά\n}")
    assert '@"geo·Δσ"(' in text
    Machine(text, 0)


def test_nounwind_only_where_it_was_proved() -> None:
    text = emit("fn quiet(%n: i64) -> i64 {\nentry:\n  %m: i64 = add %n, %n\n  return %m\n}\n"
                "fn loud(%n: i64) -> i64 {\nentry:\n  %m: i64 = add.checked %n, %n\n  return %m\n}")
    heads = dict(re.findall(r'define \w+ [^@]*@"·(\w+)"\([^)]*\) ([^{]*)', text))
    assert "nounwind" in heads["quiet"].split()
    assert "nounwind" not in heads["loud"].split()
    assert all("uwtable" in head for head in heads.values())


def test_text_that_llvm_rejects_is_an_internal_error() -> None:
    with pytest.raises(InternalError, match="LLVM rejects the module"):
        Machine("define i64 @f() { ret i32 0 }", 0)


def test_array_that_is_changed_in_a_loop_is_no_memory() -> None:
    """The runtime's slow paths take an address, but not that of the slot: it is promoted."""
    text = Machine(emit("""
fn scale(%xs: [i64]) -> [i64] {
entry:
  %s: &[i64] = slot %xs
  %zero: u64 = const 0
  %three: i64 = const 3
  %n: u64 = length %xs
  br head(%zero)
head(%i: u64):
  %more: bool = lt %i, %n
  cond_br %more, body, out
body:
  %old: [i64] = peek %s
  %x: i64 = get.unchecked %old, %i
  %y: i64 = mul %x, %three
  %e: &i64 = element_addr.unchecked %s, %i
  store %e, %y
  %one: u64 = const 1
  %j: u64 = add.no_wrap %i, %one
  br head(%j)
out:
  %r: [i64] = load %s
  return %r
}
""", is_optimised=True), 0).text()
    body = text[text.index("scale"):]
    body = body[:body.index("\n}")]
    assert "slow unique" in body
    assert "alloca" not in body
