"""The types of random programs, and the declarations that they come from."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

SIGNED = ("i8", "i16", "i32", "i64", "isize", "i128")
UNSIGNED = ("u8", "u16", "u32", "u64", "usize", "u128")
WIDE = ("i128", "u128")
INTEGERS = SIGNED + UNSIGNED
NARROW = tuple(name for name in INTEGERS if name not in WIDE)       # those with all methods
FLOATS = ("f32", "f64")
BITS = {**{name: int(name[1:]) for name in INTEGERS if name[1:].isdigit()}, "isize": 64, "usize": 64}


@dataclass(frozen=True)
class Kind:
    """A type: `head` is a scalar's or a declared type's name, or `[]`, `?`, `()`, `fn`, `Map`, `Set`, `[3]`.

    The last of a function's `args` is its result. `[3]` is an array of fixed length.
    """

    head: str
    args: tuple[Kind, ...] = ()

    @property
    def count(self) -> int:
        """The length of an array of fixed length, 0 of all else."""
        return int(self.head[1:-1]) if self.head[1:-1].isdigit() and self.head[0] == "[" else 0

    @property
    def is_collection(self) -> bool:
        """Whether stages go over its elements."""
        return self.head in ("[]", "Map", "Set") or self.count > 0

    def __str__(self) -> str:
        shown = [str(arg) for arg in self.args]
        if self.count:
            return f"[{shown[0]}; {self.count}]"
        match self.head:
            case "[]":
                return f"[{shown[0]}]"
            case "?":
                return f"({shown[0]})?" if self.args[0].head == "fn" else f"{shown[0]}?"
            case "()":
                return f"({', '.join(shown)})"
            case "fn":
                return f"fn({', '.join(shown[:-1])}) -> {shown[-1]}"
        return f"{self.head}<{', '.join(shown)}>" if shown else self.head


I64, U8, USIZE, F64, BOOL, CHAR, STR = (Kind(name) for name in ("i64", "u8", "usize", "f64", "bool", "char", "str"))
SCALARS = tuple(Kind(name) for name in (*INTEGERS, *FLOATS, "bool", "char", "str"))
COMMON = (I64, I64, I64, STR, STR, U8, Kind("i32"), USIZE, BOOL, F64)


def array(item: Kind) -> Kind:
    """`[T]`."""
    return Kind("[]", (item,))


def fixed(item: Kind, count: int) -> Kind:
    """`[T; N]`."""
    return Kind(f"[{count}]", (item,))


def option(item: Kind) -> Kind:
    """`T?`."""
    return Kind("?", (item,))


Fields = list[tuple[str, Kind]]


@dataclass
class Actor:
    """Fields, and handlers with their parameters and what they reply (None: nothing)."""

    fields: Fields
    handlers: dict[str, tuple[list[Kind], Kind | None]]


@dataclass(frozen=True)
class Methods:
    """Of a declared type: `alter(mut self, a: altered_by) -> alter` and `look(self, b: looked_for) -> look`."""

    altered_by: Kind
    alter: Kind
    looked_for: Kind
    look: Kind


@dataclass
class World:
    """The declared types of a module.

    A variant's fields have empty names when they are written in parentheses. `Both` and `Either` are generic.
    """

    rng: Random
    own_keys: bool = False      # whether `Money`, with its own equality and hash, is among the types of keys
    structs: dict[str, Fields] = field(default_factory=dict)
    enums: dict[str, dict[str, Fields]] = field(default_factory=dict)
    actors: dict[str, Actor] = field(default_factory=dict)
    methods: dict[str, Methods] = field(default_factory=dict)

    def fields(self, kind: Kind) -> Fields:
        """Of a struct or tuple; empty for others."""
        if kind.head == "()":
            return [(str(i), part) for i, part in enumerate(kind.args)]
        if kind.head == "Both":
            return [("left", kind.args[0]), ("right", kind.args[1])]
        return self.structs.get(kind.head, [])

    def variants(self, kind: Kind) -> dict[str, Fields]:
        """Of an enum; empty for others."""
        if kind.head == "Either":
            return {"Left": [("", kind.args[0])], "Right": [("", kind.args[1])], "Neither": []}
        if kind.head == "Result":
            return {"Ok": [("", kind.args[0])], "Err": [("", kind.args[1])]}
        return self.enums.get(kind.head, {})

    def parts(self, kind: Kind) -> list[Kind]:
        """The types that a type is made of."""
        declared = [part for _, part in self.fields(kind)]
        declared += [part for fields in self.variants(kind).values() for _, part in fields]
        return declared or list(kind.args)

    def has(self, kind: Kind, *heads: str) -> bool:
        """Whether one of these is the type, or anywhere in it."""
        seen: set[Kind] = set()
        waiting = [kind]
        while waiting:
            kind = waiting.pop()
            if kind.head in heads:
                return True
            if kind not in seen:
                seen.add(kind)
                waiting += self.parts(kind)
        return False

    def is_recursive(self, kind: Kind) -> bool:
        """Whether it holds values of a declared type that holds itself."""
        return self.has(kind, *(name for name in (*self.structs, *self.enums)
                                if any(self.has(part, name) for part in self.parts(Kind(name)))))

    def is_showable(self, kind: Kind) -> bool:
        """Whether it has a text and can be compared."""
        return not self.has(kind, "fn", "dyn Score", *self.actors)

    def is_ordered(self, kind: Kind) -> bool:
        """Whether `<` and sorting fit."""
        return not self.has(kind, "fn", "dyn Score", "Map", "Set", "?", *self.actors)

    def kind(self, depth: int = 2) -> Kind:
        """Some type."""
        if depth <= 0 or self.rng.random() < 0.3:
            return self.rng.choice(SCALARS if self.rng.random() < 0.4 else COMMON)
        match self.rng.choice(["[]", "[]", "[]", "?", "?", "()", "Map", "Set", "fn", "declared", "declared", "Both",
                               "Either", "fixed", "dyn" if self.rng.random() < 0.3 else "[]"]):
            case "dyn":
                return Kind("dyn Score")
            case "fixed":
                return fixed(self.kind(depth - 1), self.rng.choice([1, 2, 3, 9]))
            case "?":
                return option(self.present_kind(depth - 1))
            case "()":
                return Kind("()", tuple(self.kind(depth - 1) for _ in range(self.rng.randint(2, 3))))
            case "Map":
                return Kind("Map", (self.key_kind(), self.kind(depth - 1)))
            case "Set":
                return Kind("Set", (self.key_kind(),))
            case "fn":
                return Kind("fn", (*(self.kind(0) for _ in range(self.rng.randint(0, 2))), self.kind(depth - 1)))
            case "declared" if self.structs or self.enums:
                return Kind(self.rng.choice([*self.structs, *self.enums]))
            case "Both" | "Either" as head:
                return Kind(head, (self.kind(depth - 1), self.kind(depth - 1)))
        return array(self.kind(depth - 1))

    def present_kind(self, depth: int) -> Kind:
        """Some type that is no option: options of options have rules of their own."""
        found = self.kind(depth)
        return found if found.head != "?" else found.args[0]

    def showable_kind(self, depth: int = 2) -> Kind:
        """Some type whose values can be printed."""
        found = self.kind(depth)
        return found if self.is_showable(found) else self.kind(0)

    def key_kind(self) -> Kind:
        """Some type for keys."""
        if self.rng.random() < 0.8:
            own = [Kind("Money")] if self.own_keys else []
            return self.rng.choice([STR, STR, I64, I64, U8, CHAR, Kind("i16"), F64, BOOL, *own])
        found = self.kind(1)
        return STR if self.has(found, "fn", "dyn Score", "Map", "Set", "?", *self.actors) else found

    def declare(self) -> str:
        """Adds some structs and enums; their text."""
        lines = []
        self.structs["Money"] = [("cents", I64), ("unit", STR)]
        for i in range(3):
            fields = [(f"{'abcd'[j]}", self.kind(1 if i else 0)) for j in range(self.rng.randint(1, 4))]
            if self.rng.random() < 0.2:
                fields.append(("next", option(Kind(f"S{i}"))))
            self.structs[f"S{i}"] = fields
            lines.append(f"struct S{i} {{ {', '.join(f'{name}: {kind}' for name, kind in fields)} }}")
            variants: dict[str, Fields] = {}
            for letter in "ABCD"[:self.rng.randint(2, 4)]:
                names = ["", "", ""] if self.rng.random() < 0.6 else ["p", "q", "r"]
                variants[letter] = [(name, self.kind(1)) for name in names[:self.rng.randint(0, 3)]]
            if self.rng.random() < 0.4:
                own = Kind(f"E{i}")
                variants["Z"] = [("", self.rng.choice([own, own, array(own), option(own), Kind("()", (own, STR))]))
                                 for _ in range(self.rng.randint(1, 2))]
            self.enums[f"E{i}"] = variants
            lines.append(f"enum E{i} {{ {', '.join(_variant(*each) for each in variants.items())} }}")
        return "\n".join(lines)


def _variant(name: str, fields: Fields) -> str:
    if not fields:
        return name
    if fields[0][0]:
        return f"{name} {{ {', '.join(f'{part}: {kind}' for part, kind in fields)} }}"
    return f"{name}({', '.join(str(kind) for _, kind in fields)})"
