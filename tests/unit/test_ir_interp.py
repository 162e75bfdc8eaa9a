"""The interpreter of the IR, op by op: results, value semantics, panics."""

import math

import pytest

from sigilc.crash import InternalError
from sigilc.ir.interp import LimitReached, Outcome, interpret
from sigilc.ir.parser import parse_module
from sigilc.ir.verify import verify

PRELUDE = """
main main
enum %List { Cons(i64, %List), Nil }
enum %Shape { Circle(f64), Tagged(str, [i64]), Unit }
struct %Bag { i64, [i64] }
fn show(%n: i64) -> unit {
entry:
  %empty: str = static ""
  %text: &str = slot %empty
  runtime text_append_int(%text, %n)
  %line: str = static "\\n"
  runtime text_append(%text, %line)
  %out: str = load %text
  runtime print(%out)
  %u: unit = const ()
  return %u
}
fn show_all(%xs: [i64]) -> unit {
entry:
  %zero: u64 = const 0
  %one: u64 = const 1
  %n: u64 = length %xs
  br head(%zero)
head(%i: u64):
  %more: bool = lt %i, %n
  cond_br %more, body, end
body:
  %x: i64 = get %xs, %i
  call show(%x)
  %next: u64 = add %i, %one
  br head(%next)
end:
  %u: unit = const ()
  return %u
}
fn compare(%a: i64, %b: i64) -> i32 {
entry:
  %l: bool = lt %a, %b
  %g: bool = gt %a, %b
  %li: i32 = cast %l
  %gi: i32 = cast %g
  %r: i32 = sub %gi, %li
  return %r
}
fn hash(%k: str) -> u64 { entry: %h: u64 = runtime hash_str(%k) return %h }
fn equal(%a: str, %b: str) -> bool { entry: %e: bool = runtime str_equal(%a, %b) return %e }
fn hash_f(%k: (f64, str?)) -> u64 { entry: %h: u64 = const 1 return %h }
fn equal_f(%a: (f64, str?), %b: (f64, str?)) -> bool { entry: %h: bool = const true return %h }
"""


def run(body: str, functions: str = "", max_steps: int | None = 100_000) -> Outcome:
    """Runs a `main` with this body, after which it returns unit unless it ends itself."""
    ends_itself = body.rstrip().split("\n")[-1].split()[0] in ("return", "panic", "raise", "unreachable", "br")
    end = "" if ends_itself else "%done: unit = const ()\nreturn %done"
    result = "i64?" if "return %option" in body else "i32" if "return %status" in body else "unit"
    module = parse_module(f"{PRELUDE}\n{functions}\nfn main() -> {result} {{\nentry:\n{body}\n{end}\n}}")
    verify(module)
    return interpret(module, max_steps=max_steps)


def numbers(body: str, functions: str = "") -> list[int]:
    """What the body shows, one number a line; it must end well."""
    outcome = run(body, functions)
    assert (outcome.status, outcome.stderr) == (0, "")
    return [int(line) for line in outcome.stdout.split()]


def panic(body: str, functions: str = "") -> str:
    """The line that the body panics with."""
    outcome = run(body, functions)
    assert outcome.status == 101
    return outcome.stderr


def binary(op: str, type_: str, left: int, right: int) -> Outcome:
    return run(f"""%a: {type_} = const {left}
      %b: {type_} = const {right}
      %c: {type_} = {op} %a, %b @ "a.sg:3:5"
      %d: i64 = cast %c
      call show(%d)""")


# ---- Scalars ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("op", "type_", "left", "right", "expected"), [
    ("add", "u8", 250, 10, 4), ("add", "i8", 127, 1, -128), ("add.checked", "i8", 100, 27, 127), ("sub", "u8", 3, 5, 254),
    ("sub", "i64", -2**63, 1, 2**63 - 1), ("mul", "i32", 2**20, 2**12, 0), ("mul", "i8", -128, -1, -128),
    ("div", "i64", -7, 2, -3), ("div", "i64", 7, -2, -3), ("rem", "i64", -7, 2, -1), ("rem", "i64", 7, -2, 1),
    ("div", "i8", -128, -1, -128), ("rem", "i8", -128, -1, 0), ("and", "i8", -1, 6, 6), ("or", "u8", 9, 6, 15),
    ("xor", "i8", -1, 1, -2), ("shl", "u8", 255, 1, 254), ("shl", "i8", 1, 7, -128), ("shr", "i8", -128, 7, -1),
    ("shr", "u8", 128, 7, 1), ("shl", "u8", 1, 9, 2), ("shr", "i32", -8, 33, -4),
])
def test_integer_arithmetic(op: str, type_: str, left: int, right: int, expected: int) -> None:
    assert binary(op, type_, left, right).stdout == f"{expected}\n"


@pytest.mark.parametrize(("op", "type_", "left", "right", "message"), [
    ("add.checked", "i64", 2**63 - 1, 1, "integer overflow in addition"),
    ("sub.checked", "u8", 3, 5, "integer overflow in subtraction"),
    ("mul.checked", "i32", 2**20, 2**12, "integer overflow in multiplication"),
    ("div.checked", "i8", -128, -1, "integer overflow in division"),
    ("rem.checked", "i8", -128, -1, "integer overflow in remainder"),
    ("div", "i64", 1, 0, "division by zero"), ("rem", "u8", 1, 0, "division by zero"),
    ("shl.checked", "i32", 1, 32, "shift amount out of range"),
    ("shr.checked", "i32", 1, -1, "shift amount out of range"),
])
def test_integer_panics(op: str, type_: str, left: int, right: int, message: str) -> None:
    assert binary(op, type_, left, right) == Outcome("", f"panic at a.sg:3:5: {message}\n", 101)


def test_negation() -> None:
    body = "%a: i8 = const -128\n%b: i8 = neg{} %a @ \"a.sg:1:1\"\n%c: i64 = cast %b\ncall show(%c)"
    assert numbers(body.format("")) == [-128]
    assert panic(body.format(".checked")) == "panic at a.sg:1:1: integer overflow in negation\n"


def test_a_broken_promise_not_to_overflow_is_found() -> None:
    with pytest.raises(InternalError, match="no_wrap"):
        binary("add.no_wrap", "u8", 255, 1)


@pytest.mark.parametrize(("source", "literal", "target", "expected"), [
    ("i64", "-1", "u8", 255), ("i64", "300", "i8", 44), ("u8", "200", "i8", -56), ("i64", "-1", "u64", -1),
    ("f64", "3.99", "i64", 3), ("f64", "-3.99", "i32", -3), ("f64", "1e20", "i32", 2**31 - 1), ("f64", "-5.0", "u8", 0),
    ("f64", "nan", "i64", 0), ("f64", "inf", "i16", 32767), ("bool", "true", "u8", 1), ("char", "'τ'", "u32", 0x3c4),
    ("char", "'τ'", "u8", 0xc4), ("u8", "65", "char", 65),
])
def test_casts(source: str, literal: str, target: str, expected: int) -> None:
    assert numbers(f"""%a: {source} = const {literal}
      %b: {target} = cast %a
      %c: i64 = cast %b
      call show(%c)""") == [expected]


def test_casts_to_f32_round_once() -> None:
    # 2^54 + 2^30 + 1 is just above the middle of two f32; by way of f64 it would become that middle, and then even.
    number = 2**54 + 2**30 + 1
    assert numbers(f"""%a: i64 = const {number}
      %b: f32 = cast %a
      %c: i64 = cast %b
      call show(%c)""") == [2**54 + 2**31]


def float_text(op: str, left: float, right: float, bits: int = 64) -> str:
    return run(f"""%a: f{bits} = const {left!r}
      %b: f{bits} = const {right!r}
      %c: f{bits} = {op} %a, %b
      %empty: str = static ""
      %t: &str = slot %empty
      runtime text_append_f{bits}(%t, %c)
      %s: str = load %t
      runtime print(%s)""").stdout


def test_float_arithmetic() -> None:
    assert float_text("fadd", 0.1, 0.2) == "0.30000000000000004"
    assert float_text("fdiv", 1.0, 0.0) == "inf"
    assert float_text("fdiv", 1.0, -0.0) == "-inf"
    assert float_text("fdiv", 0.0, 0.0) == "NaN"
    assert float_text("frem", -7.5, 2.0) == "-1.5"
    assert float_text("frem", 1.0, 0.0) == "NaN"
    assert float_text("fmul", 1e200, 1e200) == "inf"
    assert float_text("fadd", 0.1, 0.2, bits=32) == "0.3"
    assert float_text("fmul", 3e38, 10.0, bits=32) == "inf"
    assert float_text("fadd", 16777216.0, 1.0, bits=32) == "16777216"


@pytest.mark.parametrize(("left", "right", "expected"), [
    (1.0, 2.0, "ne lt le"), (2.0, 2.0, "eq le ge"), (math.nan, 1.0, "ne"), (0.0, -0.0, "eq le ge")])
def test_float_comparisons(left: float, right: float, expected: str) -> None:
    ops = ("eq", "ne", "lt", "le", "gt", "ge")
    compare = "\n".join(f"%c{op}: bool = {op} %a, %b\n%i{op}: i64 = cast %c{op}\ncall show(%i{op})" for op in ops)
    found = numbers(f"%a: f64 = const {left!r}\n%b: f64 = const {right!r}\n{compare}")
    assert [op for op, holds in zip(ops, found, strict=True) if holds] == expected.split()


def test_select_and_not() -> None:
    assert numbers("""%yes: bool = const true
      %no: bool = not %yes
      %a: i64 = const 5
      %b: i64 = not %a
      %c: i64 = select %no, %a, %b
      call show(%c)""") == [-6]


# ---- Aggregates -------------------------------------------------------------------------------------------------------


def test_structs_enums_and_options() -> None:
    assert numbers("""%a: i64 = const 7
      %f: f64 = const 2.5
      %t: (i64, f64) = make (%a, %f)
      %x: i64 = field %t, 0
      call show(%x)
      %nil: %List = variant 1 ()
      %l: %List = variant 0 (%a, %nil)
      %tag: i32 = tag %nil
      %tag64: i64 = cast %tag
      call show(%tag64)
      %tail: %List = payload %l, 0, 1
      %tag.1: i32 = tag %tail
      %tag64.1: i64 = cast %tag.1
      call show(%tag64.1)
      %some: i64? = some %a
      %is: bool = is_some %some
      %is64: i64 = cast %is
      call show(%is64)
      %y: i64 = unwrap %some
      call show(%y)""") == [7, 1, 1, 1, 7]


def test_faults() -> None:
    outcome = run("""%m: str = static "why\\n"
      %s: str = static "φ{p}\\n"
      %first: fault = fault %m, %s, _, "a.sg:1:2"
      %second: fault = fault %s, %m, %first, "b.sg:3:4"
      %none: i64? = none %second
      %is: bool = is_some %none
      %is64: i64 = cast %is
      call show(%is64)
      %f: fault = get_fault %none
      %message: str = fault_field %f, message
      runtime print(%message)
      %site: str = fault_field %f, site
      runtime print(%site)
      %cause: fault? = fault_field %f, cause
      %inner: fault = unwrap %cause
      %stage: str = fault_field %inner, stage
      runtime print(%stage)
      %end: fault? = fault_field %inner, cause
      %is.1: bool = is_some %end
      %is64.1: i64 = cast %is.1
      call show(%is64.1)""")
    assert outcome.stdout == "0\nφ{p}\nb.sg:3:4φ{p}\n0\n"


@pytest.mark.parametrize(("op", "message"), [
    ("%x: f64 = payload %e, 0, 0", "the payload of another variant"),
    ("%x: i64 = unwrap %o", "the payload of an absent value"),
    ("%x: fault = get_fault %p", "the fault of a present value"),
    ("%x: i64 = get.unchecked %xs, %n", "an unchecked index is out of bounds"),
    ("%x: &i64 = element_addr.unchecked %a, %n", "an unchecked index is out of bounds"),
    ("%x: i64 = pop %a", "pop of an empty array"),
    ("%x: i64 = map_value %m, %one", "no such entry"),
    ("%x: str = share_buffer %bytes", "no UTF-8"),
])
def test_broken_promises_are_internal_errors(op: str, message: str) -> None:
    with pytest.raises(InternalError, match=message):
        run(rf"""%e: %Shape = variant 2 ()
          %s: str = static ""
          %f: fault = fault %s, %s, _, ""
          %o: i64? = none %f
          %one: i64 = const 1
          %n: u64 = const 1
          %p: i64? = some %one
          %xs: [i64] = array []
          %a: &[i64] = slot %xs
          %m: map<str, i64> = map_new hash, equal
          %bytes: [u8] = static b"\xff"
          {op}""")


# ---- Buffers and places -----------------------------------------------------------------------------------------------

ARRAY = """%a: i64 = const 3
%b: i64 = const 1
%c: i64 = const 2
%zero: u64 = const 0
%one: u64 = const 1
%two: u64 = const 2
%nine: u64 = const 9
%xs0: [i64] = array [%a, %b, %c]
%xs: &[i64] = slot %xs0
"""


def test_arrays() -> None:
    assert numbers(ARRAY + """push %xs, %a
      sort %xs, compare, "", _
      %sorted: [i64] = load %xs
      call show_all(%sorted)
      %last: i64 = pop %xs
      %e: &i64 = element_addr %xs, %one
      store %e, %last
      %now: [i64] = peek %xs
      call show_all(%now)
      call show_all(%sorted)
      %part: [i64] = slice %sorted, %one, %two
      call show_all(%part)
      call show_all(%xs0)""") == [1, 2, 3, 3, 1, 3, 3, 1, 2, 3, 3, 2, 3, 1, 2]


def test_sorting_is_stable() -> None:
    functions = """fn tens(%a: i64, %b: i64) -> i32 {
    entry:
      %ten: i64 = const 10
      %x: i64 = div %a, %ten
      %y: i64 = div %b, %ten
      %r: i32 = call compare(%x, %y)
      return %r
    }"""
    assert numbers("""%a: i64 = const 22
      %b: i64 = const 13
      %c: i64 = const 21
      %d: i64 = const 11
      %xs: [i64] = array [%a, %b, %c, %d]
      %p: &[i64] = slot %xs
      sort %p, tens, "", _
      %s: [i64] = load %p
      call show_all(%s)""", functions) == [13, 11, 22, 21]


@pytest.mark.parametrize(("op", "message"), [
    ("%x: i64 = get %xs0, %nine", "index 9 out of bounds for length 3"),
    ("%x: &i64 = element_addr %xs, %nine", "index 9 out of bounds for length 3"),
    ("%x: [i64] = slice %xs0, %two, %nine", "slice 2..9 out of bounds for length 3"),
    ("%x: [i64] = slice %xs0, %two, %one", "slice 2..1 out of bounds for length 3"),
    ('%s: str = static "aτb"\n%x: str = slice %s, %zero, %two', "byte index 2 is not a character boundary"),
    ('%s: str = static "aτb"\n%x: str = slice %s, %nine, %nine', "slice 9..9 out of bounds for length 4"),
    ('%s: str = static "aτb"\n%x: u8 = get %s, %nine', "index 9 out of bounds for length 4"),
])
def test_bounds(op: str, message: str) -> None:
    assert panic(f'{ARRAY}{op} @ "x.sg:9:8"') == f"panic at x.sg:9:8: {message}\n"


def test_text_and_bytes() -> None:
    outcome = run("""%s: str = static "aτb"
      %one: u64 = const 1
      %three: u64 = const 3
      %tau: str = slice %s, %one, %three
      runtime print(%tau)
      %bytes: [u8] = share_buffer %tau
      %back: str = share_buffer %bytes
      runtime print(%back)
      %n: u64 = length %s
      %n64: i64 = cast %n
      call show(%n64)
      %byte: u8 = get %s, %one
      %b64: i64 = cast %byte
      call show(%b64)""")
    assert outcome.stdout == "ττ4\n207\n"


def test_copies_do_not_see_later_writes() -> None:
    """Through a load, a copy, a struct, an array, a map, an option, a closure and an argument."""
    functions = """
    fn put(%p: &[i64], %seen: [i64]) -> unit {
    entry:
      %x: i64 = const 9
      push %p, %x
      call show_all(%seen)
      %u: unit = const ()
      return %u
    }
    fn captured(%xs: [i64]) -> unit { entry: %u: unit = call show_all(%xs) return %u }
    """
    copies = ["%load: [i64] = load %p", "%view: [i64] = peek %p\n%load: [i64] = copy %view",
              "%view: [i64] = peek %p\n%pair: (i64, [i64]) = make (%x, %view)\n%load: [i64] = field %pair, 1",
              "%view: [i64] = peek %p\n%many: [[i64]] = array [%view]\n%i: u64 = const 0\n%load: [i64] = get %many, %i",
              "%view: [i64] = peek %p\n%o: [i64]? = some %view\n%load: [i64] = unwrap %o",
              "%view: [i64] = peek %p\n%q: &[i64] = slot %view\n%load: [i64] = peek %q",
              "%load: [i64] = peek %p"]
    for copy in copies:
        assert numbers(f"""%x: i64 = const 4
          %xs: [i64] = array [%x]
          %p: &[i64] = slot %xs
          push %p, %x
          {copy}
          push %p, %x
          call show_all(%load)""", functions) == [4, 4], copy
    assert numbers("""%x: i64 = const 4
      %xs: [i64] = array [%x]
      %p: &[i64] = slot %xs
      push %p, %x
      %view: [i64] = peek %p
      call put(%p, %view)
      %f: fn() -> unit = closure captured(%view)
      %now: [i64] = peek %p
      %n: u64 = length %now
      %n64: i64 = cast %n
      call show(%n64)
      call_value %f()""", functions) == [4, 4, 3, 4, 4]


def test_inner_arrays_are_copied_too() -> None:
    """Two copies of an array of arrays: a write to an inner one through a place is seen through that place only."""
    assert numbers("""%x: i64 = const 1
      %y: i64 = const 2
      %zero: u64 = const 0
      %row: [i64] = array [%x]
      %rows: [[i64]] = array [%row]
      %p: &[[i64]] = slot %rows
      %q: &[[i64]] = slot %rows
      %e: &[i64] = element_addr %p, %zero
      push %e, %y
      %copy: [[i64]] = load %p
      %ee: &i64 = element_addr %e, %zero
      store %ee, %y
      %new: [[i64]] = peek %p
      %new_row: [i64] = get %new, %zero
      call show_all(%new_row)
      %copied_row: [i64] = get %copy, %zero
      call show_all(%copied_row)
      %other: [[i64]] = peek %q
      %other_row: [i64] = get %other, %zero
      call show_all(%other_row)
      call show_all(%row)""") == [2, 2, 1, 2, 1, 1]


def test_places_inside_places() -> None:
    """A field's element, an enum's payload, an option's payload, a map's value, all in place and through in-out."""
    functions = """fn bump(%p: &i64) -> unit {
    entry:
      %x: i64 = load %p
      %one: i64 = const 1
      %y: i64 = add %x, %one
      store %p, %y
      %u: unit = const ()
      return %u
    }"""
    assert numbers("""%x: i64 = const 10
      %zero: u64 = const 0
      %first: i64 = const 0
      %k: str = static "k"
      %xs: [i64] = array [%x]
      %bag: %Bag = make (%x, %xs)
      %p: &%Bag = slot %bag
      %items: &[i64] = field_addr %p, 1
      %item: &i64 = element_addr %items, %zero
      call bump(%item)
      call bump(%item)
      %count: &i64 = field_addr %p, 0
      call bump(%count)
      %bag.1: %Bag = load %p
      %a: i64 = field %bag.1, 0
      call show(%a)
      %ys: [i64] = field %bag.1, 1
      call show_all(%ys)
      %s: %Shape = variant 1 (%k, %ys)
      %e: &%Shape = slot %s
      %payload: &[i64] = payload_addr %e, 1, 1
      push %payload, %x
      %s.1: %Shape = load %e
      %zs: [i64] = payload %s.1, 1, 1
      call show_all(%zs)
      call show_all(%ys)
      %some: i64? = some %x
      %o: &i64? = slot %some
      %inner: &i64 = payload_addr %o, -1, 0
      call bump(%inner)
      %some.1: i64? = load %o
      %b: i64 = unwrap %some.1
      call show(%b)
      %m: map<str, i64> = map_new hash, equal
      %mp: &map<str, i64> = slot %m
      map_insert %mp, %k, %x
      %old: map<str, i64> = load %mp
      %v: &i64 = map_value_addr %mp, %first
      call bump(%v)
      %m.1: map<str, i64> = peek %mp
      %c: i64 = map_value %m.1, %first
      call show(%c)
      %d: i64 = map_value %old, %first
      call show(%d)""", functions) == [11, 12, 12, 10, 12, 11, 11, 10]


# ---- Maps -------------------------------------------------------------------------------------------------------------


def test_maps_keep_the_order_of_insertion() -> None:
    outcome = run("""%m: map<str, i64> = map_new hash, equal
      %p: &map<str, i64> = slot %m
      %a: str = static "a"
      %b: str = static "b"
      %c: str = static "c"
      %one: i64 = const 1
      %two: i64 = const 2
      %zero: i64 = const 0
      map_insert %p, %b, %one
      map_insert %p, %a, %one
      map_insert %p, %c, %one
      map_insert %p, %b, %two
      %v: map<str, i64> = load %p
      %first: str = map_key %v, %zero
      runtime print(%first)
      %value: i64 = map_value %v, %zero
      call show(%value)
      map_remove %p, %zero
      %w: map<str, i64> = peek %p
      %first.1: str = map_key %w, %zero
      runtime print(%first.1)
      %found: i64 = map_find %w, %c
      call show(%found)
      %missing: i64 = map_find %w, %b
      call show(%missing)
      %n: u64 = length %w
      %n64: i64 = cast %n
      call show(%n64)
      %old: u64 = length %v
      %old64: i64 = cast %old
      call show(%old64)""")
    assert outcome.stdout == "b2\na1\n-1\n2\n3\n"


def test_keys_are_equal_as_the_total_order_says() -> None:
    """NaN is equal to itself, the zeros differ, absent values are equal whatever their faults."""
    assert numbers("""%m: map<(f64, str?), unit> = map_new hash_f, equal_f
      %p: &map<(f64, str?), unit> = slot %m
      %u: unit = const ()
      %nan: f64 = const nan
      %zero: f64 = const 0.0
      %minus: f64 = const -0.0
      %s: str = static "s"
      %t: str = static "t"
      %f: fault = fault %s, %s, _, "x"
      %g: fault = fault %t, %t, _, "y"
      %none: str? = none %f
      %none.1: str? = none %g
      %k: (f64, str?) = make (%nan, %none)
      %k.1: (f64, str?) = make (%nan, %none.1)
      %k.2: (f64, str?) = make (%zero, %none)
      %k.3: (f64, str?) = make (%minus, %none)
      map_insert %p, %k, %u
      map_insert %p, %k.1, %u
      map_insert %p, %k.2, %u
      map_insert %p, %k.3, %u
      %v: map<(f64, str?), unit> = peek %p
      %n: u64 = length %v
      %n64: i64 = cast %n
      call show(%n64)""") == [3]


# ---- Calls and control flow -------------------------------------------------------------------------------------------


def test_closures_and_function_values() -> None:
    functions = """fn add(%n: i64, %x: i64) -> i64 { entry: %r: i64 = add %n, %x return %r }
    fn twice(%f: fn(i64) -> i64, %x: i64) -> i64 {
    entry:
      %y: i64 = call_value %f(%x)
      %z: i64 = call_value %f(%y)
      return %z
    }
    fn negate(%x: i64) -> i64 { entry: %r: i64 = neg %x return %r }"""
    assert numbers("""%five: i64 = const 5
      %f: fn(i64) -> i64 = closure add(%five)
      %r: i64 = call twice(%f, %five)
      call show(%r)
      %g: fn(i64) -> i64 = function negate
      %s: i64 = call twice(%g, %five)
      call show(%s)""", functions) == [15, 5]


def test_branches_switches_and_swapped_block_arguments() -> None:
    functions = """fn name(%n: i64) -> i64 {
    entry:
      %ten: i64 = const 10
      %twenty: i64 = const 20
      switch %n [0: zero, -1: minus] other
    zero:
      return %ten
    minus:
      return %twenty
    other:
      br swap(%ten, %twenty, %n)
    swap(%a: i64, %b: i64, %i: i64):
      %one: i64 = const 1
      %next: i64 = sub %i, %one
      %more: bool = gt %next, %one
      cond_br %more, again, done
    again:
      br swap(%b, %a, %next)
    done:
      return %a
    }"""
    body = "\n".join(f"%n{i}: i64 = const {n}\n%r{i}: i64 = call name(%n{i})\ncall show(%r{i})"
                     for i, n in enumerate((0, -1, 2, 3, 4)))
    assert numbers(body, functions) == [10, 20, 10, 20, 10]


def test_deep_recursion() -> None:
    functions = """fn count(%n: i64) -> i64 {
    entry:
      %zero: i64 = const 0
      %is: bool = eq %n, %zero
      cond_br %is, end, more
    end:
      return %zero
    more:
      %one: i64 = const 1
      %m: i64 = sub %n, %one
      %r: i64 = call count(%m)
      %s: i64 = add %r, %one
      return %s
    }"""
    deep = "%n: i64 = const 15000\n%r: i64 = call count(%n)\ncall show(%r)"
    assert run(deep, functions, max_steps=None).stdout == "15000\n"
    with pytest.raises(LimitReached, match="calls"):
        run("%n: i64 = const 1000000\n%r: i64 = call count(%n)", functions, max_steps=None)


def test_the_step_limit() -> None:
    with pytest.raises(LimitReached, match="ops"):
        run("br loop\nloop:\nbr loop", max_steps=1000)


def test_foreign_functions() -> None:
    assert numbers("""%minus: i32 = const -5
      %r: i32 = foreign abs(%minus)
      %r64: i64 = cast %r
      call show(%r64)
      %text: str = static "four"
      %n: u64 = foreign strlen(%text)
      %n64: i64 = cast %n
      call show(%n64)""", "foreign abs(i32) -> i32\nforeign strlen(ptr) -> u64") == [5, 4]


def test_counts_are_ignored() -> None:
    assert numbers(ARRAY + "retain %xs0\nrelease %xs0\nrelease %xs\ncall show_all(%xs0)") == [3, 1, 2]


# ---- The end ----------------------------------------------------------------------------------------------------------


def test_panics_keep_what_was_printed() -> None:
    outcome = run("""%s: str = static "out\\n"
      runtime print(%s)
      %e: str = static "err\\n"
      runtime eprint(%e)
      %m: str = static "bad"
      panic %m @ "a.sg:5:6\"""")
    assert outcome == Outcome("out\n", "err\npanic at a.sg:5:6: bad\n", 101)


@pytest.mark.parametrize(("site", "shown"), [("f.sg:1:2", "f.sg:1:2"), ("", "a.sg:5:6")])
def test_a_fault_that_is_raised_keeps_its_site(site: str, shown: str) -> None:
    assert panic(f"""%m: str = static "why"
      %f: fault = fault %m, %m, _, "{site}"
      raise %f @ "a.sg:5:6\"""") == f"panic at {shown}: why\n"


@pytest.mark.parametrize(("body", "outcome"), [
    ("%status: i32 = const 3\nreturn %status", Outcome("", "", 3)),
    ("%status: i32 = const -1\nreturn %status", Outcome("", "", 255)),
    ("%x: i64 = const 3\n%option: i64? = some %x\nreturn %option", Outcome("", "", 0)),
    ("""%m: str = static "why"
      %f: fault = fault %m, %m, _, ""
      %g: fault = fault %m, %m, %f, "a.sg:1:2"
      %option: i64? = none %g
      return %option""", Outcome("", "fault at a.sg:1:2: why\n  caused by: fault: why\n", 1)),
])
def test_the_status_of_main(body: str, outcome: Outcome) -> None:
    assert run(body) == outcome


def test_a_module_without_main_can_not_be_run() -> None:
    with pytest.raises(InternalError, match="no main"):
        interpret(parse_module("fn f() -> unit { entry: unreachable }"))
    with pytest.raises(InternalError, match="can't be reached"):
        run("unreachable")
