"""What an exported program shows to other languages, apart from how each of them writes it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from sigilc.check.foreign import status_payload
from sigilc.check.typed import EnumDecl, Function, StructDecl, TypedProgram
from sigilc.check.types import STR, UNIT, ArrayType, CFnType, EnumType, FixedType, PointerType, StructType, Type

# What the runtime offers to callers of exported functions, besides these.
RUNTIME_SYMBOLS = ("sigil_last_error", "sigil_release")
STATUSES = {"SIGIL_OK": 0, "SIGIL_ABSENT": 1, "SIGIL_PANICKED": 2}


@dataclass(frozen=True, slots=True)
class Result:
    """What a function gives: `type`, by a status and through a last parameter where `has_status`."""

    type: Type
    has_status: bool


@dataclass(slots=True)
class Border:
    """Exported functions in the order of the program; the types that they name, each after those it has inside.

    `views` are the element types of the arrays that functions give, STR for text.
    """

    functions: list[Function]
    types: list[StructDecl | EnumDecl] = field(default_factory=list)
    views: list[Type] = field(default_factory=list)

    @property
    def has_statuses(self) -> bool:
        """Whether a function may fail."""
        return any(result_of(f).has_status for f in self.functions)


def border_of(program: TypedProgram) -> Border:
    """The border of a program that has passed the check."""
    functions = sorted((f for f in program.functions if f.export), key=lambda f: (f.span.file.path, f.span.start, f.export))
    border = Border(functions)
    named: dict[StructDecl | EnumDecl, None] = {}
    for function in functions:
        result = result_of(function).type
        for type_ in [*(p.type for p in function.params), result]:
            _collect(type_, named)
        if is_view(result):
            item = view_item(result)
            if item not in border.views:
                border.views.append(item)
    for decl in named:
        _place(decl, border.types)
    return border


def result_of(function: Function) -> Result:
    """What an exported function gives."""
    payload = status_payload(function.result)
    return Result(function.result, False) if payload is None else Result(payload[0], True)


def is_view(type_: Type) -> bool:
    """Whether a value crosses as pointer and length."""
    return type_ == STR or type_.__class__ is ArrayType


def view_item(type_: Type) -> Type:
    """The type of an array's elements; STR stands for text."""
    return type_.parts()[0] if isinstance(type_, ArrayType) else STR


def _collect(type_: Type, found: dict[StructDecl | EnumDecl, None]) -> None:
    """Adds the declarations that a type names, at any depth."""
    match type_:
        case StructType(decl) | EnumType(decl):
            if decl not in found:
                found[decl] = None
                for inside in decl.fields if isinstance(decl, StructDecl) else []:
                    _collect(inside.type, found)
        case ArrayType() | PointerType() | CFnType():
            for part in type_.parts():
                _collect(part, found)


def _place(decl: StructDecl | EnumDecl, placed: list[StructDecl | EnumDecl]) -> None:
    """Appends a declaration behind those that it has inside."""
    if decl in placed:
        return
    if isinstance(decl, StructDecl):
        for inside in by_value(decl):
            _place(inside, placed)
    placed.append(decl)


def by_value(decl: StructDecl) -> Iterator[StructDecl | EnumDecl]:
    """The declarations that a struct has inside."""
    for inside in decl.fields:
        type_ = inside.type
        while isinstance(type_, FixedType):
            type_ = type_.item
        if isinstance(type_, StructType | EnumType):
            yield type_.decl


def doc_lines(function: Function) -> list[str]:
    """The doc comment above a function, line by line, without `///`."""
    text = function.span.file.text
    above = text[:text.rfind("\n", 0, function.span.start) + 1].splitlines()
    found: list[str] = []
    while above:
        line = above.pop().strip()
        if line.startswith("///"):
            found.insert(0, line.removeprefix("///").strip())
        elif not (line.startswith("#[") and line.endswith("]")) and not line.startswith("//"):
            break
    return found


def shown_signature(function: Function) -> str:
    """A function as its program declares it."""
    params = ", ".join(f"{p.name}: {p.type}" for p in function.params)
    return f"{function.name}({params})" + ("" if function.result == UNIT else f" -> {function.result}")


class Names:
    """Names that a language takes: its reserved words and second uses of a name get an underscore."""

    def __init__(self, reserved: frozenset[str]):
        self._reserved = reserved
        self._taken: set[str] = set()

    def new(self, wanted: str, otherwise: str = "x") -> str:
        """A name like `wanted`, not used before; `otherwise` stands in for what is no identifier of ASCII."""
        name = wanted if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", wanted) else otherwise
        while name in self._reserved or name in self._taken:
            name += "_"
        self._taken.add(name)
        return name
