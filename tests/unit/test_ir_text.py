"""The text form of the IR: printing, parsing, and both together."""

import pkgutil
from importlib import import_module
from typing import Any

import pytest

from sigilc import ir
from sigilc.ir import ops
from sigilc.ir.forms import FORMS_BY_OP
from sigilc.ir.function import IrFunction, Module
from sigilc.ir.op_types import RULES
from sigilc.ir.parser import IrSyntaxError, parse_module
from sigilc.ir.printer import print_module
from sigilc.ir.types import F64, I64, UNIT, IrAddr, IrFn, IrOption, IrTuple
from sigilc.ir.verify import verify

EVERYTHING = r'''struct %Point { f64, f64 }
struct %"Pair<i64, str>" { i64, str }
struct %Counter.State { i64, [u8] }
enum %Shape { Circle(f64) = 0, Rect(f64, f64) = 5, Unit = -6 }
enum %List { Cons(i64, %List), Nil }
actor Counter %Counter.State {
  Add(i64) = Counter·Add
  Get() -> i64 = Counter·Get
}
foreign printf(ptr, ...) -> i32
main main

fn main() -> unit {
entry:
  %x: i64 = const 3
  %c: char = const 'τ'
  %quote: char = const '\u{27}'
  %d: f64 = const 2.5
  %low: f32 = const -inf
  %none: f64 = const nan
  %yes: bool = const true
  %small: i8 = const -128
  %s: str = static "a\n\"τ"
  %b: [u8] = static b"a\x00\x22\x5cb"
  %point: %Point = make (%d, %d)
  %one: (f64,) = make (%d)
  %shape: %Shape = variant 1 (%d, %d)
  %tag: i32 = tag %shape
  %w: f64 = payload %shape, 1, 0
  %f: fault = fault %s, %s, _, "a b.sg:1:1"
  %f.1: fault = fault %s, %s, %f, "a b.sg:2:1"
  %o: (fn(i64, &i64) -> i64?)? = none %f.1
  %m: map<str, (i64, [str])> = map_new "hash<str>", equal.str
  %xs: [i64] = array [%x, %x]
  %sum: i64 = add.checked %x, %x cleanup [%s, %xs]
  %sum.1: i64 = add.no_wrap %x, %x
  %half: f64 = fdiv %d, %d
  %low.1: bool = lt %x, %sum
  %place: &[i64] = slot %xs
  %n: u64 = length %xs
  %e: &i64 = element_addr.unchecked %place, %n
  %1: unit = runtime print(%s)
  %2: address = spawn Counter %state
  tell Counter[0] %2(%x)
  %future: future<i64> = ask Counter[1] %2()
  %reply: i64? = await %future
  kill %2
  cond_br %low.1, loop, end.1
loop:
  br end(%x)
end(%z: i64):
  switch %z [0: a, -1: a.1] b
a:
  panic %s
a.1:
  raise %f
b:
  unreachable
end.1:
  return %1
}

fn "twice<i64>"(%x: i64, %p: &i64) -> i64 export twice_i64 {
entry:
  store %p, %x
  return %x
}
'''


def test_everything_prints_as_it_was_parsed() -> None:
    text = EVERYTHING.replace("spawn Counter %state", "spawn Counter %point")
    assert print_module(parse_module(text)) == text


def test_parsing_keeps_what_the_text_says() -> None:
    module = parse_module(EVERYTHING.replace("%state", "%point"))
    main = module.functions["main"]
    assert module.main == "main"
    assert module.functions["twice<i64>"].export == "twice_i64"
    assert module.enums["Shape"].discriminants == (0, 5, -6)
    assert module.enums["List"].variants[0][1] is module.enums["List"]
    assert module.foreign["printf"].is_variadic
    assert module.actors["Counter"].handlers[0].reply is None
    by_name: dict[str, Any] = {op.result.name: op for op in main.blocks[0].ops if op.result and op.result.name}
    assert by_name["b"].data == b'a\x00"\\b'
    assert by_name["s"].data == 'a\n"τ'.encode()
    assert by_name["c"].value == 0x3c4
    assert by_name["e"].checked is False
    assert by_name["o"].result.type == IrOption(IrFn((I64, IrAddr(I64)), IrOption(I64)))
    assert by_name["one"].result.type == IrTuple((F64,))


def test_names_are_numbered_in_order_of_definition() -> None:
    text = """fn f(%x.7: i64) -> i64 {
    here: // a comment
      %9: i64 = add %x.7, %later
      %later: i64 = mul %x.7, %x.7
      return %9
    }"""
    assert print_module(parse_module(text)) == """fn f(%x: i64) -> i64 {
here:
  %1: i64 = add %x, %later
  %later: i64 = mul %x, %x
  return %1
}
"""


def test_positions_are_printed_when_asked_for() -> None:
    text = """fn f(%x: i64) -> i64 {
entry:
  %y: i64 = neg.checked %x @ "a b.sg:12:3"
  return %y
}
"""
    module = parse_module(text)
    assert print_module(module, spans=True) == text
    assert "@" not in print_module(module)
    span = module.functions["f"].blocks[0].ops[0].span
    assert span is not None
    assert (span.site(), span.line, span.column) == ("a b.sg:12:3", 12, 3)


def test_every_op_has_a_form_and_a_typing_rule() -> None:
    modules = [import_module(f"sigilc.ir.{m.name}") for m in pkgutil.iter_modules(ir.__path__) if m.name.endswith("ops")]
    every = {c for module in modules for c in vars(module).values()
             if isinstance(c, type) and issubclass(c, ops.Op) and c is not ops.Op}
    assert every == set(FORMS_BY_OP)
    assert every == set(RULES) | {ops.Return}


def test_values_that_are_not_of_the_function_are_visible_in_the_text() -> None:
    function = IrFunction("f", [], UNIT)
    module = Module(functions={"f": function})
    parsed = parse_module("fn g(%x: unit) -> unit { entry: return %x }")
    function.blocks = parsed.functions["g"].blocks
    assert "%<undefined x>" in print_module(module)
    assert function.blocks[0].ops[0].operands()[0].type == UNIT


@pytest.mark.parametrize(("text", "message", "line"), [
    ("fn f() -> i64 {\nentry:\n  return %x\n}", "%x is not defined", 3),
    ("fn f(%x: i64) -> i64 {\nentry:\n  %x: i64 = const 1\n  return %x\n}", "%x is defined twice", 3),
    ("fn f(%x: i64) -> i64 {\nentry:\n  br nowhere\n}", "block nowhere is not defined", 4),
    ("fn f(%x: i64) -> i64 {\nentry:\n  frobnicate %x\n}", "unknown op frobnicate", 3),
    ("fn f(%x: i64) -> i64 {\nentry:\n  %y: i64 = not.checked %x\n}", "unknown op not.checked", 3),
    ("fn f(%x: i65) -> i64 { }", "unknown type i65", 1),
    ("fn f(%x: %Missing) -> i64 { }", "unknown type %Missing", 1),
    ("fn f(%x: map<i64>) -> i64 { }", "map with 1 arguments", 1),
    ("fn f() -> i64 {\nentry:\n  %x: i64 = const 1.5\n  return\n}", "expected a constant", 3),
    ("fn f() -> i64 {\nentry:\n  %x: i64 = const 1 return\n}", "expected a value", 4),
    ("hello", "unexpected 'hello'", 1),
    ("main main \\", "unexpected '\\\\'", 1),
    ("fn f() -> unit {\na:\n  unreachable\na:\n  unreachable\n}", "block a is defined twice", 4),
])
def test_mistakes_name_their_line(text: str, message: str, line: int) -> None:
    with pytest.raises(IrSyntaxError) as raised:
        parse_module(text)
    assert message in str(raised.value)
    assert raised.value.line == line


def test_the_builders_module_survives_text() -> None:
    from sigilc.ir.builder import FunctionBuilder
    function = IrFunction("main", [], I64)
    b = FunctionBuilder(function)
    b.position_at(b.new_block("entry"))
    total = b.slot(b.const_int(I64, 1), "total")
    end = b.new_block("end", [I64], ["result"])
    b.branch(end, [b.int_binary("add", b.load(total), b.const_int(I64, 2), checked=True)])
    assert b.is_terminated
    b.position_at(end)
    b.return_(end.params[0])
    module = Module(functions={"main": function}, main="main")
    verify(module)
    text = print_module(module)
    assert print_module(parse_module(text)) == text
    verify(parse_module(text))
