"""Describes types to debuggers: DWARF types as LLVM metadata.

The names of fields and the shape of enums are those that rustc gives, for debuggers know them: `p x` of a text shows
the text, of an enum the variant with its payload, of a tuple its slots (`__0`, `__1`).
"""

from __future__ import annotations

from collections.abc import Sequence

from sigilc.codegen.metadata import Metadata
from sigilc.codegen.types import EnumLayout, Layout, OptionForm, TypeTable
from sigilc.ir.types import (
    FAULT,
    STR,
    U8,
    U64,
    IrAddr,
    IrArray,
    IrCounted,
    IrDyn,
    IrEnum,
    IrFixed,
    IrFloat,
    IrFn,
    IrInt,
    IrMap,
    IrOption,
    IrSimple,
    IrStruct,
    IrTuple,
    IrType,
)

_POINTER_BITS = 64
_WORDS = {"bool": ("DW_ATE_boolean", 8), "char": ("DW_ATE_UTF", 32), "address": ("DW_ATE_unsigned", 64)}

# A member: its name, its type's metadata, byte offset, bytes.
Member = tuple[str, str, int, int]


class DebugTypes:
    """The DWARF types of one module, each made when it is first asked for."""

    def __init__(self, metadata: Metadata, types: TypeTable):
        self._metadata = metadata
        self._types = types
        self._known: dict[IrType, str] = {}

    def type(self, type_: IrType) -> str:
        """The metadata of a type."""
        known = self._known.get(type_)
        if known is None:
            known = self._known[type_] = self._metadata.reserve()       # first: a type may contain itself
            self._metadata.define(known, self._describe(type_, known))
        return known

    def returned(self, type_: IrType) -> str:
        """What a function is said to return: only what debuggers find where C would return it."""
        return self.type(type_) if isinstance(type_, IrInt | IrFloat) and type_.bits <= 64 else "null"

    def _describe(self, type_: IrType, own: str) -> str:
        layout = self._types.layout(type_)
        match type_:
            case IrInt(bits=bits, signed=signed):
                return _basic(str(type_), bits, "DW_ATE_signed" if signed else "DW_ATE_unsigned")
            case IrFloat(bits=bits):
                return _basic(str(type_), bits, "DW_ATE_float")
            case IrSimple(name=name) if name in _WORDS:
                return _basic(name, _WORDS[name][1], _WORDS[name][0])
            case IrSimple(name="ptr"):
                return self._pointer("ptr", U8)
            case IrAddr(target=target):
                return self._pointer(f"&mut {target}", target)
            case IrCounted(name="str"):
                return self._view("&str", U8, layout)
            case IrFixed(item=item, count=count):
                range_ = self._metadata.add(f"!DISubrange(count: {count}, lowerBound: 0)")
                return (f"!DICompositeType(tag: DW_TAG_array_type, baseType: {self.type(item)}, size: {8 * layout.size}, "
                        f"align: {8 * layout.align}, elements: {self._metadata.node([range_])})")
            case IrArray(item=item):
                return self._view(f"&[{_name(item)}]", item, layout)
            case IrCounted(name="fault"):
                return self._fault()
            case IrTuple() | IrStruct():
                return self._aggregate(_name(type_), layout, self._fields(layout, _field_names(type_)), own)
            case IrFn():
                word = self.type(U64)
                return self._aggregate(_name(type_), layout, [("code", word, 0, 8), ("environment", word, 8, 8)], own)
            case IrDyn():
                word = self.type(U64)
                return self._aggregate(_name(type_), layout, [("methods", word, 0, 8), ("value", word, 8, 8)], own)
            case IrOption():
                return self._option(type_, layout, own)
            case IrEnum():
                return self._enum(type_, self._types.enum(type_), own)
            case IrMap():
                return self._handle(f"Map<{_name(type_.key)}, {_name(type_.value)}>")
        return self._aggregate(_name(type_), layout, [], own) if layout.size == 0 else self._handle(_name(type_))

    # ---- Shapes

    def _pointer(self, name: str, target: IrType) -> str:
        return (f'!DIDerivedType(tag: DW_TAG_pointer_type, name: "{name}", baseType: {self.type(target)}, '
                f"size: {_POINTER_BITS})")

    def _handle(self, name: str) -> str:
        """A pointer to what debuggers are told nothing about."""
        inside = self._metadata.add(f'!DICompositeType(tag: DW_TAG_structure_type, name: "{name}", '
                                    "flags: DIFlagFwdDecl)")
        return f'!DIDerivedType(tag: DW_TAG_pointer_type, name: "{name}", baseType: {inside}, size: {_POINTER_BITS})'

    def _view(self, name: str, item: IrType, layout: Layout) -> str:
        """Text or an array; debuggers show the items by these two names."""
        data = self._metadata.add(self._pointer(f"*{_name(item)}", item))
        return self._aggregate(name, layout, [("data_ptr", data, 0, 8), ("length", self.type(U64), 8, 8)], "")

    def _fault(self, shift: int = 0) -> str:
        """A pointer to the message and where it came from; `shift` is where they lie as seen from the pointer."""
        text = self.type(STR)
        members = [("message", text, 16 + shift, 24), ("stage", text, 40 + shift, 24), ("cause", self.type(FAULT), 80 + shift, 8)]
        inside = self._metadata.reserve()
        self._metadata.define(inside, self._structure("Fault", 88, 8, members, inside))
        return f'!DIDerivedType(tag: DW_TAG_pointer_type, name: "Fault", baseType: {inside}, size: {_POINTER_BITS})'

    def _fields(self, layout: Layout, names: Sequence[str], base: int = 0) -> list[Member]:
        return [(names[i] if i < len(names) else f"__{i}", self.type(part.type), base + part.offset,
                 self._types.layout(part.type).size) for i, part in enumerate(layout.parts)]

    def _aggregate(self, name: str, layout: Layout, members: list[Member], own: str) -> str:
        return self._structure(name, layout.size, layout.align, members, own)

    def _structure(self, name: str, size: int, align: int, members: list[Member], own: str) -> str:
        elements = [self._member(member, own) for member in members]
        return (f'distinct !DICompositeType(tag: DW_TAG_structure_type, name: "{name}", size: {8 * size}, '
                f"align: {8 * align}, elements: {self._metadata.node(elements)})")

    def _member(self, member: Member, owner: str, more: str = "", bits: int | None = None) -> str:
        name, type_, offset, size = member
        width = 8 * size if bits is None else bits
        label = f'name: "{name}", ' if name else ""
        scope = f"scope: {owner}, " if owner else ""
        return self._metadata.add(f"!DIDerivedType(tag: DW_TAG_member, {label}{scope}baseType: {type_}, "
                                  f"size: {width}, offset: {8 * offset}{more})")

    # ---- Choices

    def _option(self, type_: IrOption, layout: Layout, own: str) -> str:
        """Told by a null fault pointer, a second word that is not -1, or an even address: see options.py."""
        part = layout.parts[0]
        some = self._variant("Some", layout, [("__0", self.type(part.type), part.offset,
                                               self._types.layout(part.type).size)])
        form = self._types.option_form(type_.item)
        fault = self._metadata.add(self._fault(-1)) if form is OptionForm.ODD else self.type(FAULT)
        none = self._variant("None", layout, [("__0", fault, 0, 8)])
        match form:
            case OptionForm.SECOND_WORD:
                return self._choice(_name(type_), layout, own, 8, [("Some", some, None), ("None", none, -1)], tag_offset=8)
            case OptionForm.ODD:
                return self._choice(_name(type_), layout, own, 1, [("Some", some, 0), ("None", none, 1)], is_bit=True)
        return self._choice(_name(type_), layout, own, 8, [("Some", some, 0), ("None", none, None)])

    def _enum(self, type_: IrEnum, layout: EnumLayout, own: str) -> str:
        if layout.size == 4:
            numbers = [self._metadata.add(f'!DIEnumerator(name: "{name}", value: {i}, isUnsigned: true)')
                       for i, name in enumerate(type_.variant_names)]
            return (f'!DICompositeType(tag: DW_TAG_enumeration_type, name: "{_name(type_)}", size: 32, align: 32, '
                    f"baseType: {self._number(4)}, elements: {self._metadata.node(numbers)})")
        cases: list[tuple[str, str, int | None]] = []
        for i, name in enumerate(type_.variant_names):
            names = type_.field_names[i] if type_.field_names else ()
            fields = self._fields(layout.variants[i], _plain(names), layout.payload_offset)
            cases.append((name, self._variant(name, layout, fields), i))
        return self._choice(_name(type_), layout, own, 4, cases)

    def _number(self, size: int) -> str:
        return self._metadata.add(_basic(f"u{8 * size}", 8 * size, "DW_ATE_unsigned"))

    def _variant(self, name: str, layout: Layout, members: list[Member]) -> str:
        own = self._metadata.reserve()
        self._metadata.define(own, self._structure(name, layout.size, layout.align, members, own))
        return own

    def _choice(self, name: str, layout: Layout, own: str, tag_size: int,
                cases: list[tuple[str, str, int | None]], tag_offset: int = 0, is_bit: bool = False) -> str:
        """A struct with one variant part; a case without a number is all others. The tag may be the lowest bit alone."""
        part = self._metadata.reserve()
        kind = ", flags: DIFlagArtificial | DIFlagBitField, extraData: i64 0" if is_bit else ", flags: DIFlagArtificial"
        tag = self._member(("", self._number(tag_size), tag_offset, tag_size), own, kind, bits=1 if is_bit else None)
        members = [self._member((case, type_, 0, layout.size), part,
                                "" if number is None else f", extraData: i{8 * tag_size} {number}")
                   for case, type_, number in cases]
        self._metadata.define(part, f"!DICompositeType(tag: DW_TAG_variant_part, scope: {own}, size: "
                                    f"{8 * layout.size}, elements: {self._metadata.node(members)}, "
                                    f"discriminator: {tag})")
        return (f'distinct !DICompositeType(tag: DW_TAG_structure_type, name: "{name}", size: {8 * layout.size}, '
                f"align: {8 * layout.align}, elements: {self._metadata.node([part])})")


def _basic(name: str, bits: int, encoding: str) -> str:
    return f'!DIBasicType(name: "{name}", size: {bits}, encoding: {encoding})'


def _name(type_: IrType) -> str:
    """A type as the user writes it."""
    return str(type_).replace("%", "")


def _field_names(type_: IrStruct | IrTuple) -> tuple[str, ...]:
    return _plain(type_.field_names) if isinstance(type_, IrStruct) else ()


def _plain(names: tuple[str, ...]) -> tuple[str, ...]:
    """Field names; the numbers of unnamed ones as debuggers know them."""
    return tuple(f"__{name}" if name.isdigit() else name for name in names)
