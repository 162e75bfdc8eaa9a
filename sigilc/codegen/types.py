"""How IR types lie in memory and in LLVM values: sizes, and the scalars that a value is split into.

An IR value is a tuple of LLVM scalars, its *leaves*: an integer has one, a text three, `()` none, a struct those of
its fields in order. So aggregates cost no instructions, each leaf has its own phi, load and attributes, and LLVM sees
nothing but scalars. In memory the layout is C's.

Arrays of fixed length are the exception: 4,096 elements as scalars take LLVM half a minute. Such an array is one leaf,
an *area*: the address of memory that holds the elements and that nobody changes as long as the value is used.

An enum without payload is its tag, an i32. With payload it is the tag and then the payload area, a union of C structs,
cut into *chunks* of up to eight bytes. Where all variants that reach into a chunk have the same single leaf there, the
chunk is that leaf; else it is an integer into which payloads are packed (little-endian, as a store would). Where a
variant has an area, the whole payload is one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum, auto

from sigilc.codegen.tbaa import ANY, VIEW_DATA, VIEW_LENGTH, VIEW_OWNER
from sigilc.crash import InternalError
from sigilc.ir.types import (
    STR,
    IrAddr,
    IrArray,
    IrBox,
    IrCounted,
    IrDyn,
    IrEnum,
    IrFixed,
    IrFloat,
    IrFn,
    IrFuture,
    IrInt,
    IrMap,
    IrOption,
    IrSimple,
    IrStruct,
    IrTuple,
    IrType,
)

SIZE_BY_LL_TYPE = {"i1": 1, "i8": 1, "i16": 2, "i32": 4, "i64": 8, "i128": 16, "float": 4, "double": 8, "ptr": 8}
_LL_FLOATS = {32: "float", 64: "double"}
_LL_SIMPLE = {"bool": "i1", "char": "i32", "ptr": "ptr", "address": "i64"}


@dataclass(frozen=True, slots=True)
class Leaf:
    """One scalar of a value: its byte offset in memory, LLVM type, and kind of memory (see tbaa.py).

    `is_defined` is false where a value may hold nothing in particular: the payload of an absent `T?`, enum chunks.
    An area has its bytes in `area`, and the alignment of its memory.
    """

    offset: int
    ll_type: str
    tag: str
    is_defined: bool = True
    area: int = 0
    align: int = 1

    @property
    def size(self) -> int:
        """Bytes in memory."""
        return self.area or SIZE_BY_LL_TYPE[self.ll_type]


@dataclass(frozen=True, slots=True)
class Part:
    """A field of an aggregate: byte offset, and which leaves of the aggregate are its."""

    type: IrType
    offset: int
    first: int
    end: int


@dataclass(frozen=True, slots=True)
class Layout:
    """Size, alignment and leaves of a type; `parts` are the fields of structs and tuples, and the payload of `T?`."""

    size: int
    align: int
    leaves: tuple[Leaf, ...]
    parts: tuple[Part, ...] = ()

    @property
    def ll_types(self) -> tuple[str, ...]:
        """The leaves' LLVM types."""
        return tuple(leaf.ll_type for leaf in self.leaves)

    @property
    def areas(self) -> tuple[Leaf, ...]:
        """The leaves that are areas."""
        return tuple(leaf for leaf in self.leaves if leaf.area)


@dataclass(frozen=True, slots=True)
class EnumLayout(Layout):
    """`variants` are the layouts of the payload structs, which begin at `payload_offset`; leaf 0 is the tag."""

    payload_offset: int = 0
    variants: tuple[Layout, ...] = ()


class OptionForm(Enum):
    """How a `T?` tells what is present (see options.py)."""

    FAULT_WORD = auto()     # by a word of its own
    SECOND_WORD = auto()    # by the second of the payload's
    ODD = auto()            # by the lowest bit of the only word


class TypeTable:
    """The layouts of a module's types."""

    def __init__(self) -> None:
        self._layouts: dict[IrType, Layout] = {}
        self._in_progress: set[IrType] = set()

    def layout(self, type_: IrType) -> Layout:
        """The layout of a type."""
        found = self._layouts.get(type_)
        if found is None:
            if type_ in self._in_progress:
                raise InternalError(f"the type {type_} contains itself")
            self._in_progress.add(type_)
            found = self._layouts[type_] = self._compute(type_)
            self._in_progress.discard(type_)
        return found

    def enum(self, type_: IrType) -> EnumLayout:
        """The layout of an enum type."""
        layout = self.layout(type_)
        if not isinstance(layout, EnumLayout):
            raise InternalError(f"{type_} is no enum")
        return layout

    def payload(self, types: tuple[IrType, ...]) -> Layout:
        """The layout of a C struct of these fields: of messages and of captures."""
        return self.layout(IrTuple(types))

    def option_form(self, item: IrType) -> OptionForm:
        """How options of a type are told apart."""
        if is_view(item) or isinstance(item, IrFn | IrDyn):
            return OptionForm.SECOND_WORD
        if isinstance(item, IrBox | IrMap | IrFuture) or not self.layout(item).leaves:
            return OptionForm.ODD
        return OptionForm.FAULT_WORD

    def _compute(self, type_: IrType) -> Layout:
        match type_:
            case IrInt(bits=bits):
                return _scalar(f"i{bits}")
            case IrFloat(bits=bits):
                return _scalar(_LL_FLOATS[bits])
            case IrSimple(name="unit"):
                return Layout(0, 1, ())
            case IrSimple(name="bool"):
                return _scalar("i1", "bool")
            case IrSimple(name=name) if name in _LL_SIMPLE:
                return _scalar(_LL_SIMPLE[name])
            case IrAddr() | IrMap() | IrBox() | IrFuture() | IrCounted(name="fault"):
                return _scalar("ptr")
            case IrCounted(name="str") | IrArray():
                return Layout(24, 8, (Leaf(0, "ptr", VIEW_DATA), Leaf(8, "i64", VIEW_LENGTH),
                                      Leaf(16, "ptr", VIEW_OWNER)))
            case IrFixed(item=item, count=count):
                return self._fixed(item, count)
            case IrFn() | IrDyn():
                return Layout(16, 8, (Leaf(0, "ptr", "ptr"), Leaf(8, "ptr", "ptr")))
            case IrOption(item=item):
                return self._option(item)
            case IrStruct() if type_.is_union:
                return self._union(type_.fields)
            case IrTuple() | IrStruct():
                return self._struct(type_.fields)
            case IrEnum():
                return self._enum(type_)
        raise InternalError(f"code generation has no layout for the type {type_}")

    def _struct(self, fields: tuple[IrType, ...]) -> Layout:
        leaves: list[Leaf] = []
        parts: list[Part] = []
        offset, align = 0, 1
        for field in fields:
            inner = self.layout(field)
            offset = round_up(offset, inner.align)
            align = max(align, inner.align)
            first = len(leaves)
            leaves += [replace(leaf, offset=offset + leaf.offset) for leaf in inner.leaves]
            parts.append(Part(field, offset, first, len(leaves)))
            offset += inner.size
        return Layout(round_up(offset, align), align, tuple(leaves), tuple(parts))

    def _fixed(self, item: IrType, count: int) -> Layout:
        inner = self.layout(item)
        size = inner.size * count
        return Layout(size, inner.align, (_area(0, size, inner.align),) if size else ())

    def _union(self, fields: tuple[IrType, ...]) -> Layout:
        """All fields at the beginning, held as integers that cover the whole; each field's leaves are all of these."""
        inner = [self.layout(field) for field in fields]
        align = max((i.align for i in inner), default=1)
        size = round_up(max((i.size for i in inner), default=0), align)
        width = min(align, 8)
        leaves = tuple(Leaf(start, f"i{8 * width}", ANY) for start in range(0, size, width))
        if any(i.areas for i in inner):
            leaves = (_area(0, size, align),)
        return Layout(size, align, leaves, tuple(Part(field, 0, 0, len(leaves)) for field in fields))

    def _option(self, item: IrType) -> Layout:
        inner = self.layout(item)
        form = self.option_form(item)
        if form is OptionForm.SECOND_WORD:
            leaves = [replace(leaf, tag=ANY, is_defined=leaf.offset < 16) for leaf in inner.leaves]
            return Layout(inner.size, inner.align, tuple(leaves), (Part(item, 0, 0, len(leaves)),))
        if form is OptionForm.ODD:
            return Layout(8, 8, (Leaf(0, "ptr", "ptr"),), (Part(item, 0, 0, len(inner.leaves)),))
        offset = round_up(8, inner.align)
        leaves = [Leaf(0, "ptr", "ptr")]
        leaves += [replace(leaf, offset=offset + leaf.offset, is_defined=False) for leaf in inner.leaves]
        align = max(8, inner.align)
        part = Part(item, offset, 1, len(leaves))
        return Layout(round_up(offset + inner.size, align), align, tuple(leaves), (part,))

    def _enum(self, type_: IrEnum) -> Layout:
        variants = tuple(self.layout(IrTuple(fields)) for fields in type_.variants)
        tag = Leaf(0, "i32", "tag")
        size = max((v.size for v in variants), default=0)
        if size == 0:
            return EnumLayout(4, 4, (tag,), (), 4, variants)
        align = max(4, *(v.align for v in variants))
        offset = round_up(4, align)
        size = round_up(size, align)
        if any(v.areas for v in variants):
            leaves = (tag, replace(_area(offset, size, align), is_defined=False))
            return EnumLayout(offset + size, align, leaves, (), offset, variants)
        width = min(align, 8)
        chunks = (_chunk(variants, start, width, offset) for start in range(0, size, width))
        return EnumLayout(offset + size, align, (tag, *(c for c in chunks if c is not None)), (), offset, variants)


def is_view(type_: IrType) -> bool:
    """Whether a value is a pointer, a length and an owner: text, and arrays that grow."""
    return isinstance(type_, IrArray) or type_ == STR


def untagged(layout: Layout) -> Layout:
    """The layout of the same value in memory that may have been written as any type."""
    return Layout(layout.size, layout.align, tuple(replace(leaf, tag=ANY) for leaf in layout.leaves), layout.parts)


def round_up(offset: int, align: int) -> int:
    """The next multiple of `align`."""
    return (offset + align - 1) // align * align


def covers(leaf: Leaf, start: int, width: int) -> bool:
    """Whether a leaf has bytes in `start .. start + width`."""
    return leaf.offset < start + width and leaf.offset + leaf.size > start


def _area(offset: int, size: int, align: int) -> Leaf:
    return Leaf(offset, "ptr", ANY, area=size, align=align)


def _scalar(ll_type: str, tag: str = "") -> Layout:
    size = SIZE_BY_LL_TYPE.get(ll_type)
    if size is None:
        raise InternalError(f"code generation has no integers of the type {ll_type}")
    return Layout(size, size, (Leaf(0, ll_type, tag or ll_type),))


def _chunk(variants: tuple[Layout, ...], start: int, width: int, payload_offset: int) -> Leaf | None:
    """The leaf for bytes `start .. start + width` of an enum's payload area; None when no variant reaches there."""
    touching = [found for v in variants if (found := [leaf for leaf in v.leaves if covers(leaf, start, width)])]
    if not touching:
        return None
    first = touching[0][0]
    is_alike = all(len(found) == 1 and found[0].offset == first.offset and found[0].ll_type == first.ll_type
                   and found[0].tag == first.tag for found in touching)
    if is_alike and first.offset >= start and first.offset + first.size <= start + width:
        return Leaf(payload_offset + first.offset, first.ll_type, first.tag, is_defined=False)
    return Leaf(payload_offset + start, f"i{8 * width}", ANY, is_defined=False)
