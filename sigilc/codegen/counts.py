"""Retains and releases values: the reference counts of buffers and boxes, inline, and what aggregates hold.

A count is positive (one thread, plain arithmetic), zero (immortal) or negative (shared between threads: minus the
number of references, atomic). Buffers (text, arrays) and boxes (faults, maps, futures, environments) both begin with
their count, so one function retains either; a release differs in what it calls when the last reference goes.

The fast paths are small functions that LLVM always inlines; everything rare is behind one call.
"""

from __future__ import annotations

from sigilc.codegen.context import ModuleContext
from sigilc.codegen.enums import unpack_fields
from sigilc.codegen.names import glue, symbol
from sigilc.codegen.options import emit_is_present, fault_of, payload_of
from sigilc.codegen.tbaa import COUNT, load_suffix, store_suffix
from sigilc.codegen.types import Layout, OptionForm
from sigilc.codegen.writer import Leaves, Writer, parameters
from sigilc.crash import InternalError
from sigilc.ir.types import (
    IrArray,
    IrBox,
    IrCounted,
    IrDyn,
    IrEnum,
    IrFixed,
    IrFn,
    IrFuture,
    IrMap,
    IrOption,
    IrStruct,
    IrTuple,
    IrType,
)

# Aggregates with more counted fields than this are retained and released by a function of their type.
INLINE_FIELDS = 3

_LOAD, _STORE = load_suffix(COUNT), store_suffix(COUNT)

_RETAIN = f"""define internal void @retain(ptr noundef %block) alwaysinline nounwind {{
  %count = load i64, ptr %block{_LOAD}
  %plain = icmp sgt i64 %count, 0
  br i1 %plain, label %one, label %rare
one:
  %more = add nuw nsw i64 %count, 1
  store i64 %more, ptr %block{_STORE}
  ret void
rare:
  %immortal = icmp eq i64 %count, 0
  br i1 %immortal, label %done, label %shared
shared:
  call void @"retain shared"(ptr %block)
  ret void
done:
  ret void
}}"""

_RETAIN_SHARED = """define internal void @"retain shared"(ptr noundef %block) cold noinline nounwind {
  %old = atomicrmw sub ptr %block, i64 1 monotonic
  ret void
}"""

# VERB: the function's name; PARAMS and ARGS: what it takes besides the block; DROP: the call for the last reference.
_RELEASE = f"""define internal void @"VERB"(ptr noundef %blockPARAMS) alwaysinline nounwind {{
  %count = load i64, ptr %block{_LOAD}
  %many = icmp sgt i64 %count, 1
  br i1 %many, label %less, label %rare
less:
  %fewer = add nsw i64 %count, -1
  store i64 %fewer, ptr %block{_STORE}
  ret void
rare:
  %immortal = icmp eq i64 %count, 0
  br i1 %immortal, label %done, label %last
last:
  call void @"VERB slow"(ptr %blockARGS)
  ret void
done:
  ret void
}}"""

# The whole of a release, without the fast path's promise to be small: also what landing pads call.
_RELEASE_SLOW = f"""define internal void @"VERB slow"(ptr noundef %blockPARAMS) noinline nounwind {{
  %count = load i64, ptr %block{_LOAD}
  %shared = icmp slt i64 %count, 0
  br i1 %shared, label %atomic, label %plain
plain:
  %last = icmp eq i64 %count, 1
  br i1 %last, label %drop, label %lower
lower:
  %immortal = icmp eq i64 %count, 0
  br i1 %immortal, label %done, label %less
less:
  %fewer = add nsw i64 %count, -1
  store i64 %fewer, ptr %block{_STORE}
  ret void
atomic:
  %old = atomicrmw add ptr %block, i64 1 acq_rel
  %alone = icmp eq i64 %old, -1
  br i1 %alone, label %drop, label %done
drop:
  DROP
  ret void
done:
  ret void
}}"""


def emit_retain(w: Writer, type_: IrType, leaves: Leaves) -> None:
    """One more reference to each block that a value holds."""
    _act(w, "retain", type_, leaves, is_rare=False)


def emit_release(w: Writer, type_: IrType, leaves: Leaves, is_rare: bool = False) -> None:
    """One reference less; `is_rare` (in landing pads) chooses small code."""
    _act(w, "release", type_, leaves, is_rare)


def emit_release_at(w: Writer, type_: IrType, address: str, is_rare: bool = False) -> None:
    """One reference less to each block that the value at an address holds; loads no more of it than that takes."""
    context = w.context
    if not context.is_counted(type_):
        return
    layout = context.types.layout(type_)
    match type_:
        case IrCounted(name="str") | IrArray():
            owner = layout.leaves[2]
            emit_release(w, type_, ("", "", w.load_leaf(owner, w.offset(address, owner.offset))), is_rare)
        case IrTuple() | IrStruct() if sum(map(context.is_counted, type_.fields)) <= INLINE_FIELDS:
            for part in layout.parts:
                if context.is_counted(part.type):
                    emit_release_at(w, part.type, w.offset(address, part.offset), is_rare)
        case _:
            emit_release(w, type_, w.view(layout, address), is_rare)


def _act(w: Writer, verb: str, type_: IrType, leaves: Leaves, is_rare: bool) -> None:
    """Retains or releases a value."""
    context = w.context
    if not context.is_counted(type_):
        return
    match type_:
        case IrCounted(name="str"):
            _act_on_buffer(w, verb, "null", leaves[2], is_rare)
        case IrArray(item=item):
            descriptor = "null" if verb == "retain" else context.descriptor(item)
            _act_on_buffer(w, verb, descriptor, leaves[2], is_rare)
        case IrCounted(name="fault") | IrMap() | IrBox() | IrFuture():
            _act_on_box(w, verb, leaves[0], is_rare)
        case IrFn() | IrDyn():
            _act_on_box(w, verb, leaves[1], is_rare)
        case IrOption(item=item) if context.types.option_form(item) is OptionForm.ODD and context.is_counted(item):
            _act_on_box(w, verb, w.value(f"call ptr {context.runtime('llvm.ptrmask.p0.i64')}(ptr {leaves[0]}, i64 -2)"),
                        is_rare)
        case IrTuple() | IrStruct() if sum(map(context.is_counted, type_.fields)) <= INLINE_FIELDS:
            _act_on_fields(w, verb, context.types.layout(type_), leaves, is_rare)
        case IrFixed():
            if type_.count:
                w.emit(f"call void {_of_elements(context, verb, type_)}(ptr {leaves[0]})")
        case IrTuple() | IrStruct() | IrOption() | IrEnum():
            arguments = w.arguments(context.types.layout(type_), leaves)
            w.emit(f"call void {_of_value(context, verb, type_)}({', '.join(arguments)})")
        case _:
            raise InternalError(f"code generation can't {verb} a value of the type {type_}")


def _act_on_fields(w: Writer, verb: str, layout: Layout, leaves: Leaves, is_rare: bool) -> None:
    for part in layout.parts:
        _act(w, verb, part.type, leaves[part.first:part.end], is_rare)


def _act_on_buffer(w: Writer, verb: str, descriptor: str, owner: str, is_rare: bool) -> None:
    if verb == "retain":
        w.emit(f"call void {_retain(w.context)}(ptr {owner})")
    else:
        w.emit(f"call void {_release(w.context, 'release buffer', is_rare)}(ptr {owner}, ptr {descriptor})")


def _act_on_box(w: Writer, verb: str, box: str, is_rare: bool) -> None:
    callee = _retain(w.context) if verb == "retain" else _release(w.context, "release box", is_rare)
    w.emit(f"call void {callee}(ptr {box})")


def _retain(context: ModuleContext) -> str:
    context.define(symbol("retain shared"), lambda: _RETAIN_SHARED)
    return context.define(symbol("retain"), lambda: _RETAIN)


def _release(context: ModuleContext, verb: str, is_rare: bool) -> str:
    """The symbol of `release buffer` or `release box`, or of its slow form."""
    if verb == "release buffer":
        params, args = ", ptr noundef %type", ", ptr %type"
        drop = f"call void {context.runtime('sigil_buffer_drop')}(ptr %block, ptr %type)"
    else:
        params, args = "", ""
        drop = ("%place = getelementptr inbounds i8, ptr %block, i64 8\n"
                f"  %code = load ptr, ptr %place{load_suffix('ptr')}\n"
                "  call void %code(ptr %block) nounwind")

    def fill(template: str) -> str:
        return (template.replace("VERB", verb).replace("PARAMS", params).replace("ARGS", args).replace("DROP", drop))

    slow = context.define(symbol(f"{verb} slow"), lambda: fill(_RELEASE_SLOW))
    return slow if is_rare else context.define(symbol(verb), lambda: fill(_RELEASE))


# ---- Functions of a type --------------------------------------------------------------------------------------------


def _of_value(context: ModuleContext, verb: str, type_: IrType) -> str:
    """The function that retains or releases a value of the type, which it takes in leaves."""
    name = glue(verb, type_)

    def build() -> str:
        layout = context.types.layout(type_)
        params, (leaves,) = parameters([layout])
        w = Writer(context)
        w.begin("start")
        match type_:
            case IrOption(item=item):
                _act_on_option(w, verb, item, leaves)
            case IrEnum():
                _act_on_enum(w, verb, type_, leaves)
            case _:
                _act_on_fields(w, verb, layout, leaves, is_rare=False)
        w.emit("ret void")
        return w.text(f"define internal void {name}({', '.join(params)}) nounwind")

    return context.define(name, build)


def _of_elements(context: ModuleContext, verb: str, type_: IrFixed) -> str:
    """The function that retains or releases the elements at an address, one after the other."""
    name = glue(f"{verb} elements", type_)

    def build() -> str:
        layout = context.types.layout(type_.item)
        w = Writer(context)
        w.begin("start")
        w.branch("next")
        w.begin("next")
        index, more = w.name(), w.name()
        w.lines.append(f"  {index} = phi i64 [ 0, %start ], [ {more}, %last ]")
        place = w.element("%elements", index, layout)
        if verb == "retain":
            emit_retain(w, type_.item, w.view(layout, place))
        else:
            emit_release_at(w, type_.item, place)
        w.branch("last")
        w.begin("last")
        w.lines.append(f"  {more} = add nuw nsw i64 {index}, 1")
        w.branch_if(w.value(f"icmp eq i64 {more}, {type_.count}"), "done", "next")
        w.begin("done")
        w.emit("ret void")
        return w.text(f"define internal void {name}(ptr noundef %elements) nounwind")

    return context.define(name, build)


def _act_on_option(w: Writer, verb: str, item: IrType, leaves: Leaves) -> None:
    """The payload when there is one, else the fault."""
    is_present = emit_is_present(w, item, leaves)
    absent, present, done = w.new_label("absent"), w.new_label("present"), w.new_label("done")
    w.branch_if(is_present, present, absent)
    w.begin(absent)
    _act_on_box(w, verb, fault_of(w, item, leaves), is_rare=False)
    w.branch(done)
    w.begin(present)
    _act(w, verb, item, payload_of(w, item, leaves), is_rare=False)
    w.branch(done)
    w.begin(done)


def _act_on_enum(w: Writer, verb: str, type_: IrEnum, leaves: Leaves) -> None:
    """The counted payload of the variant that it is."""
    layout = w.types.enum(type_)
    done = w.new_label("done")
    counted = [i for i, fields in enumerate(type_.variants) if any(map(w.context.is_counted, fields))]
    labels = [w.new_label("variant") for _ in counted]
    cases = " ".join(f"i32 {i}, label %{label}" for i, label in zip(counted, labels, strict=True))
    w.emit(f"switch i32 {leaves[0]}, label %{done} [{cases}]")
    for variant, label in zip(counted, labels, strict=True):
        w.begin(label)
        for index, field in enumerate(type_.variants[variant]):
            if w.context.is_counted(field):
                _act(w, verb, field, unpack_fields(w, layout, variant, leaves, index), is_rare=False)
        w.branch(done)
    w.begin(done)


def place_function(context: ModuleContext, verb: str, type_: IrType) -> str:
    """The function `retain place T` or `drop place T`, for the runtime: acts on the value at an address."""
    name = glue(f"{verb} place", type_)

    def build() -> str:
        w = Writer(context)
        w.begin("start")
        if verb == "drop":
            emit_release_at(w, type_, "%place")
        elif context.is_counted(type_):
            emit_retain(w, type_, w.view(context.types.layout(type_), "%place"))
        w.emit("ret void")
        return w.text(f"define internal void {name}(ptr noundef %place) nounwind")

    return context.define(name, build)
