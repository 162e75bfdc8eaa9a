"""Emits what C calls: exported functions, callbacks, and the program's entry for the runtime's `main`.

An array or text parameter is a pointer and a length. The function sees C's own memory, unless it may keep it beyond the
call: then it gets a copy. No panic crosses the border.
"""

from __future__ import annotations

from sigilc.codegen import abi
from sigilc.codegen.buffers import HEADER, item_type
from sigilc.codegen.context import ModuleContext
from sigilc.codegen.counts import emit_release
from sigilc.codegen.kept import kept_parameters
from sigilc.codegen.names import function_symbol, symbol
from sigilc.codegen.options import emit_is_present, fault_of, payload_of
from sigilc.codegen.tbaa import USED
from sigilc.codegen.writer import Leaves, Writer, aggregate_type
from sigilc.crash import InternalError
from sigilc.ir.function import IrFunction
from sigilc.ir.types import FAULT, I32, I64, PTR, STR, IrAddr, IrArray, IrInt, IrOption, IrTuple, IrType

PROGRAM = "sigil_program"
# What a guarded export gives when it has panicked.
STATUS_PANICKED = 2


def emit_export(context: ModuleContext, function: IrFunction) -> str:
    """The C function of an `#[export]` function."""
    return _emit_c_function(context, function, symbol(function.export), "")


def callback(context: ModuleContext, function: IrFunction) -> str:
    """The symbol of the C function by which C calls back a function of the program."""
    name = symbol(f"callback {function.name}")
    return context.define(name, lambda: _emit_c_function(context, function, name, "internal "))


def _emit_c_function(context: ModuleContext, function: IrFunction, name: str, linkage: str) -> str:
    w = Writer(context)
    w.begin("start")
    params = [_c_types(param.type) for param in function.params]
    signature = abi.c_signature(w.types, [c for several in params for c in several], function.result)
    names = [f"%p{number}" for number in range(len(signature.params))]
    ways = iter(zip(signature.params, names, strict=True))
    values: list[Leaves] = []
    for types in params:
        values.append(tuple(leaf for _ in types for leaf in abi.received(w, *next(ways))))
    if function.catches:
        _emit_guarded(w, function, values)
    else:
        returned = _emit_call(w, function, values, is_border=True)
        abi.give_back(w, signature, returned)
        _emit_border_pad(w)
    head = (f"define {linkage}{abi.declared_result(signature)} {name}"
            f"({', '.join(abi.declared_params(w.types, signature, names))}) uwtable")
    return w.text(head)


def _c_types(type_: IrType) -> list[IrType]:
    """What C passes for a parameter."""
    if isinstance(type_, IrArray) or type_ == STR:
        return [PTR, I64]
    return [PTR] if isinstance(type_, IrAddr) else [type_]


def _emit_border_pad(w: Writer) -> None:
    w.begin("pad")
    w.value("landingpad { ptr, i32 } cleanup")
    w.call_runtime("sigil_panic_at_border", "void")
    w.emit("unreachable")


def _emit_call(w: Writer, function: IrFunction, values: list[Leaves], *, is_border: bool) -> Leaves:
    """Calls the function; a panic goes to `pad`, which at the border is somebody else's to write."""
    kept = kept_parameters(w.context.module, function)
    arguments: list[str] = []
    copies: list[tuple[IrType, Leaves]] = []
    for number, (param, leaves) in enumerate(zip(function.params, values, strict=True)):
        if isinstance(param.type, IrArray) or param.type == STR:
            leaves = (*leaves, w.context.static_owner())
            if number in kept:
                leaves = _copy_in(w, function, param.type, leaves[0], leaves[1])
                copies.append((param.type, leaves))
        arguments += w.arguments(w.types.layout(param.type), leaves)
    layout = w.types.layout(function.result)
    result = aggregate_type(layout)
    places = w.result_places(layout)
    arguments = [*(f"ptr {place}" for place in places), *arguments]
    w.has_pads = True
    call = (f"invoke {result} {function_symbol(function.name)}({', '.join(arguments)}){_no_inlining(w.context)} "
            "to label %done unwind label %pad")
    returned = ""
    if result == "void":
        w.emit(call)
    else:
        returned = w.value(call)
    if not is_border:
        w.begin("pad")
        caught = w.value("landingpad { ptr, i32 } cleanup")
        for type_, leaves in copies:
            emit_release(w, type_, leaves, is_rare=True)
        w.emit(f"resume {{ ptr, i32 }} {caught}")
    w.begin("done")
    found = w.split(layout, returned, places)
    for type_, leaves in copies:
        emit_release(w, type_, leaves)
    return found


def _copy_in(w: Writer, function: IrFunction, type_: IrType, data: str, length: str) -> Leaves:
    """An array of its own with the elements of a C array."""
    item = item_type(type_)
    if w.context.is_counted(item):
        raise InternalError(f"the exported function {function.export} takes {type_}", function.span)
    size = w.types.layout(item).size
    owner = w.call_runtime("sigil_buffer_new", "ptr", f"i64 {length}", f"i64 {size}")
    w.store_word(USED, length, w.offset(owner, 16))
    copy = w.offset(owner, HEADER)
    size_text = w.value(f"mul nuw nsw i64 {length}, {size}")
    w.call_runtime("llvm.memcpy.p0.p0.i64", "void", f"ptr {copy}", f"ptr {data}", f"i64 {size_text}", "i1 false")
    return copy, length, owner


# ---- Functions whose panics become a status --------------------------------------------------------------------------


def _emit_guarded(w: Writer, function: IrFunction, values: list[Leaves]) -> None:
    """Puts the arguments into a frame, and calls the body behind a boundary of the runtime.

    The frame is a tuple of the status and of what C passed.
    """
    c_types = [c for param in function.params for c in _c_types(param.type)]
    frame = w.types.layout(IrTuple((I32, *c_types)))
    place = w.alloca(frame.size, frame.align)
    w.store(frame, (str(STATUS_PANICKED), *(leaf for leaves in values for leaf in leaves)), place)
    w.call_runtime("sigil_guard", "void", f"ptr {_guarded_body(w.context, function)}", f"ptr {place}")
    w.emit(f"ret i32 {w.load_leaf(frame.leaves[0], place)}")


def _guarded_body(context: ModuleContext, function: IrFunction) -> str:
    """`void (void *frame)`: takes the arguments out of the frame, calls the function, puts the status there."""
    name = symbol(f"guarded {function.name}")

    def build() -> str:
        w = Writer(context)
        w.begin("start")
        per_param = [_c_types(param.type) for param in function.params]
        frame = w.types.layout(IrTuple((I32, *(c for several in per_param for c in several))))
        leaves = iter(w.load(frame, "%frame")[1:])
        values = [tuple(next(leaves) for c in several for _ in w.types.layout(c).leaves) for several in per_param]
        status = _emit_call(w, function, values, is_border=False)
        w.store(w.types.layout(I32), status, "%frame")
        w.emit("ret void")
        return w.text(f"define internal void {name}(ptr noundef %frame) uwtable")

    return context.define(name, build)


# ---- The program -----------------------------------------------------------------------------------------------------


def emit_program(context: ModuleContext, main: IrFunction) -> str:
    """`sigil_program`: calls `main` and turns its result into the exit status."""
    w = Writer(context)
    w.begin("start")
    layout = context.types.layout(main.result)
    call = f"call {aggregate_type(layout)} {function_symbol(main.name)}(){_no_inlining(context)}"
    if layout.leaves:
        leaves = w.split(layout, w.value(call))
    else:
        w.emit(call)
        leaves = ()
    type_ = main.result
    if isinstance(type_, IrOption):
        w.branch_if(emit_is_present(w, type_.item, leaves), "present", "absent")
        w.begin("absent")
        fault = fault_of(w, type_.item, leaves)
        w.call_runtime("sigil_report_fault", "void", f"ptr {fault}")
        emit_release(w, FAULT, (fault,))
        w.emit("ret i32 1")
        w.begin("present")
        leaves, type_ = payload_of(w, type_.item, leaves), type_.item
    if isinstance(type_, IrInt):
        w.emit(f"ret i32 {_as_status(w, type_, leaves[0])}")
    else:
        emit_release(w, type_, leaves)
        w.emit("ret i32 0")
    return w.text(f"define i32 {symbol(PROGRAM)}() uwtable")


def _no_inlining(context: ModuleContext) -> str:
    """With debug information: functions that are not in the source have none, and take it from what they inline."""
    return " noinline" if context.debug is not None else ""


def _as_status(w: Writer, type_: IrInt, scalar: str) -> str:
    if type_.bits == 32:
        return scalar
    if type_.bits > 32:
        return w.value(f"trunc i{type_.bits} {scalar} to i32")
    return w.value(f"{'sext' if type_.signed else 'zext'} i{type_.bits} {scalar} to i32")
