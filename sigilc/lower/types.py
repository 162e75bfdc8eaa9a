"""The IR type of each checked type; struct and enum instances are interned by their printed names."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sigilc.check import types as checked
from sigilc.check.impls import bounds_of
from sigilc.check.typed import ActorDecl, EnumDecl, Function, StructDecl, TraitDecl
from sigilc.check.types import INTEGER_BITS, PrimType, Type, substitute
from sigilc.crash import InternalError
from sigilc.ir import types as ir
from sigilc.ir.function import Module
from sigilc.ir.types import IrType

_SIMPLE: dict[str, IrType] = {
    "bool": ir.BOOL, "char": ir.CHAR, "str": ir.STR, "()": ir.UNIT, "Fault": ir.FAULT, "Duration": ir.I64,
    "!": ir.UNIT, "f32": ir.F32, "f64": ir.F64,
    **{name: ir.IrInt(bits, name[0] == "i") for name, bits in INTEGER_BITS.items()},
}


class TypeLowering:
    """Lowers types into one module; equal types give equal (for structs and enums: identical) IR types."""

    def __init__(self, module: Module, drop_of: Callable[[Type], str]) -> None:
        self._module = module
        self._drop_of = drop_of     # the IR function of a type's `impl Drop`, or nothing
        self._known: dict[Type, IrType] = {}
        self._checked: dict[IrType, Type] = {}
        self._boxed_options: dict[Type, bool] = {}
        self._names: dict[Type, str] = {}
        self._decl_names: dict[object, str] = {}
        self._decl_by_name: dict[str, object] = {}

    def lower(self, type_: Type) -> IrType:
        """The IR type of a type without parameters."""
        known = self._known.get(type_)
        if known is None:
            known = self._known[type_] = self._lower_new(type_)
            if isinstance(type_, checked.StructType | checked.EnumType | checked.DynType):
                self._checked[known] = self._checked[ir.opened(known)] = type_
        return known

    def checked_type(self, type_: IrType) -> Type | None:
        """The struct, enum or `dyn` that an IR type stands for."""
        return self._checked.get(type_)

    def name(self, type_: Type) -> str:
        """The type as printed; two declarations of one name, in different modules, are told apart by a number."""
        known = self._names.get(type_)
        if known is None:
            known = self._names[type_] = self._new_name(type_)
        return known

    def decl_name(self, decl: StructDecl | EnumDecl | ActorDecl) -> str:
        """The name of a declaration, unique in the module."""
        name = self._decl_names.get(decl)
        if name is None:
            name, number = decl.name, 2
            while name in self._decl_by_name:
                name, number = f"{decl.name}#{number}", number + 1
            self._decl_names[decl] = name
            self._decl_by_name[name] = decl
        return name

    def _new_name(self, type_: Type) -> str:
        if isinstance(type_, checked.StructType | checked.EnumType):
            args = ", ".join(map(self.name, type_.args))
            return self.decl_name(type_.decl) + (f"<{args}>" if args else "")
        return str(type_.rebuild(tuple(PrimType(self.name(p)) for p in type_.parts())))

    def _lower_new(self, type_: Type) -> IrType:
        match type_:
            case PrimType(name) if name in _SIMPLE:
                return _SIMPLE[name]
            case checked.FixedType(item, count):
                return ir.IrFixed(self.lower(item), count)
            case checked.ArrayType(item):
                return ir.IrArray(self.lower(item))
            case checked.TupleType(items):
                return ir.IrTuple(tuple(self.lower(i) for i in items))
            case checked.MapType(key, value):
                return ir.IrMap(self.lower(key), self.lower(value))
            case checked.SetType(item):
                return ir.IrMap(self.lower(item), ir.UNIT)
            case checked.OptionType(item):
                return ir.IrOption(self._boxed(item, self._is_boxed_in_options(item)))
            case checked.RangeType(item):
                end = self.lower(item)
                return ir.IrTuple((end, end))
            case checked.FnType(params, result, inout):
                places = inout or (False,) * len(params)
                lowered = tuple(ir.IrAddr(self.lower(p)) if is_place else self.lower(p)
                                for p, is_place in zip(params, places, strict=True))
                return ir.IrFn(lowered, self.lower(result))
            case checked.StructType():
                return self._with_destructor(type_, self._lower_struct(type_))
            case checked.EnumType():
                return self._with_destructor(type_, self._lower_enum(type_))
            case checked.DynType():
                return self._lower_dyn(type_)
            case checked.AddressType():
                return ir.ADDRESS
            case checked.FutureType(item):
                return ir.IrFuture(self.lower(item))
            case checked.PointerType() | checked.CFnType():
                return ir.PTR
        raise InternalError(f"the type `{type_}` reached lowering")

    def _with_destructor(self, type_: Type, lowered: IrType) -> IrType:
        drop = self._drop_of(type_)
        return ir.IrBox(lowered, drop) if drop else lowered

    def _lower_struct(self, type_: checked.StructType) -> IrType:
        name = self.name(type_)
        struct = self._module.structs.get(name)
        if struct is None:
            struct = self._module.structs[name] = ir.IrStruct(name, is_union=type_.decl.is_union)
            struct.fields = tuple(self._lower_part(t, type_) for t in struct_fields(type_))
            struct.field_names = tuple(f.name for f in type_.decl.fields)
        return struct

    def _lower_dyn(self, type_: checked.DynType) -> IrType:
        """Known by the methods of the trait and its supertraits."""
        name = self.name(type_)
        dyn = self._module.dyns.get(name)
        if dyn is None:
            dyn = self._module.dyns[name] = ir.IrDyn(name)
            dyn.methods = tuple(self._lower_method(type_, trait.methods[method], args)
                                for trait, args, method in dyn_methods(type_))
        return dyn

    def _lower_method(self, self_type: checked.DynType, function: Function, args: tuple[Type, ...]) -> ir.IrFn:
        """A method as one of a type that is known only by its methods."""
        mapping = dict(zip(function.type_params, (self_type, *args), strict=True))
        params = [self.lower(substitute(p.type, mapping)) for p in function.params]
        places = tuple(ir.IrAddr(lowered) if p.kind == "inout" else lowered
                       for p, lowered in zip(function.params, params, strict=True))
        return ir.IrFn(places, self.lower(substitute(function.result, mapping)))

    def _lower_part(self, part: Type, owner: checked.StructType | checked.EnumType) -> IrType:
        """A field's type: in a box where the field would hold a value of its owner's type inline."""
        return self._boxed(part, self._holds_inline(part, owner))

    def _boxed(self, type_: Type, is_boxed: bool) -> IrType:
        """A type in a box where it is to be in one, and is not in that of a value with a destructor anyway."""
        lowered = self.lower(type_)
        return ir.IrBox(lowered) if is_boxed and not isinstance(lowered, ir.IrBox) else lowered

    def _is_boxed_in_options(self, item: Type) -> bool:
        """Whether a value of the type would hold an option of its own type inline: then all such options hold boxes.

        So a type is boxed where its recursion goes through absence, and nothing is allocated for what is absent.
        """
        found = self._boxed_options.get(item)
        if found is None:
            found = self._boxed_options[item] = any(
                isinstance(part, checked.OptionType) and part.item == item for part in self._inline_parts(item, self._has_drop))
        return found

    def _holds_inline(self, type_: Type, owner: Type) -> bool:
        """Whether a value of a type holds one of `owner`, not behind a buffer, a map or a box but in itself."""
        return not self._has_drop(owner) and any(part == owner for part in self._inline_parts(
            type_, lambda part: self._has_drop(part) or (
                isinstance(part, checked.OptionType) and self._is_boxed_in_options(part.item))))

    def _has_drop(self, type_: Type) -> bool:
        return bool(self._drop_of(type_))

    def _inline_parts(self, type_: Type, is_boxed: Callable[[Type], bool]) -> Iterator[Type]:
        """A type and those of all parts that its values hold in themselves, but for what is in boxes."""
        stack, seen = [type_], set()
        while stack:
            current = stack.pop()
            if current in seen:
                continue
            seen.add(current)
            yield current
            if is_boxed(current):
                continue
            if isinstance(current, checked.StructType):
                stack += struct_fields(current)
            elif isinstance(current, checked.EnumType):
                stack += [t for fields in enum_payloads(current) for t in fields]
            elif isinstance(current, checked.OptionType | checked.TupleType | checked.FixedType):
                stack += current.parts()

    def _lower_enum(self, type_: checked.EnumType) -> IrType:
        name = self.name(type_)
        enum = self._module.enums.get(name)
        if enum is None:
            variants = type_.decl.variants
            enum = self._module.enums[name] = ir.IrEnum(
                name, variant_names=tuple(v.name for v in variants),
                discriminants=tuple(v.discriminant for v in variants), is_c=type_.decl.is_c)
            enum.variants = tuple(tuple(self._lower_part(t, type_) for t in fields) for fields in enum_payloads(type_))
            enum.field_names = tuple(tuple(f.name for f in v.fields) for v in variants)
        return enum


def dyn_methods(type_: checked.DynType) -> list[tuple[TraitDecl, tuple[Type, ...], str]]:
    """The methods that a `dyn Trait` has, its supertraits' included, in a fixed order: traits, their arguments, names."""
    return list(dict.fromkeys((bound.trait, bound.args, name) for bound in bounds_of(type_) for name in bound.trait.methods))


def dyn_number(type_: checked.DynType, function: Function, args: tuple[Type, ...]) -> int:
    """Which of a `dyn`'s methods one of a trait with these arguments is."""
    return next(i for i, (trait, own, name) in enumerate(dyn_methods(type_)) if trait.methods[name] is function and own == args)


def struct_fields(type_: checked.StructType) -> tuple[Type, ...]:
    """The types of a struct instance's fields."""
    args = dict(zip(type_.decl.type_params, type_.args, strict=True))
    return tuple(substitute(f.type, args) for f in type_.decl.fields)


def enum_payloads(type_: checked.EnumType) -> tuple[tuple[Type, ...], ...]:
    """The types of an enum instance's payload fields, variant by variant."""
    args = dict(zip(type_.decl.type_params, type_.args, strict=True))
    return tuple(tuple(substitute(f.type, args) for f in v.fields) for v in type_.decl.variants)


def is_scalar(type_: IrType) -> bool:
    """True for the types that `Compare` works on: numbers, `bool`, `char`, addresses and pointers."""
    return isinstance(type_, (ir.IrInt, ir.IrFloat)) or type_ in (ir.BOOL, ir.CHAR, ir.ADDRESS, ir.PTR)
