"""Emits what C calls: exported functions, and the program's entry for the runtime's `main`.

An array parameter of an exported function is a pointer and a length. The elements are copied at the border into a
buffer that the function may keep; arrays without counts only. No panic crosses the border.
"""

from __future__ import annotations

from sigilc.codegen.buffers import HEADER
from sigilc.codegen.context import ModuleContext
from sigilc.codegen.counts import emit_release
from sigilc.codegen.names import function_symbol, symbol
from sigilc.codegen.runtime_symbols import c_extension, c_type
from sigilc.codegen.tbaa import USED
from sigilc.codegen.writer import Leaves, Writer, aggregate_type
from sigilc.crash import InternalError
from sigilc.ir.function import IrFunction
from sigilc.ir.types import FAULT, STR, U8, UNIT, IrArray, IrInt, IrOption, IrType

PROGRAM = "sigil_program"


def emit_export(context: ModuleContext, function: IrFunction) -> str:
    """The C function of an `#[export]` function."""
    w = Writer(context)
    w.begin("start")
    params: list[str] = []
    arguments: list[str] = []
    copies: list[tuple[IrType, Leaves]] = []
    for number, param in enumerate(function.params):
        if isinstance(param.type, IrArray) or param.type == STR:
            params += [f"ptr %p{number}", f"i64 noundef %n{number}"]
            leaves = _copy_in(w, function, param.type, f"%p{number}", f"%n{number}")
            copies.append((param.type, leaves))
            arguments += w.arguments(context.types.layout(param.type), leaves)
        elif param.type != UNIT:
            ll_type = c_type(param.type)
            params.append(f"{ll_type} noundef{c_extension(param.type)} %p{number}")
            arguments.append(f"{ll_type} %p{number}")
    result, extension = "void", ""
    if function.result != UNIT:
        result, extension = c_type(function.result), c_extension(function.result)
    w.has_pads = True
    call = (f"invoke {result} {function_symbol(function.name)}({', '.join(arguments)}) "
            "to label %done unwind label %pad")
    returned = ""
    if result == "void":
        w.emit(call)
    else:
        returned = w.value(call)
    w.begin("done")
    for type_, leaves in copies:
        emit_release(w, type_, leaves)
    w.emit(f"ret {result} {returned}".rstrip())
    w.begin("pad")
    w.value("landingpad { ptr, i32 } cleanup")
    w.call_runtime("sigil_panic_at_border", "void")
    w.emit("unreachable")
    return w.text(f"define{extension} {result} {symbol(function.export)}({', '.join(params)}) uwtable")


def _copy_in(w: Writer, function: IrFunction, type_: IrType, data: str, length: str) -> Leaves:
    """An array of its own with the elements of a C array."""
    item = type_.item if isinstance(type_, IrArray) else U8
    if w.context.is_counted(item):
        raise InternalError(f"the exported function {function.export} takes {type_}", function.span)
    size = w.types.layout(item).size
    owner = w.call_runtime("sigil_buffer_new", "ptr", f"i64 {length}", f"i64 {size}")
    w.store_word(USED, length, w.offset(owner, 16))
    copy = w.offset(owner, HEADER)
    size_text = w.value(f"mul nuw nsw i64 {length}, {size}")
    w.call_runtime("llvm.memcpy.p0.p0.i64", "void", f"ptr {copy}", f"ptr {data}", f"i64 {size_text}", "i1 false")
    return copy, length, owner


def emit_program(context: ModuleContext, main: IrFunction) -> str:
    """`sigil_program`: calls `main` and turns its result into the exit status."""
    w = Writer(context)
    w.begin("start")
    layout = context.types.layout(main.result)
    call = f"call {aggregate_type(layout)} {function_symbol(main.name)}()"
    if layout.leaves:
        leaves = w.split(layout, w.value(call))
    else:
        w.emit(call)
        leaves = ()
    type_ = main.result
    if isinstance(type_, IrOption):
        w.branch_if(w.value(f"icmp eq ptr {leaves[0]}, null"), "present", "absent")
        w.begin("absent")
        w.call_runtime("sigil_report_fault", "void", f"ptr {leaves[0]}")
        emit_release(w, FAULT, leaves[:1])
        w.emit("ret i32 1")
        w.begin("present")
        type_, leaves = type_.item, leaves[1:]
    if isinstance(type_, IrInt):
        w.emit(f"ret i32 {_as_status(w, type_, leaves[0])}")
    else:
        emit_release(w, type_, leaves)
        w.emit("ret i32 0")
    return w.text(f"define i32 {symbol(PROGRAM)}() uwtable")


def _as_status(w: Writer, type_: IrInt, scalar: str) -> str:
    if type_.bits == 32:
        return scalar
    if type_.bits > 32:
        return w.value(f"trunc i{type_.bits} {scalar} to i32")
    return w.value(f"{'sext' if type_.signed else 'zext'} i{type_.bits} {scalar} to i32")
