"""What is left at -O3 of functions that get functions: no call of a value, no environment; and the limits of the copies."""

from __future__ import annotations

import re

import pytest

from sigilc.codegen.module import Part, emit_module
from sigilc.codegen.target import Machine
from sigilc.ir.call_graph import op_count
from sigilc.ir.function import Module
from sigilc.ir.ops import CallValue, MakeClosure
from sigilc.ir.parser import parse_module
from sigilc.ir.verify import verify
from sigilc.options import Options
from sigilc.passes.specialise_calls import specialise_calls
from tests.support.build import compile_program

PROGRAM = """
use std·collections·OrdMap
struct Item { key: i64, name: str }
#[inline(never)]
fn each<T, U>(xs: [T], f: fn(T) -> U) -> [U] { let mut out: [U] = []
    for x in xs { out.push(f(x)) }
    out }
#[inline(never)]
fn scaled(xs: [i64], by: fn(i64) -> i64) -> [i64] { each(xs, |x| by(x) + 1) }
#[inline(never)]
fn change_all<T>(mut xs: [T], f: fn(&mut T)) { for i in 0..xs.len() { f(&mut xs[i]) } }
fn kept(mut xs: [i64], limit: i64) { xs.retain(|x| x < limit) }
fn user(xs: [i64], n: i64) -> [i64] { scaled(xs, |x| x * n) }
fn changed(mut xs: [Item], n: i64) { change_all(&mut xs, |item| item.key += n) }
fn retained(mut counts: Map<str, i64>, n: i64) { counts.retain(|key, count| count > n && key != "x") }
fn updated(mut counts: OrdMap<i64, i64>, n: i64) { for i in 0..n { counts.update(i, 0, |count| count + n) } }
fn ordered(mut xs: [i64], n: i64) { xs.sort_by(|a, b| (a * n).cmp(b * n)) }
fn found(xs: [Item], name: str) -> usize? { xs.position(|item| item.name == name) }
fn main() {
    let mut xs = [1, 2, 3]
    kept(&mut xs, 3)
    ordered(&mut xs, -1)
    let mut items = [Item { key: 1, name: "a" }]
    changed(&mut items, 4)
    let mut counts: Map<str, i64> = Map·from([("a", 1), ("b", 2)])
    retained(&mut counts, 1)
    let mut ordered: OrdMap<i64, i64> = OrdMap·new()
    updated(&mut ordered, 2)
    println("{user(xs, 4)} {items[0].key} {counts} {ordered.len()} {found(items, "b").is_some()}")
}
"""


@pytest.fixture(scope="module")
def module(tmp_path_factory: pytest.TempPathFactory) -> Module:
    """The program behind its passes."""
    path = tmp_path_factory.mktemp("known") / "known.sg"
    path.write_text(PROGRAM)
    found = compile_program(path, Options(level=3), stop_after="passes").module
    assert found is not None
    return found


def test_nothing_is_called_as_a_value(module: Module) -> None:
    ops = [op for function in module.functions.values() for block in function.blocks for op in block.ops]
    assert not [op for op in ops if isinstance(op, CallValue | MakeClosure)]


@pytest.fixture(scope="module")
def text(module: Module) -> str:
    """The LLVM text behind its passes."""
    part = Part(list(module.functions.values()), is_whole=False)
    return Machine(emit_module(module, part, is_optimised=True), 3, "x86-64-v3", verify=True).text()


def test_no_indirect_call_is_left(text: str) -> None:
    """But for the code that drops what is in a box (`%code`)."""
    assert '@"each<i64, i64>.with.scaled.closure1.with.user.closure1"(' in text
    assert not re.findall(r"(?:call|invoke) [^@\n]*%(?!code\()[\w.]+\(.*", text)


@pytest.mark.parametrize("verb", ["run", "insert", "part_less", "part_not_greater"])
def test_comparisons_are_inlined_where_an_array_is_sorted(text: str, verb: str) -> None:
    found = re.search(rf'^define internal [^@]*@"{verb} to compare by compare.by.i64.with.ordered.closure1 i64"\(.*?^\}}',
                      text, re.MULTILINE | re.DOTALL)
    assert found and "icmp" in found[0]
    assert set(re.findall(r"(?:call|invoke) [^@\n]*(\S+?)\(", found[0])) <= {
        "@llvm.memcpy.p0.p0.i64", "@llvm.memmove.p0.p0.i64", "@llvm.assume"}


CHAIN = """
main start

fn around(%f: fn(i64) -> i64, %x: i64) -> i64 {{
entry:
  %y: i64 = call_value %f(%x)
  return %y
}}

fn plain(%x: i64) -> i64 {{
entry:
  return %x
}}

fn chain(%f: fn(i64) -> i64, %n: i64) -> i64 {{
entry:
  %x0: i64 = call_value %f(%n)
{ops}
  %g: fn(i64) -> i64 = closure around(%f)
  %y: i64 = call chain(%g, %n)
  return %y
}}

fn start() -> unit {{
entry:
  %n: i64 = const 1
  %f: fn(i64) -> i64 = function plain
  %y: i64 = call chain(%f, %n)
  %u: unit = const ()
  return %u
}}
"""


def chain_of(size: int) -> Module:
    """A function of so many ops and a few more, that calls itself with a closure around the one that it got."""
    module = parse_module(CHAIN.format(ops="\n".join(f"  %x{i + 1}: i64 = add %x{i}, %n" for i in range(size))))
    specialise_calls(module)
    verify(module)
    return module


def test_chains_end() -> None:
    copies = [name for name in chain_of(1).functions if name.startswith("chain.with.")]
    assert 2 <= len(copies) <= 4


def test_large_functions_are_not_copied() -> None:
    assert list(chain_of(600).functions) == ["around", "plain", "chain", "start"]


def test_copies_are_few_in_all() -> None:
    """Calls of one function with many different ones: a program with copies is at most twice as large, or small."""
    calls = "\n".join(f"  %f{i}: fn(i64) -> i64 = function plain{i}\n  %y{i}: i64 = call through(%f{i}, %n)"
                      for i in range(200))
    body = "\n".join(f"  %x{i + 1}: i64 = add %x{i}, %n" for i in range(100))
    plain = "\n".join(f"fn plain{i}(%x: i64) -> i64 {{\nentry:\n  return %x\n}}\n" for i in range(200))
    module = parse_module(f"""main start\n{plain}
fn through(%f: fn(i64) -> i64, %n: i64) -> i64 {{
entry:
  %x0: i64 = call_value %f(%n)
{body}
  return %x100
}}
fn start() -> unit {{
entry:
  %n: i64 = const 1
{calls}
  %u: unit = const ()
  return %u
}}
""")
    specialise_calls(module)
    verify(module)
    copies = [function for name, function in module.functions.items() if name.startswith("through.with.")]
    assert 20 <= len(copies) < 40
    assert sum(map(op_count, module.functions.values())) < 5_000
    assert "through" in module.functions
