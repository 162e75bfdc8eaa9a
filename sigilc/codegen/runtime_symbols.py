"""The runtime functions and LLVM intrinsics that generated code calls, as LLVM declares them.

`nounwind` is a promise that no panic passes: what may panic, or runs actors, must not have it.
"""

from __future__ import annotations

import re

from sigilc.crash import InternalError
from sigilc.ir.runtime_abi import RUNTIME, RuntimeFunction
from sigilc.ir.types import BOOL, F64, UNIT, IrAddr, IrFloat, IrInt, IrSimple, IrType

_PANIC = "cold noreturn uwtable"
_FRESH = "nounwind willreturn"
_READS = "nounwind willreturn memory(read)"

# name: result, parameters, attributes
_TABLE = {
    "sigil_alloc": ("noalias nonnull ptr", "i64 noundef", _FRESH),
    "sigil_drop_in_turn": ("void", "ptr noundef, ptr noundef", "nounwind"),
    "sigil_run_drop": ("void", "ptr noundef, ptr noundef", "nounwind"),
    "sigil_free": ("void", "ptr noundef", _FRESH),
    "sigil_buffer_new": ("noalias nonnull ptr", "i64 noundef, i64 noundef", _FRESH),
    "sigil_buffer_make_unique": ("void", "ptr noundef, ptr noundef", "nounwind"),
    "sigil_buffer_reserve": ("void", "ptr noundef, i64 noundef, ptr noundef", "nounwind"),
    "sigil_buffer_drop": ("void", "ptr noundef, ptr noundef", "nounwind"),
    "sigil_array_rotate": ("void", "ptr noundef, i64 noundef, i64 noundef, i64 noundef, ptr noundef", "nounwind"),
    "sigil_array_truncate": ("void", "ptr noundef, i64 noundef, ptr noundef", "nounwind"),
    "sigil_slice_lend": ("i64", "ptr noundef, i64 noundef, i64 noundef, ptr noundef, ptr noundef", "nounwind"),
    "sigil_slice_give_back": ("void", "ptr noundef, i64 noundef, i64 noundef, i64 noundef, ptr noundef, ptr noundef", "nounwind"),
    "sigil_elements_give_back": ("void", "ptr noundef, i64 noundef, ptr noundef, ptr noundef", "nounwind"),
    "sigil_array_extend": ("void", "ptr noundef, ptr noundef, ptr noundef", "nounwind"),
    "sigil_array_sort": ("void", "ptr noundef, ptr noundef, ptr noundef, ptr noundef, ptr noundef, ptr noundef", "uwtable"),
    "sigil_array_sort_by": ("void", "ptr noundef, ptr noundef, ptr noundef, ptr noundef", "uwtable"),
    "sigil_map_new": ("nonnull ptr", "ptr noundef", "nounwind"),
    "sigil_map_length": ("i64", "ptr noundef", _READS),
    "sigil_map_find": ("i64", "ptr noundef, ptr noundef", "uwtable"),
    "sigil_map_key": ("ptr", "ptr noundef, i64 noundef", _READS),
    "sigil_map_value": ("ptr", "ptr noundef, i64 noundef", _READS),
    "sigil_map_make_unique": ("void", "ptr noundef", "uwtable"),
    "sigil_map_reserve": ("void", "ptr noundef, i64 noundef", "uwtable"),
    "sigil_map_insert": ("void", "ptr noundef, ptr noundef, ptr noundef", "uwtable"),
    "sigil_map_remove": ("void", "ptr noundef, i64 noundef", "uwtable"),
    "sigil_fault_new": ("nonnull ptr", "ptr noundef, ptr noundef, ptr noundef, i64 noundef, ptr noundef", "nounwind"),
    "sigil_fault_site": ("void", "ptr noundef, ptr noundef", "nounwind"),
    "sigil_report_fault": ("void", "ptr noundef", "nounwind"),
    "sigil_panic": ("void", "ptr noundef, ptr noundef", _PANIC),
    "sigil_raise_fault": ("void", "ptr noundef, ptr noundef", _PANIC),
    "sigil_panic_overflow": ("void", "ptr noundef, ptr noundef", _PANIC),
    "sigil_panic_division": ("void", "ptr noundef", _PANIC),
    "sigil_panic_shift": ("void", "ptr noundef", _PANIC),
    "sigil_panic_bounds": ("void", "i64 noundef, i64 noundef, ptr noundef", _PANIC),
    "sigil_panic_slice": ("void", "i64 noundef, i64 noundef, i64 noundef, ptr noundef", _PANIC),
    "sigil_panic_char_boundary": ("void", "i64 noundef, ptr noundef", _PANIC),
    "sigil_panic_at_border": ("void", "", "cold noreturn nounwind"),
    "sigil_catch": ("zeroext i1", "ptr noundef, ptr noundef", "nounwind"),
    "sigil_actor_spawn": ("i64", "ptr noundef, ptr noundef", "nounwind"),
    "sigil_actor_tell": ("void", "i64 noundef, ptr noundef, i32 noundef, ptr noundef, i64 noundef", "nounwind"),
    "sigil_actor_ask": ("nonnull ptr", "i64 noundef, ptr noundef, i32 noundef, ptr noundef, i64 noundef, i64 noundef, "
                        "ptr noundef", "nounwind"),
    "sigil_await": ("void", "ptr noundef, ptr noundef", "uwtable"),
    "sigil_actor_stop": ("void", "i64 noundef", "nounwind"),
    "sigil_actor_kill": ("void", "i64 noundef", "nounwind"),
    "__gcc_personality_v0": ("i32", "...", ""),
    "llvm.memcpy.p0.p0.i64": ("void", "ptr, ptr, i64, i1", ""),
    "llvm.ptrmask.p0.i64": ("ptr", "ptr, i64", ""),
    "llvm.memset.p0.i64": ("void", "ptr, i8, i64, i1", ""),
    "llvm.experimental.noalias.scope.decl": ("void", "metadata", ""),
    "llvm.expect.i1": ("i1", "i1, i1", ""),
    "sigil_guard": ("void", "ptr noundef, ptr noundef", "nounwind"),
}

_WITH_OVERFLOW = re.compile(r"llvm\.[su](add|sub|mul)\.with\.overflow\.(i\d+)\Z")
_SATURATING = re.compile(r"llvm\.fpto[su]i\.sat\.(i\d+)\.(f32|f64)\Z")
_FLOAT_UNARY = re.compile(r"llvm\.(sqrt|floor|ceil|trunc|round|rint|fabs)\.f64\Z")
_INT_UNARY = re.compile(r"llvm\.(ctpop|bswap|bitreverse)\.(i\d+)\Z")
_INT_COUNT = re.compile(r"llvm\.(ctlz|cttz)\.(i\d+)\Z")


def declaration(name: str) -> str:
    """The `declare` line of a runtime function or intrinsic."""
    entry = _TABLE.get(name)
    if entry is not None:
        result, params, attributes = entry
        return f"declare {result} @{name}({params}) {attributes}".rstrip()
    if name.startswith("sigil_") and (function := RUNTIME.get(name.removeprefix("sigil_"))) is not None:
        return _declare_listed(function)
    if match := _WITH_OVERFLOW.match(name):
        return f"declare {{ {match[2]}, i1 }} @{name}({match[2]}, {match[2]})"
    if match := _SATURATING.match(name):
        return f"declare {match[1]} @{name}({ {'f32': 'float', 'f64': 'double'}[match[2]]})"
    if _FLOAT_UNARY.match(name):
        return f"declare double @{name}(double)"
    if name == "llvm.copysign.f64":
        return f"declare double @{name}(double, double)"
    if match := _INT_UNARY.match(name):
        return f"declare {match[2]} @{name}({match[2]})"
    if match := _INT_COUNT.match(name):
        return f"declare {match[2]} @{name}({match[2]}, i1 immarg)"
    raise InternalError(f"code generation knows no runtime function {name}")


def c_type(type_: IrType) -> str:
    """The LLVM type of a scalar that crosses to C."""
    match type_:
        case IrInt(bits=bits) if bits <= 64:
            return f"i{bits}"
        case IrFloat(bits=bits):
            return "float" if bits == 32 else "double"
        case IrSimple(name="bool"):
            return "i1"
        case IrSimple(name="char"):
            return "i32"
        case IrSimple(name="address"):
            return "i64"
        case IrSimple(name="ptr") | IrAddr():
            return "ptr"
    raise InternalError(f"{type_} can't cross to C as a scalar")


def c_extension(type_: IrType) -> str:
    """The attribute by which C's calling convention widens a small integer."""
    if type_ == BOOL:
        return " zeroext"
    if isinstance(type_, IrInt) and type_.bits < 32:
        return " signext" if type_.signed else " zeroext"
    return ""


def returns_through_pointer(function: RuntimeFunction) -> bool:
    """Whether the result is a text or an array, written to a first parameter `out`."""
    return function.result != UNIT and not isinstance(function.result, IrInt | IrFloat | IrSimple)


def _declare_listed(function: RuntimeFunction) -> str:
    by_pointer = returns_through_pointer(function)
    params = ["ptr noundef"] if by_pointer else []
    has_memory = by_pointer
    for param in function.params:
        if isinstance(param, IrInt | IrFloat | IrSimple | IrAddr):
            params.append(f"{c_type(param)} noundef{c_extension(param)}")
            has_memory = has_memory or isinstance(param, IrAddr)
        else:
            params += ["ptr noundef", "i64 noundef"]
            has_memory = True
    result = "void"
    if not by_pointer and function.result != UNIT:
        result = f"{c_extension(function.result)} {c_type(function.result)}".strip()
    attributes = "uwtable" if function.may_panic else "nounwind"
    if function.is_pure and not by_pointer:
        # Texts are only read; the seed of hashes never changes once it is there.
        attributes += " willreturn memory(read)" if has_memory else " willreturn memory(none)"
    return f"declare {result} @{function.symbol}({', '.join(params)}) {attributes}"


# Functions that are single instructions.
INTRINSIC_BY_RUNTIME = {f"math_{name}": f"llvm.{name}.f64" for name in (
    "sqrt", "floor", "ceil", "trunc", "round", "rint", "fabs", "copysign")}
# Functions that look at the same bits as a value of another type.
BITCASTS = frozenset(["f64_to_bits", "f64_from_bits", "f32_to_bits", "f32_from_bits"])
assert all(RUNTIME[name].result == F64 for name in INTRINSIC_BY_RUNTIME)
