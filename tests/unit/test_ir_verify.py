"""The verifier: what it accepts, and a case that breaks each rule."""

import pytest

from sigilc.crash import InternalError
from sigilc.ir.parser import parse_module
from sigilc.ir.verify import verify

HEAD = """
struct %Point { f64, f64 }
struct %State { i64 }
enum %Shape { Circle(f64), Unit }
actor Counter %State {
  Add(i64) = add
  Get() -> i64 = get
}
foreign put(ptr, i32) -> i32
main main
fn main() -> unit { entry: %u: unit = const () return %u }
fn add(%self: &%State, %n: i64) -> unit { entry: %u: unit = const () return %u }
fn get(%self: &%State) -> i64 { entry: %n: i64 = const 1 return %n }
fn hash(%k: str) -> u64 { entry: %n: u64 = const 1 return %n }
fn equal(%a: str, %b: str) -> bool { entry: %n: bool = const true return %n }
"""
PARAMS = """%i: i64, %j: i32, %n: u64, %d: f64, %b: bool, %c: char, %s: str, %xs: [i64], %m: map<str, i64>, %p: %Point,
%e: %Shape, %o: i64?, %f: fault, %fn: fn(i64) -> i64, %a: address, %u: unit, %ai: &i64, %axs: &[i64], %am: &map<str, i64>,
%ap: &%Point, %ae: &%Shape, %fut: future<i64>, %st: %State, %ptr: ptr"""


def check(body: str, head: str = HEAD) -> None:
    verify(parse_module(f"{head}\nfn f({PARAMS}) -> unit {{\n{body}\n}}"))


@pytest.mark.parametrize("op", [
    "%r: i64 = add.checked %i, %i cleanup [%s, %axs]", "%r: bool = xor %b, %b", "%r: f64 = fmul %d, %d",
    "%r: char = const 'x'", "%r: ptr = const 0", "%r: f32 = cast %i", "%r: bool = lt %c, %c", "%r: bool = eq %a, %a",
    "%r: f64 = field %p, 1", "%r: f64 = payload %e, 0, 0", "%r: i64 = unwrap %o", "%r: fault? = fault_field %f, cause",
    "%r: u8 = get %s, %n", "%r: i64 = get %xs, %n", "%r: str = slice %s, %n, %n", "%r: &i64 = element_addr %axs, %n",
    "%r: map<str, i64> = map_new hash, equal", "%r: &i64 = map_value_addr %am, %i", "map_insert %am, %s, %i",
    "%r: i64 = call_value %fn(%i)", "%r: i32 = foreign put(%s, %j)", "%r: unit = runtime print(%s)",
    "runtime print(%s)", "%r: address = spawn Counter %st", "tell Counter[0] %a(%i)",
    "%r: future<i64> = ask Counter[1] %a()", "%r: i64? = await %fut", "%r: &f64 = payload_addr %ae, 0, 0",
    "%r: fn(&%State) -> i64 = function get", "%r: fn(str) -> bool = closure equal(%s)", "retain %xs", "release %axs",
])
def test_what_fits_is_accepted(op: str) -> None:
    check(f"entry:\n{op}\nreturn %u")


@pytest.mark.parametrize(("op", "rule"), [
    ("%r: i64 = const true", "True is no constant of i64"),
    ("%r: u8 = const 256", "256 is no constant of u8"),
    ("%r: i8 = const -129", "-129 is no constant of i8"),
    ("%r: bool = const 1", "1 is no constant of bool"),
    ("%r: str = const 1", "1 is no constant of str"),
    (r'%r: str = static b"\xff"', "static text must be valid UTF-8"),
    ('%r: i64 = static "x"', "the result must be str or [u8]"),
    ("%r: fn(i64) -> i64 = function get", "the result is fn(i64) -> i64, expected fn(&%State) -> i64"),
    ("%r: fn(i64) -> i64 = function nowhere", "there is no function nowhere"),
    ("%r: i64 = add %i, %j", "the right operand is i32, expected i64"),
    ("%r: f64 = add %d, %d", "add of f64"),
    ("%r: bool = add %b, %b", "add of bool"),
    ("%r: i32 = add %i, %i", "the result is i32, expected i64"),
    ("%r: i64 = fadd %i, %i", "i64 is no float"),
    ("%r: bool = neg %b", "minus of bool"),
    ("%r: f64 = not %d", "not of f64"),
    ("%r: bool = lt %b, %b", "lt of bool"),
    ("%r: bool = eq %s, %s", "eq of str"),
    ("%r: i64 = cast %s", "str can't be cast"),
    ("%r: i64 = select %i, %i, %i", "the condition is i64, expected bool"),
    ("%r: str = select %b, %s, %s", "select of str, which is no scalar"),
    ("%r: %Point = make (%d)", "1 fields, expected 2"),
    ("%r: %Point = make (%d, %i)", "field 1 is i64, expected f64"),
    ("%r: i64 = make (%i)", "the result is a struct or tuple"),
    ("%r: f64 = field %p, 2", "%Point has no field 2"),
    ("%r: f64 = field %i, 0", "i64 has no fields"),
    ("%r: %Shape = variant 2 ()", "%Shape has no variant 2"),
    ("%r: i64 = tag %e", "the result is i64, expected i32"),
    ("%r: f64 = payload %e, 1, 0", "variant 1 of %Shape has no field 0"),
    ("%r: str? = some %i", "the result is str?, expected i64?"),
    ("%r: i64? = none %s", "the fault is str, expected fault"),
    ("%r: bool = is_some %i", "i64 is no option"),
    ("%r: str = get_fault %o", "the result is str, expected fault"),
    ('%r: fault = fault %s, %i, _, "x"', "the stage is i64, expected str"),
    ("%r: str = fault_field %f, colour", "a fault has no colour"),
    ("%r: [str] = array [%i]", "item 0 is i64, expected str"),
    ("%r: u64 = length %i", "i64 has no length"),
    ("%r: i64 = get %xs, %i", "the index is i64, expected u64"),
    ("%r: [i64] = slice %s, %n, %n", "the result is [i64], expected str"),
    ("push %axs, %s", "the value is str, expected i64"),
    ("push %xs, %i", "[i64] is no address"),
    ("%r: str = pop %axs", "the result is str, expected i64"),
    ("reserve %axs, %i", "the count is i64, expected u64"),
    ('sort %axs, equal, "", _', "equal's parameter 0 is str, expected i64"),
    ("%r: str = share_buffer %xs", "[i64] is neither text nor bytes"),
    ("%r: str = copy %xs", "the result is str, expected [i64]"),
    ("%r: i64 = slot %i", "the result is i64, expected &i64"),
    ("%r: i64 = load %i", "i64 is no address"),
    ("%r: str = peek %ai", "the result is str, expected i64"),
    ("store %ai, %s", "the value is str, expected i64"),
    ("%r: i64 = store %ai, %i", "the op has no result"),
    ("%r: &i64 = field_addr %ap, 0", "the result is &i64, expected &f64"),
    ("%r: &i64 = payload_addr %ae, -1, 0", "%Shape has no variant -1"),
    ("%r: &i64 = element_addr %ai, %n", "i64 is no array"),
    ("%r: map<i64, i64> = map_new hash, equal", "hash's parameter 0 is str, expected i64"),
    ("%r: i64 = map_find %m, %i", "the key is i64, expected str"),
    ("%r: str = map_key %m, %n", "the index is u64, expected i64"),
    ("%r: str = map_value %m, %i", "the result is str, expected i64"),
    ("map_insert %am, %s, %s", "the value is str, expected i64"),
    ("map_remove %axs, %i", "[i64] is no map"),
    ("%r: unit = call add(%i)", "1 arguments, expected 2"),
    ("%r: i64 = call nowhere()", "there is no function nowhere"),
    ("call get(%ai)", "argument 0 is &i64, expected &%State"),
    ("%r: i64 = call_value %i(%i)", "i64 can't be called"),
    ("%r: i64 = call_value %fn(%s)", "argument 0 is str, expected i64"),
    ("%r: i32 = foreign nowhere()", "there is no foreign function nowhere"),
    ("%r: i32 = foreign put(%s)", "1 arguments, expected 2"),
    ("%r: i32 = foreign put(%i, %j)", "argument 0 is i64, expected ptr"),
    ("%r: unit = runtime print(%i)", "argument 0 is i64, expected str"),
    ("%r: fn(i64) -> bool = closure equal(%s)", "equal's parameter 1 is str, expected i64"),
    ("retain %i", "i64 is not counted"),
    ("release %i", "i64 is not counted"),
    ("%r: address = spawn Nobody %st", "there is no actor Nobody"),
    ("%r: address = spawn Counter %p", "the state is %Point, expected %State"),
    ("tell Counter[2] %a(%i)", "Counter has no handler 2"),
    ("tell Counter[0] %a(%s)", "argument 0 is str, expected i64"),
    ("tell Counter[0] %i(%i)", "the receiver is i64, expected address"),
    ("%r: future<i64> = ask Counter[0] %a(%i)", "Counter's Add has no reply"),
    ("%r: i64 = await %fut", "the result is i64, expected i64?"),
    ("stop %i", "the operand is i64, expected address"),
    ("%r: (&i64,) = make (%ai)", "an address is stored or passed on"),
    ("%r: i64 = add %i, %i cleanup [%s]", "cleanup on an op that can't panic"),
    ("%r: i64 = add.checked %i, %i cleanup [%i]", "cleanup of a i64, which is not counted"),
])
def test_what_does_not_fit_is_refused(op: str, rule: str) -> None:
    with pytest.raises(InternalError) as raised:
        check(f"entry:\n{op}\nreturn %u")
    assert raised.value.message.endswith(f": {rule}")
    assert raised.value.message.startswith("invalid IR in f, block entry, `")


def test_unknown_runtime_functions_are_refused() -> None:
    with pytest.raises(InternalError, match="there is no runtime function nothing"):
        check("entry:\n%r: i64 = runtime nothing()\nreturn %u")


@pytest.mark.parametrize(("body", "rule"), [
    ("entry:", "the block is empty"),
    ("entry:\n%r: i64 = neg %i", "the last op is no terminator"),
    ("entry:\nreturn %u\nreturn %u", "a terminator in the middle of a block"),
    ("entry(%x: i64):\nreturn %u", "the entry has parameters"),
    ("entry:\nbr entry", "the entry has a predecessor"),
    ("entry:\nreturn %i", "the value is i64, expected unit"),
    ("entry:\n%x: i64 = add %y, %y\n%y: i64 = neg %i\nreturn %u", "the use of %y is not dominated by its definition"),
    ("entry:\n%x: i64 = add.checked %i, %i cleanup [%y]\n%y: str = copy %s\nreturn %u",
     "the use of %y is not dominated by its definition"),
    ("entry:\ncond_br %b, l, r\nl:\n%x: i64 = neg %i\nbr j\nr:\nbr j\nj:\n%y: i64 = neg %x\nreturn %u",
     "the use of %x is not dominated by its definition"),
    ("entry:\nbr j(%s)\nj(%x: i64):\nreturn %u", "block argument 0 is str, expected i64"),
    ("entry:\nbr j\nj(%x: i64):\nreturn %u", "0 block arguments, expected 1"),
    ("entry:\nbr j(%ai)\nj(%x: &i64):\nreturn %u", "a parameter is an address"),
    ("entry:\ncond_br %i, l, r\nl:\nreturn %u\nr:\nreturn %u", "the condition is i64, expected bool"),
    ("entry:\ncond_br %b, l, l\nl:\nreturn %u", "the target l has another predecessor"),
    ("entry:\ncond_br %b, l, r\nl:\nbr r\nr:\nreturn %u", "the target r has another predecessor"),
    ("entry:\ncond_br %b, l, r\nl:\nreturn %u\nr(%x: i64):\nreturn %u", "the target r has parameters"),
    ("entry:\nswitch %i [0: l] r\nl:\nreturn %u\nr(%x: i64):\nreturn %u", "the target r has parameters"),
    ("entry:\nswitch %i [0: l, 0: m] r\nl:\nreturn %u\nm:\nreturn %u\nr:\nreturn %u", "a case is there twice"),
    ("entry:\nswitch %b [0: l] r\nl:\nreturn %u\nr:\nreturn %u", "switch on bool"),
    ("entry:\npanic %i", "the message is i64, expected str"),
    ("entry:\nraise %s", "the fault is str, expected fault"),
])
def test_the_shape_of_a_function(body: str, rule: str) -> None:
    with pytest.raises(InternalError) as raised:
        check(body)
    assert raised.value.message.endswith(f": {rule}")


def test_uses_in_unreachable_blocks_need_no_dominating_definition() -> None:
    check("entry:\nreturn %u\ndead:\n%x: i64 = neg %y\nbr deader\ndeader:\n%y: i64 = neg %i\nreturn %u")


def test_a_function_without_blocks_is_refused() -> None:
    with pytest.raises(InternalError, match="in f: the function has no blocks"):
        check("")


def test_a_value_defined_twice_is_refused() -> None:
    module = parse_module("fn f(%u: unit, %i: i64) -> unit {\nentry:\n%x: i64 = neg %i\nreturn %u\n}")
    block = module.functions["f"].blocks[0]
    block.ops.insert(0, block.ops[0])
    with pytest.raises(InternalError, match="%x is defined twice"):
        verify(module)


def test_a_value_of_another_function_is_refused() -> None:
    module = parse_module("fn f(%u: unit) -> unit {\nentry:\nreturn %u\n}\nfn g(%v: unit) -> unit {\nentry:\nreturn %v\n}")
    module.functions["f"].blocks[0].ops = module.functions["g"].blocks[0].ops
    with pytest.raises(InternalError, match="%v is not defined in the function"):
        verify(module)


def test_a_target_of_another_function_is_refused() -> None:
    module = parse_module("fn f() -> unit {\nentry:\nunreachable\n}\nfn g() -> unit {\nentry:\nbr b\nb:\nunreachable\n}")
    module.functions["f"].blocks[0].ops = module.functions["g"].blocks[0].ops
    with pytest.raises(InternalError, match="a target is not in the function"):
        verify(module)


@pytest.mark.parametrize(("before", "after", "rule"), [
    ("main main", "main nowhere", "there is no function nowhere, which main names"),
    ("main main", "main hash", "main has parameters"),
    ("fn main() -> unit { entry: %u: unit = const () return %u }",
     'fn main() -> str { entry: %u: str = static "" return %u }', "main returns str"),
    ("Add(i64) = add", "Add(i64) = nowhere", "there is no function nowhere, which handler Add of Counter names"),
    ("Add(i64) = add", "Add(str) = add", "handler Add of Counter has other parameters than add"),
    ("Get() -> i64 = get", "Get() = get", "handler Get of Counter has another result than get"),
])
def test_declarations(before: str, after: str, rule: str) -> None:
    with pytest.raises(InternalError) as raised:
        check("entry:\nreturn %u", HEAD.replace(before, after))
    assert raised.value.message == f"invalid IR: {rule}"


def test_a_function_under_another_name_is_refused() -> None:
    module = parse_module("fn f(%u: unit) -> unit {\nentry:\nreturn %u\n}")
    module.functions["g"] = module.functions.pop("f")
    with pytest.raises(InternalError, match="the function f is listed as g"):
        verify(module)
