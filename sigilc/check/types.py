"""The types of checked programs.

Evidence of trust (`!` `~` `‽`) is no part of a type: it is erased here and kept apart as `Marks`, a tree that runs
parallel to the type. Presence (`?`) is a real type, `OptionType`. Types are immutable and compare by structure;
only `InferVar`, which lives while one body is being inferred, compares by identity.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sigilc.source.records import field, record, value

if TYPE_CHECKING:
    from sigilc.check.typed import ActorDecl, Bound, EnumDecl, StructDecl, TraitDecl

INTEGER_BITS = {"i8": 8, "i16": 16, "i32": 32, "i64": 64, "i128": 128, "isize": 64,
                "u8": 8, "u16": 16, "u32": 32, "u64": 64, "u128": 128, "usize": 64}
FLOAT_BITS = {"f32": 32, "f64": 64}


class Type:
    """Base of all types. `parts()` gives the component types in the order that `Marks.parts` follows."""

    __slots__ = ()

    def parts(self) -> tuple[Type, ...]:
        """Component types: element, slots, key and value, payload, type arguments, parameters then result."""
        return ()

    def rebuild(self, parts: tuple[Type, ...]) -> Type:
        """The same type over other components."""
        return self


@value
class PrimType(Type):
    """A type without components: numbers, `bool`, `char`, `str`, `()`, `!`, `Fault`, `Duration`."""

    name: str

    def __str__(self) -> str:
        return self.name


I8, I16, I32, I64 = (PrimType(n) for n in ("i8", "i16", "i32", "i64"))
U8, U16, U32, U64 = (PrimType(n) for n in ("u8", "u16", "u32", "u64"))
I128, U128 = PrimType("i128"), PrimType("u128")
ISIZE, USIZE = PrimType("isize"), PrimType("usize")
F32, F64 = PrimType("f32"), PrimType("f64")
BOOL, CHAR, STR, UNIT, NEVER = (PrimType(n) for n in ("bool", "char", "str", "()", "!"))
FAULT, DURATION = PrimType("Fault"), PrimType("Duration")


@value
class ArrayType(Type):
    """`[T]`."""

    item: Type

    def parts(self) -> tuple[Type, ...]:
        return (self.item,)

    def rebuild(self, parts: tuple[Type, ...]) -> Type:
        return ArrayType(*parts)

    def __str__(self) -> str:
        return f"[{self.item}]"


@value
class FixedType(ArrayType):
    """`[T; N]`: an array whose length is known. What is said of arrays holds, but for what makes them grow or shrink."""

    count: int

    def rebuild(self, parts: tuple[Type, ...]) -> Type:
        return FixedType(parts[0], self.count)

    def __str__(self) -> str:
        return f"[{self.item}; {self.count}]"


@value
class TupleType(Type):
    """`(A, B)`; never empty (`()` is UNIT)."""

    items: tuple[Type, ...]

    def parts(self) -> tuple[Type, ...]:
        return self.items

    def rebuild(self, parts: tuple[Type, ...]) -> Type:
        return TupleType(parts)

    def __str__(self) -> str:
        return f"({', '.join(map(str, self.items))})"


@value
class MapType(Type):
    """`Map<K, V>`."""

    key: Type
    value: Type

    def parts(self) -> tuple[Type, ...]:
        return (self.key, self.value)

    def rebuild(self, parts: tuple[Type, ...]) -> Type:
        return MapType(*parts)

    def __str__(self) -> str:
        return f"Map<{self.key}, {self.value}>"


@value
class SetType(Type):
    """`Set<T>`."""

    item: Type

    def parts(self) -> tuple[Type, ...]:
        return (self.item,)

    def rebuild(self, parts: tuple[Type, ...]) -> Type:
        return SetType(*parts)

    def __str__(self) -> str:
        return f"Set<{self.item}>"


@value
class OptionType(Type):
    """`T?`: a value, or a fault that says why there is none."""

    item: Type

    def parts(self) -> tuple[Type, ...]:
        return (self.item,)

    def rebuild(self, parts: tuple[Type, ...]) -> Type:
        return OptionType(*parts)

    def __str__(self) -> str:
        return f"({self.item})?" if isinstance(self.item, FnType) else f"{self.item}?"


@value
class RangeType(Type):
    """What `a..b` has as a value; the item is an integer type. `inclusive` ranges are types of their own."""

    item: Type
    inclusive: bool = False

    def parts(self) -> tuple[Type, ...]:
        return (self.item,)

    def rebuild(self, parts: tuple[Type, ...]) -> Type:
        return RangeType(parts[0], self.inclusive)

    def __str__(self) -> str:
        return f"RangeInclusive<{self.item}>" if self.inclusive else f"Range<{self.item}>"


@value
class FnType(Type):
    """`fn(A, &mut B) -> C`; `inout[i]` says that parameter i is in-out."""

    params: tuple[Type, ...]
    result: Type
    inout: tuple[bool, ...] = ()

    def parts(self) -> tuple[Type, ...]:
        return (*self.params, self.result)

    def rebuild(self, parts: tuple[Type, ...]) -> Type:
        return FnType(parts[:-1], parts[-1], self.inout)

    def __str__(self) -> str:
        shown = ", ".join(f"&mut {p}" if m else str(p) for p, m in zip(self.params, self.inout, strict=True))
        return f"fn({shown})" if self.result == UNIT else f"fn({shown}) -> {self.result}"


@value
class StructType(Type):
    """An instance of a declared struct."""

    decl: StructDecl
    args: tuple[Type, ...] = ()

    def parts(self) -> tuple[Type, ...]:
        return self.args

    def rebuild(self, parts: tuple[Type, ...]) -> Type:
        return StructType(self.decl, parts)

    def __str__(self) -> str:
        return self.decl.name + (f"<{', '.join(map(str, self.args))}>" if self.args else "")


@value
class EnumType(Type):
    """An instance of a declared enum."""

    decl: EnumDecl
    args: tuple[Type, ...] = ()

    def parts(self) -> tuple[Type, ...]:
        return self.args

    def rebuild(self, parts: tuple[Type, ...]) -> Type:
        return EnumType(self.decl, parts)

    def __str__(self) -> str:
        return self.decl.name + (f"<{', '.join(map(str, self.args))}>" if self.args else "")


@value
class AddressType(Type):
    """An actor's name used as a type: its address."""

    decl: ActorDecl
    args: tuple[Type, ...] = ()

    def parts(self) -> tuple[Type, ...]:
        return self.args

    def rebuild(self, parts: tuple[Type, ...]) -> Type:
        return AddressType(self.decl, parts)

    def __str__(self) -> str:
        return self.decl.name + (f"<{', '.join(map(str, self.args))}>" if self.args else "")


@value
class DynType(Type):
    """`dyn Trait<A, Item = T>`: a value of some type that implements the trait, known only by the trait's methods.

    `names`, sorted, are those associated types of the trait and of the traits above it that are stated, as `types`.
    """

    trait: TraitDecl
    args: tuple[Type, ...] = ()
    names: tuple[str, ...] = ()
    types: tuple[Type, ...] = ()

    def parts(self) -> tuple[Type, ...]:
        return self.args + self.types

    def rebuild(self, parts: tuple[Type, ...]) -> Type:
        count = len(self.args)
        return DynType(self.trait, parts[:count], self.names, parts[count:])

    def __str__(self) -> str:
        written = [*map(str, self.args), *(f"{name} = {type_}" for name, type_ in zip(self.names, self.types, strict=True))]
        return f"dyn {self.trait.name}" + (f"<{', '.join(written)}>" if written else "")


@value
class FutureType(Type):
    """`Future<R>`, the value of `ask`."""

    item: Type

    def parts(self) -> tuple[Type, ...]:
        return (self.item,)

    def rebuild(self, parts: tuple[Type, ...]) -> Type:
        return FutureType(*parts)

    def __str__(self) -> str:
        return f"Future<{self.item}>"


@value
class PointerType(Type):
    """`*T` and `*mut T`, for foreign code only; unmanaged. `*()` is C's `void *`."""

    item: Type
    is_mutable: bool = False

    def parts(self) -> tuple[Type, ...]:
        return (self.item,)

    def rebuild(self, parts: tuple[Type, ...]) -> Type:
        return PointerType(parts[0], self.is_mutable)

    def __str__(self) -> str:
        item = "c_void" if self.item == UNIT else self.item
        return f"*mut {item}" if self.is_mutable else f"*{item}"


@value
class CFnType(Type):
    """`extern "C" fn(A) -> B`: the address of a function that is called as C calls it."""

    params: tuple[Type, ...]
    result: Type

    def parts(self) -> tuple[Type, ...]:
        return (*self.params, self.result)

    def rebuild(self, parts: tuple[Type, ...]) -> Type:
        return CFnType(parts[:-1], parts[-1])

    def __str__(self) -> str:
        shown = f"extern \"C\" fn({', '.join(map(str, self.params))})"
        return shown if self.result == UNIT else f"{shown} -> {self.result}"


@value
class ParamType(Type):
    """A type parameter inside the body that declares it; replaced by an argument when the body is lowered.

    `bounds` (Bound objects) is filled while the parameter is declared.
    """

    name: str
    owner: str          # qualified name of the declaration, so that two `T`s differ
    bounds: list[Bound] = field(default_factory=list, compare=False)

    def __str__(self) -> str:
        return self.name


@value
class ProjectionType(Type):
    """`T·Item`: an associated type of what is not known yet; becomes the impl's type when its base is known.

    `args` are those of the trait: `Output` of `Mul<f64>` is another type than that of `Mul<V>`.
    """

    base: Type
    trait: TraitDecl
    name: str
    args: tuple[Type, ...] = ()

    def parts(self) -> tuple[Type, ...]:
        return (self.base, *self.args)

    def rebuild(self, parts: tuple[Type, ...]) -> Type:
        from sigilc.check.impls import associated_type
        base, args = parts[0], parts[1:]
        return associated_type(self.trait, base, self.name, args) or ProjectionType(base, self.trait, self.name, args)

    def __str__(self) -> str:
        return f"{self.base}·{self.name}"


@value
class ErrorType(Type):
    """Stands for what could not be typed; fits everything, so that one mistake gives one error."""

    def __str__(self) -> str:
        return "_"


ERROR = ErrorType()


@record
class InferVar(Type):
    """An unknown of the inference. `kind` narrows it: `any`, `int` (an integer literal), `float`."""

    kind: str = "any"
    bound: Type | None = None

    def __str__(self) -> str:
        if self.bound is not None:
            return str(self.bound)
        return {"int": "i64", "float": "f64"}.get(self.kind, "_")


@value
class Marks:
    """The trust that an annotation writes down, parallel to a type.

    `own` is `""`, `"!"`, `"~"` or `"‽"`; `parts` follows `Type.parts()` and may be empty when nothing below is marked.
    A mark on `T?` is moved to its payload, for an uncertain value's trust is its payload's.
    """

    own: str = ""
    parts: tuple[Marks, ...] = field(default=())

    @property
    def is_empty(self) -> bool:
        """True when nothing is marked anywhere."""
        return not self.own and all(p.is_empty for p in self.parts)


NO_MARKS = Marks()


def substitute(type_: Type, args: dict[ParamType, Type]) -> Type:
    """`type_` with its type parameters replaced."""
    if isinstance(type_, ParamType):
        return args.get(type_, type_)
    parts = type_.parts()
    if not parts:
        return type_
    replaced = tuple(substitute(p, args) for p in parts)
    return type_ if replaced == parts else type_.rebuild(replaced)


def is_integer(type_: Type) -> bool:
    """True for the integer types."""
    return isinstance(type_, PrimType) and type_.name in INTEGER_BITS


def is_float(type_: Type) -> bool:
    """True for `f32` and `f64`."""
    return isinstance(type_, PrimType) and type_.name in FLOAT_BITS


def is_numeric(type_: Type) -> bool:
    """True for integers and floats."""
    return is_integer(type_) or is_float(type_)


def is_result(type_: Type) -> bool:
    """True for the library's `Result<T, E>`."""
    return isinstance(type_, EnumType) and type_.decl.name == "Result" and type_.decl.span.file.is_library
