"""Resolves written types to a Type and, parallel to it, the Marks of trust that stand in it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from sigilc.check import typed as t
from sigilc.check.context import Context, Reported, Scope
from sigilc.check.foreign import check_function_type, check_pointer_item
from sigilc.check.types import (
    CHAR,
    DURATION,
    ERROR,
    FAULT,
    FLOAT_BITS,
    INTEGER_BITS,
    NO_MARKS,
    STR,
    UNIT,
    AddressType,
    ArrayType,
    CFnType,
    DynType,
    EnumType,
    FixedType,
    FnType,
    FutureType,
    MapType,
    Marks,
    OptionType,
    ParamType,
    PointerType,
    PrimType,
    ProjectionType,
    RangeType,
    SetType,
    StructType,
    TupleType,
    Type,
    substitute,
)
from sigilc.diagnostics.habits import TYPES
from sigilc.diagnostics.suggest import closest
from sigilc.resolve.library_index import unknown_help
from sigilc.resolve.symbols import KIND_WORDS, Item, Module
from sigilc.source.spans import Span
from sigilc.syntax import ast

_PLAIN: dict[str, Type] = {name: PrimType(name) for name in (*INTEGER_BITS, *FLOAT_BITS, "bool")}
_PLAIN |= {"char": CHAR, "str": STR, "String": STR, "Fault": FAULT, "Duration": DURATION,
           "c_int": PrimType("i32"), "c_uint": PrimType("u32"), "c_long": PrimType("i64"), "c_ulong": PrimType("u64"),
           "c_char": PrimType("i8"), "c_uchar": PrimType("u8"), "c_short": PrimType("i16"), "c_ushort": PrimType("u16"),
           "c_float": PrimType("f32"), "c_double": PrimType("f64"), "c_size_t": PrimType("usize"), "c_void": UNIT}
# Generic types that the compiler itself knows: how many arguments, and how to make them.
_GENERIC: dict[str, tuple[int, Callable[..., Type]]] = {
    "Vec": (1, ArrayType), "Map": (2, MapType), "HashMap": (2, MapType), "Set": (1, SetType), "HashSet": (1, SetType),
    "Option": (1, OptionType), "Future": (1, FutureType), "Range": (1, RangeType),
    "RangeInclusive": (1, partial(RangeType, inclusive=True)),
}
_LATER = {"Stream": "streams are"}

Marked = tuple[Type, Marks]


def with_mark(type_: Type, marks: Marks, mark: str) -> Marked:
    """A type under a further evidence mark; on `T?` a mark of trust goes to the payload."""
    if mark == "?":
        return OptionType(type_), Marks("", (marks,))
    if isinstance(type_, OptionType):
        inner = marks.parts[0] if marks.parts else NO_MARKS
        return type_, Marks("", (with_mark(type_.item, inner, mark)[1],))
    return type_, Marks(mark, marks.parts)


def why_not_dyn(trait: t.TraitDecl) -> tuple[str, tuple[Span, str]]:
    """Why a trait can't stand behind `dyn`, or nothing, and a label for where that is stated."""
    from sigilc.check.impls import implied, mentions
    for bound in implied([t.Bound(trait.self_param, trait, trait.params)]):
        if any(mentions(arg, trait.self_param) for arg in (*bound.args, *(stated for _, stated in bound.types))):
            return f"`{bound.trait.name}` above it has `Self` among its arguments", (trait.span, "stated here")
        for function in bound.trait.methods.values():
            reason = why_not_callable(bound.trait, function)
            if reason:
                return f"`{function.name}` {reason}", (function.span, "this one")
    return "", (trait.span, "")


def why_not_callable(trait: t.TraitDecl, function: t.Function) -> str:
    """Why a trait's method can't be called through `dyn`, or nothing."""
    if function.name.rpartition("·")[2] in trait.constants:
        return "is a constant of the type"
    if not function.params or function.params[0].name != "self":
        return "has no `self`"
    if len(function.type_params) > 1 + len(trait.params):
        return "has type parameters of its own"
    if any(depends_on(type_, trait.self_param) for type_ in [*(p.type for p in function.params[1:]), function.result]):
        return "mentions `Self`"
    return ""


def depends_on(type_: Type, own: ParamType) -> bool:
    """Whether a type is `Self` or made of it, other than by the associated types, which a `dyn` states."""
    if isinstance(type_, ProjectionType) and (type_.base == own or isinstance(type_.base, ProjectionType)):
        return any(depends_on(part, own) for part in type_.parts() if part != own)
    return type_ == own or any(depends_on(part, own) for part in type_.parts())


class TypeNames:
    """Resolves types for one scope. Errors are reported and give the error type."""

    def __init__(self, context: Context, scope: Scope, declare: Callable[[Item], Any]):
        self.context = context
        self.scope = scope
        self.declare = declare

    def span(self, node: Any) -> Span:
        """The span of a node of this scope's file."""
        return Span(self.scope.module.source, node.start, node.end)

    def resolve(self, node: Any) -> Marked:
        """The type that a type node writes down."""
        match node:
            case ast.TypePath():
                return self.resolve_path(node)
            case ast.MarkedType():
                type_, marks = self.resolve(node.type)
                return with_mark(type_, marks, node.mark)
            case ast.ListType():
                item, marks = self.resolve(node.type)
                return ArrayType(item), Marks("", (marks,))
            case ast.UnitType():
                return UNIT, NO_MARKS
            case ast.ParenType():
                return self.resolve(node.type)
            case ast.TupleType():
                parts = [self.resolve(p) for p in node.types]
                return TupleType(tuple(p[0] for p in parts)), Marks("", tuple(p[1] for p in parts))
            case ast.FunctionType():
                return self.resolve_function(node)
            case ast.ReferenceType():
                self.context.error("E0214", "reference types exist only for parameters", self.span(node),
                                   "a value cannot be a reference", "leave out the `&`: values are copied as needed")
                return self.resolve(node.type)
            case ast.PointerType():
                item, marks = self.resolve(node.type)
                check_pointer_item(self.context, item, self.span(node))
                return PointerType(item, node.kind == "mut"), Marks("", (marks,))
            case ast.ArrayType():
                item, marks = self.resolve(node.type)
                return FixedType(item, self.context.length_of(node.size, self.scope)), Marks("", (marks,))
            case ast.DynType():
                return self.resolve_dyn(node)
            case _:
                self.context.unsupported("this type is", self.span(node))
        return ERROR, NO_MARKS

    def resolve_function(self, node: Any) -> Marked:
        """`fn(A, mut B) -> C`, or with `&mut B`."""
        params: list[Type] = []
        marks: list[Marks] = []
        inout: list[bool] = []
        for part in node.types:
            is_inout = False
            while isinstance(part, ast.ReferenceType | ast.InOutType):
                is_inout = is_inout or part.mutable is not None
                part = part.type
            type_, mark = self.resolve(part)
            params.append(type_)
            marks.append(mark)
            inout.append(is_inout)
        result, result_marks = (UNIT, NO_MARKS) if node.result is None else self.resolve_result(node.result)
        if node.abi is not None:
            return self.c_function(node, tuple(params), result, any(inout)), NO_MARKS
        return FnType(tuple(params), result, tuple(inout)), Marks("", (*marks, result_marks))

    def c_function(self, node: Any, params: tuple[Type, ...], result: Type, has_inout: bool) -> Type:
        """`extern "C" fn(A) -> B`."""
        if node.abi != "C":
            self.context.error("E0603", f"unknown calling convention `{node.abi}`", self.span(node),
                               'only `extern "C"` is known', 'write `extern "C" fn(…)`')
        if has_inout:
            self.context.error("E0602", "an in-out parameter can't cross the border to C", self.span(node),
                               "in-out", "take a pointer: `*mut T`")
        type_ = CFnType(params, result)
        check_function_type(self.context, type_, self.span(node))
        return type_

    def resolve_result(self, node: Any) -> Marked:
        """A result type, which may be `!`."""
        return (PrimType("!"), NO_MARKS) if isinstance(node, ast.Never) else self.resolve(node)

    def resolve_dyn(self, node: Any) -> Marked:
        """`dyn Trait`: all its methods must be callable without knowing the type."""
        item = self.find(node.path)
        if item is None or item.kind != "trait":
            raise self.context.error("E0102", "`dyn` stands before a trait", self.span(node), "not a trait")
        trait = self.declare(item)
        reason, label = why_not_dyn(trait)
        if reason:
            self.context.error("E0229", f"`{trait.name}` can't be used as `dyn {trait.name}`", self.span(node), reason,
                               "use a type parameter: `<T: Trait>`", [label])
            return ERROR, NO_MARKS
        written = node.path.arguments or []
        args = [self.dyn_argument(a) for a in written if not isinstance(a, ast.Associated)]
        self.expect_trait_arguments(trait, len(args), node)
        args += [trait.param_defaults[param] for param in trait.params[len(args):]]
        types = {a.name: self.dyn_argument(a.type) for a in written if isinstance(a, ast.Associated)}
        self.expect_associated_types(trait, tuple(args), types, node)
        return DynType(trait, tuple(args), tuple(sorted(types)), tuple(types[name] for name in sorted(types))), NO_MARKS

    def dyn_argument(self, node: Any) -> Type:
        """A type among the arguments of a `dyn`, all of which has one trust."""
        type_, marks = self.resolve(node)
        if not marks.is_empty:
            raise self.context.unsupported("a marker on what stands inside `dyn` is", self.span(node),
                                           "mark the whole: `(dyn Trait<…>)~`")
        return type_

    def expect_associated_types(self, trait: t.TraitDecl, args: tuple[Type, ...], given: dict[str, Type], node: Any) -> None:
        """Raises where a `dyn` states what is no associated type of its traits, or leaves one open that no trait states."""
        from sigilc.check.impls import implied
        bounds = implied([t.Bound(trait.self_param, trait, args)])
        names = list(dict.fromkeys(name for bound in bounds for name in bound.trait.types))
        for argument in node.path.arguments or []:
            if isinstance(argument, ast.Associated) and argument.name not in names:
                near = closest(argument.name, names)
                raise self.context.error("E0102", f"`{trait.name}` has no associated type `{argument.name}`",
                                         self.span(argument), "not part of the trait",
                                         f"did you mean `{near}`?" if near else "", [(trait.span, "the trait")])
        stated = {*given, *(name for bound in bounds for name, _ in bound.types)}
        missing = [name for name in names if name not in stated]
        if missing:
            written = ", ".join([*map(str, args), *(f"{name} = …" for name in names if name in given or name in missing)])
            raise self.context.error("E0215", f"this `dyn {trait.name}` does not say what `{'`, `'.join(missing)}` is",
                                     self.span(node), "what its methods give depends on it",
                                     f"state it: `dyn {trait.name}<{written}>`", [(trait.span, "the trait")])

    def expect_trait_arguments(self, trait: t.TraitDecl, given: int, node: Any) -> None:
        """Raises where a trait has too many type arguments, or too few for those without a default."""
        least = sum(param not in trait.param_defaults for param in trait.params)
        if not least <= given <= len(trait.params):
            wanted = len(trait.params) if given > least or least == len(trait.params) else f"at least {least}"
            raise self.context.error("E0215", f"`{trait.name}` takes {wanted} type argument{'s' * (wanted != 1)}, not {given}",
                                     self.span(node), f"{given} given here", labels=[(trait.span, "the trait")])

    def resolve_path(self, node: Any) -> Marked:
        """A named type with its arguments."""
        name = node.name
        if node.base is None:
            found = self.scope.generics.get(name)
            if found is not None:
                return found, NO_MARKS
            if name == "Self" and self.scope.self_type is not None:
                return self.scope.self_type, NO_MARKS
        projected = self.projection(node)
        if projected is not None:
            return projected, NO_MARKS
        item = self.find(node)
        arguments = [self.resolve(a) for a in node.arguments or []]
        if item is None:
            return self.builtin(node, name, arguments)
        return self.instance(item, node, arguments)

    def projection(self, node: Any) -> Type | None:
        """`T·Item` and `Self·Item`: an associated type of a parameter's bounds."""
        base = node.base
        if base is None:
            return None
        if base.base is not None:
            owner = self.projection(base)
        else:
            owner = self.scope.self_type if base.name == "Self" else self.scope.generics.get(base.name)
        if owner is None:
            return None
        from sigilc.check.impls import associated_type, bounds_of
        for bound in bounds_of(owner):
            if node.name in bound.trait.types:
                return associated_type(bound.trait, owner, node.name, bound.args) or ProjectionType(
                    owner, bound.trait, node.name, bound.args)
        if not isinstance(owner, ParamType):
            own = self.scope.generics.get(node.name)
            if base.name == "Self" and own is not None:
                return own
            for trait in {id(x): x for found in self.context.trait_methods.values() for x in found}.values():
                found_type = associated_type(trait, owner, node.name)
                if found_type is not None:
                    return found_type
        raise self.context.error("E0102", f"`{base.name}` has no associated type `{node.name}`", self.span(node),
                                 "no bound gives one", "state a bound whose trait has this type")

    def find(self, node: Any, what: str = "type") -> Item | None:
        """The item that a type path names; None for a built-in name."""
        names: list[str] = []
        step = node
        while step is not None:
            names.insert(0, step.name)
            step = step.base
        self.refuse_ambiguous(names[0], node)
        found: Item | Module | None = self.scope.module.lookup(names[0])
        inside: Module | None = None       # where the last name was looked for, if not in the scope
        for name in names[1:]:
            if isinstance(found, Module):
                inside = found
                found = self.step(found, name, node)
            else:
                found = None
        if found is None and len(names) == 1:
            found = self.context.prelude_item(name := names[0], self.scope.module)
            if found is None and (name in _PLAIN or name in _GENERIC or name in _LATER):
                return None
        if isinstance(found, Item):
            return found
        if found is None and len(names) == 1 and (names[0] in _PLAIN or names[0] in _GENERIC or names[0] in _LATER):
            return None
        shown = "·".join(names)
        if self.scope.module.is_lost(names[0]):
            raise Reported
        candidates = inside.names_for(self.scope.module) if inside is not None else self.names_of_types()
        near = TYPES.get(shown) or closest(names[-1], candidates)
        help_ = unknown_help(names[0], near)
        self.context.error("E0102", f"the {what} `{shown}` is not known", self.span(node), f"no {what} of this name", help_)
        raise Reported

    def names_of_types(self) -> list[str]:
        """What a path to a type may begin with."""
        module = self.scope.module
        own = [n for n in module.names() if getattr(module.lookup(n), "kind", "") not in ("fn", "const")]
        return [*own, *_PLAIN, *_GENERIC, *self.scope.generics]

    def step(self, module: Module, name: str, node: Any) -> Item | Module | None:
        """What a module has under a name, if anything; what it keeps to itself is an error."""
        found = module.above if name == "super" else module.own(name)
        if found is not None and name != "super" and not module.shows(name, self.scope.module):
            where = f"`{module.name}`" if module.name else "the package's root"
            labels = [(found.span, "declared here")] if isinstance(found, Item) else []
            raise self.context.error("E0110", f"`{name}` is private to {where}", self.span(node), "private",
                                     "put `pub` before its declaration", labels)
        return found

    def refuse_ambiguous(self, name: str, node: Any) -> None:
        """A name that several `use …·*` bring in, each for something else."""
        several = self.scope.module.ambiguous(name)
        if several:
            labels = [(found.span, "one is declared here") for found in several if isinstance(found, Item)]
            raise self.context.error("E0120", f"`{name}` could mean {len(several)} things", self.span(node),
                                     "brought in by more than one `·*`", f"say which: `use …·{name}`", labels)

    def builtin(self, node: Any, name: str, arguments: list[Marked]) -> Marked:
        """A type of the language itself."""
        if name in _LATER:
            raise self.context.unsupported(_LATER[name], self.span(node))
        if name in _PLAIN:
            self.expect_arguments(node, name, 0, len(arguments))
            return _PLAIN[name], NO_MARKS
        count, make = _GENERIC[name]
        self.expect_arguments(node, name, count, len(arguments))
        return make(*(a[0] for a in arguments)), Marks("", tuple(a[1] for a in arguments))

    def instance(self, item: Item, node: Any, arguments: list[Marked]) -> Marked:
        """A declared type with its arguments."""
        if item.kind not in ("struct", "enum", "actor", "type"):
            raise self.context.error("E0102", f"`{item.name}` is no type", self.span(node), f"this is a {KIND_WORDS[item.kind]}")
        decl = self.declare(item)
        types = tuple(a[0] for a in arguments)
        marks = Marks("", tuple(a[1] for a in arguments))
        if isinstance(decl, t.ActorDecl):
            self.expect_arguments(node, item.name, len(decl.state.type_params), len(arguments))
            return AddressType(decl, types), marks
        if isinstance(decl, t.StructDecl | t.EnumDecl):
            self.expect_arguments(node, item.name, len(decl.type_params), len(arguments))
            make = StructType if isinstance(decl, t.StructDecl) else EnumType
            return make(decl, types), marks  # type: ignore[arg-type]
        params, type_, alias_marks = decl
        self.expect_arguments(node, item.name, len(params), len(arguments))
        return substitute(type_, dict(zip(params, types, strict=True))), alias_marks

    def expect_arguments(self, node: Any, name: str, wanted: int, given: int) -> None:
        """Complains about a wrong number of type arguments."""
        if wanted != given:
            raise self.context.error(
                "E0215", f"`{name}` takes {wanted} type argument{'s' if wanted != 1 else ''}, not {given}",
                self.span(node), f"{given} given here")
