"""How values cross to C and back: the calling convention of the System V ABI for x86-64.

A struct or union of at most 16 bytes travels in up to two registers, each eight bytes of it as an integer or, where
they hold floats alone, as a float (section 3.2.3, "Parameter Passing"); a larger one, or one for which too few registers
are left, in memory. LLVM knows of registers for scalars only, so such a value is taken to pieces here, as clang does.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from sigilc.codegen.runtime_symbols import c_extension, c_type
from sigilc.codegen.tbaa import ANY
from sigilc.codegen.types import Layout, TypeTable, round_up
from sigilc.codegen.writer import Leaves, Writer
from sigilc.crash import InternalError
from sigilc.ir.types import STR, UNIT, IrArray, IrEnum, IrFixed, IrFloat, IrInt, IrStruct, IrType

EIGHT = 8
MAX_IN_REGISTERS = 16
_INTEGER_REGISTERS, _FLOAT_REGISTERS = 6, 8
_FLOATS = ("float", "double")


@dataclass(frozen=True, slots=True)
class Passing:
    """The way of one value: as it is (`scalar`), in `pieces`, in `memory`, or not at all (`nothing`, of no bytes).

    `ll_types` are those of the scalar or of the pieces, eight bytes each but the last.
    """

    type: IrType
    way: str
    ll_types: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CSignature:
    """The ways of a C function's parameters and of its result."""

    params: tuple[Passing, ...]
    result: Passing


def c_signature(types: TypeTable, params: Sequence[IrType], result: IrType) -> CSignature:
    """The ways by which a call's values travel. Arrays and texts are addresses; a result of three words is a struct."""
    result_way = _passing(types, result)
    integers, floats = _INTEGER_REGISTERS - (result_way.way == "memory"), _FLOAT_REGISTERS
    ways: list[Passing] = []
    for type_ in params:
        way = _passing(types, _as_parameter(type_))
        float_count = sum(ll_type in _FLOATS for ll_type in way.ll_types)
        integer_count = len(way.ll_types) - float_count
        if way.way == "pieces" and (integer_count > integers or float_count > floats):
            way = Passing(type_, "memory")
        elif way.way != "memory":
            integers, floats = max(0, integers - integer_count), max(0, floats - float_count)
        ways.append(way)
    return CSignature(tuple(ways), result_way)


def _as_parameter(type_: IrType) -> IrType:
    from sigilc.ir.types import PTR
    return PTR if type_ == STR or isinstance(type_, IrArray) else type_


def _passing(types: TypeTable, type_: IrType) -> Passing:
    if type_ == UNIT:
        return Passing(type_, "nothing")
    if isinstance(type_, IrEnum):
        return Passing(type_, "scalar", ("i32",))
    if not isinstance(type_, IrStruct | IrFixed | IrArray) and type_ != STR:
        return Passing(type_, "scalar", (c_type(type_),))
    layout = types.layout(type_)
    if layout.size == 0:
        return Passing(type_, "nothing")
    if layout.size > MAX_IN_REGISTERS:
        return Passing(type_, "memory")
    scalars = list(_scalars(types, type_, 0))
    pieces = []
    for start in range(0, layout.size, EIGHT):
        here = [is_float for offset, size, is_float in scalars if start - size < offset < start + EIGHT]
        pieces.append(_piece(min(EIGHT, layout.size - start), bool(here) and all(here)))
    return Passing(type_, "pieces", tuple(pieces))


def _piece(size: int, is_float: bool) -> str:
    """The LLVM type of up to eight bytes; of three bytes, say, all eight travel, the others without meaning."""
    if is_float:
        return "float" if size == 4 else "double"
    return f"i{8 * size}" if size in (1, 2, 4) else "i64"


def _scalars(types: TypeTable, type_: IrType, offset: int) -> Iterator[tuple[int, int, bool]]:
    """Offset, size and whether it is a float, of every scalar in a value."""
    layout = types.layout(type_)
    match type_:
        case IrStruct():
            for part in layout.parts:
                yield from _scalars(types, part.type, offset + part.offset)
        case IrFixed(item=item, count=count):
            stride = types.layout(item).size
            for number in range(count):
                yield from _scalars(types, item, offset + number * stride)
        case IrEnum() if type_.is_c:
            yield offset, layout.size, False
        case IrInt() | IrFloat():
            yield offset, layout.size, isinstance(type_, IrFloat)
        case _ if len(layout.leaves) == 1 and not type_.is_counted:
            yield offset, layout.size, False
        case _:
            raise InternalError(f"{type_} can't cross to C by value")


# ---- Declarations ----------------------------------------------------------------------------------------------------


def declared_params(types: TypeTable, signature: CSignature, names: Sequence[str] | None = None) -> list[str]:
    """The parameters as LLVM declares them, `%out` for a result in memory first; with `names`, named after these."""
    texts: list[str] = []
    if signature.result.way == "memory":
        texts.append(f"ptr {_sret(types, signature.result.type)}{' %out' if names is not None else ''}")
    for number, way in enumerate(signature.params):
        name = f" {names[number]}" if names is not None else ""
        match way.way:
            case "scalar":
                defined = " noundef" if names is not None else ""
                texts.append(f"{way.ll_types[0]}{defined}{c_extension(way.type)}{name}")
            case "pieces":
                texts += [f"{ll_type}{f'{name}.{i}' if name else ''}" for i, ll_type in enumerate(way.ll_types)]
            case "memory":
                texts.append(f"ptr {_byval(types, way.type)}{name}")
    return texts


def declared_result(signature: CSignature, *, is_attributed: bool = True) -> str:
    """The result as LLVM declares it; calls leave its attribute out."""
    way = signature.result
    if way.way == "scalar" and is_attributed:
        return f"{c_extension(way.type)} {way.ll_types[0]}".strip()
    if way.way in ("nothing", "memory"):
        return "void"
    return way.ll_types[0] if len(way.ll_types) == 1 else f"{{ {', '.join(way.ll_types)} }}"


def _sret(types: TypeTable, type_: IrType) -> str:
    layout = types.layout(type_)
    return f"sret([{layout.size} x i8]) align {layout.align}"


def _byval(types: TypeTable, type_: IrType) -> str:
    layout = types.layout(type_)
    return f"byval([{layout.size} x i8]) align {max(EIGHT, layout.align)}"


# ---- From the caller's side ------------------------------------------------------------------------------------------


def call_arguments(w: Writer, signature: CSignature, values: Sequence[Leaves]) -> tuple[list[str], str]:
    """The arguments of a call, and where its result will be if that is in memory."""
    texts: list[str] = []
    out = ""
    if signature.result.way == "memory":
        out = w.scratch(w.types.layout(signature.result.type))
        texts.append(f"ptr {_sret(w.types, signature.result.type)} {out}")
    for way, leaves in zip(signature.params, values, strict=True):
        match way.way:
            case "scalar":
                texts.append(f"{way.ll_types[0]}{c_extension(way.type)} {leaves[0]}")
            case "pieces":
                texts += [f"{ll_type} {scalar}" for ll_type, scalar
                          in zip(way.ll_types, to_pieces(w, way, leaves), strict=True)]
            case "memory":
                texts.append(f"ptr {_byval(w.types, way.type)} {w.spill(way.type, leaves)}")
    return texts, out


def call_result(w: Writer, signature: CSignature, returned: str, out: str) -> Leaves:
    """The leaves of what a call has given back."""
    way = signature.result
    match way.way:
        case "scalar":
            return (returned,)
        case "memory":
            return w.load(w.types.layout(way.type), out)
        case "pieces":
            return from_pieces(w, way, _take_apart(w, way, returned))
    return ()


def _take_apart(w: Writer, way: Passing, returned: str) -> list[str]:
    if len(way.ll_types) == 1:
        return [returned]
    whole = f"{{ {', '.join(way.ll_types)} }}"
    return [w.value(f"extractvalue {whole} {returned}, {i}") for i in range(len(way.ll_types))]


# ---- From the callee's side ------------------------------------------------------------------------------------------


def received(w: Writer, way: Passing, name: str) -> Leaves:
    """The leaves of a parameter that `declared_params` has named."""
    match way.way:
        case "scalar":
            return (name,)
        case "memory":
            return w.load(w.types.layout(way.type), name)
        case "pieces":
            return from_pieces(w, way, [f"{name}.{i}" for i in range(len(way.ll_types))])
    return ()


def give_back(w: Writer, signature: CSignature, leaves: Leaves) -> None:
    """Returns a value to C."""
    way = signature.result
    match way.way:
        case "scalar":
            w.emit(f"ret {way.ll_types[0]} {leaves[0]}")
            return
        case "memory":
            w.store(w.types.layout(way.type), leaves, "%out")
        case "pieces":
            pieces = to_pieces(w, way, leaves)
            if len(pieces) == 1:
                w.emit(f"ret {way.ll_types[0]} {pieces[0]}")
                return
            whole, built = declared_result(signature), "poison"
            for i, (ll_type, piece) in enumerate(zip(way.ll_types, pieces, strict=True)):
                built = w.value(f"insertvalue {whole} {built}, {ll_type} {piece}, {i}")
            w.emit(f"ret {whole} {built}")
            return
    w.emit("ret void")


# ---- Pieces ----------------------------------------------------------------------------------------------------------


def to_pieces(w: Writer, way: Passing, leaves: Leaves) -> list[str]:
    """The registers' contents, through memory, which LLVM does away with."""
    layout = _rounded(w.types.layout(way.type))
    place = w.scratch(layout)
    w.store(layout, leaves, place)
    return [w.value(f"load {ll_type}, ptr {w.offset(place, EIGHT * i)}{w.load_suffix(ANY)}")
            for i, ll_type in enumerate(way.ll_types)]


def from_pieces(w: Writer, way: Passing, pieces: Sequence[str]) -> Leaves:
    """The leaves of a value whose pieces came in registers."""
    layout = _rounded(w.types.layout(way.type))
    place = w.scratch(layout)
    for i, (ll_type, piece) in enumerate(zip(way.ll_types, pieces, strict=True)):
        w.emit(f"store {ll_type} {piece}, ptr {w.offset(place, EIGHT * i)}{w.store_suffix(ANY)}")
    return w.load(layout, place)


def _rounded(layout: Layout) -> Layout:
    """Room for whole pieces."""
    return replace(layout, size=round_up(layout.size, EIGHT), align=max(EIGHT, layout.align))
