"""Which impl of a trait is for a type: asked by the checker with types that may hold unknowns, by `lower` with concrete ones."""

from __future__ import annotations

from sigilc.check.infer import differ, resolve, shallow, unifies, unify
from sigilc.check.infer import settled_copy as settled
from sigilc.check.typed import Bound, Function, ImplDecl, TraitDecl
from sigilc.check.types import (
    BOOL,
    CHAR,
    F64,
    I64,
    STR,
    UNIT,
    AddressType,
    ArrayType,
    CFnType,
    DynType,
    EnumType,
    ErrorType,
    FixedType,
    FnType,
    FutureType,
    InferVar,
    MapType,
    OptionType,
    ParamType,
    PointerType,
    ProjectionType,
    SetType,
    StructType,
    TupleType,
    Type,
    is_float,
    is_integer,
    is_numeric,
    substitute,
)

Mapping = dict[ParamType, Type]
MAX_DEPTH = 160     # of a type that is asked for a trait


def match_type(pattern: Type, type_: Type, mapping: Mapping) -> bool:
    """Whether `type_` is an instance of `pattern`; the pattern's parameters are noted in `mapping`."""
    type_ = shallow(type_)
    if isinstance(pattern, ParamType) and pattern in mapping:
        return unifies(mapping[pattern], type_)
    if isinstance(pattern, ParamType) and pattern != type_:
        mapping[pattern] = type_
        return True
    if isinstance(type_, InferVar):
        return type_.kind == "any" or (is_integer if type_.kind == "int" else is_float)(pattern)
    if isinstance(pattern, ErrorType) or isinstance(type_, ErrorType):
        return True
    if pattern.__class__ is not type_.__class__:
        return False
    left, right = pattern.parts(), type_.parts()
    if not left and not right:
        return pattern == type_
    if len(left) != len(right) or differ(pattern, type_):
        return False
    return all(match_type(p, q, mapping) for p, q in zip(left, right, strict=True))


def overlap(a: Type, b: Type) -> bool:
    """Whether some type is an instance of both patterns."""
    return unifies(substitute(a, unknowns_for(a)), substitute(b, unknowns_for(b)))


def have_common_type(a: ImplDecl, b: ImplDecl) -> bool:
    """Whether two impls of a trait are for some type, and arguments, both."""
    unknowns: tuple[Mapping, Mapping] = ({p: InferVar() for p in a.type_params}, {p: InferVar() for p in b.type_params})
    heads = [[substitute(type_, mapping) for type_ in (impl.self_type, *impl.args)]
             for impl, mapping in zip((a, b), unknowns, strict=True)]
    return all(unify(left, right) for left, right in zip(*heads, strict=True)) and all(
        holds(bound, mapping) for impl, mapping in zip((a, b), unknowns, strict=True) for bound in impl.bounds)


def unknowns_for(pattern: Type) -> Mapping:
    """An unknown for each type parameter in a pattern."""
    if isinstance(pattern, ParamType):
        return {pattern: InferVar()}
    found: Mapping = {}
    for part in pattern.parts():
        found |= unknowns_for(part)
    return found


def find_impl(trait: TraitDecl, type_: Type, args: tuple[Type, ...] = ()) -> tuple[ImplDecl, Mapping] | None:
    """The impl of a trait for a type, with what its type parameters stand for; None where there is none."""
    if isinstance(shallow(type_), InferVar):
        return None
    found = matching_impls(trait, type_, args)
    if len(found) > 1 and any(map(has_unknowns, (type_, *args))):
        # Numbers get their default where nothing else decides; what is still open then is ambiguous.
        found = matching_impls(trait, settled(type_), tuple(settled(a) for a in args))
        if len(found) > 1:
            return None
    return found[0] if found else None


def matching_impls(trait: TraitDecl, type_: Type, args: tuple[Type, ...]) -> list[tuple[ImplDecl, Mapping]]:
    """The impls that may be meant for a type that may hold unknowns; of a known one at most the first."""
    found: list[tuple[ImplDecl, Mapping]] = []
    for impl in trait.impls:
        mapping: Mapping = {}
        if not match_type(impl.self_type, type_, mapping):
            continue
        if args and not all(match_type(p, a, mapping) for p, a in zip(impl.args, args, strict=False)):
            continue
        for param in impl.type_params:      # what has not been matched; inside the impl itself one stands for itself
            if param not in mapping and not any(mentions(part, param) for part in (impl.self_type, *(impl.args if args else ()))):
                mapping[param] = InferVar()
        if all(holds(bound, mapping) for bound in impl.bounds):
            settle_by_bounds(impl, mapping)
            found.append((impl, mapping))
            if not any(map(has_unknowns, (type_, *args))):
                break
    return found


def mentions(type_: Type, part: Type) -> bool:
    """Whether a type is another one, or made of it."""
    return type_ == part or any(mentions(p, part) for p in type_.parts())


def settle_by_bounds(impl: ImplDecl, mapping: Mapping) -> None:
    """The type parameters of an impl that only the associated types of its bounds decide, as `T` in `U: Iterator<Item = T>`."""
    for bound in impl.bounds:
        for name, wanted in bound.types:
            if isinstance(wanted, ParamType) and isinstance(shallow(mapping.get(wanted, wanted)), InferVar):
                found = associated_type(bound.trait, substitute(bound.param, mapping), name,
                                        tuple(substitute(a, mapping) for a in bound.args))
                if found is not None:
                    unify(mapping[wanted], found)


def has_unknowns(type_: Type) -> bool:
    """Whether inference has still to find a part of a type."""
    type_ = shallow(type_)
    return isinstance(type_, InferVar) or any(map(has_unknowns, type_.parts()))


def holds(bound: Bound, mapping: Mapping) -> bool:
    """Whether a bound is kept by what stands for the type parameters."""
    type_ = shallow(substitute(bound.param, mapping))
    if isinstance(type_, InferVar) and type_.kind == "any":
        return True         # checked again when it is known
    if _depth_of(type_) > MAX_DEPTH:
        return False        # as of `impl<T> Trait for [T] where [[T]]: Trait`, which never ends
    return satisfies(type_, bound.trait, tuple(substitute(a, mapping) for a in bound.args)) and all(
        unifies(found, substitute(wanted, mapping)) for name, wanted in bound.types
        if (found := associated_type(bound.trait, type_, name, tuple(substitute(a, mapping) for a in bound.args))) is not None)


def _depth_of(type_: Type) -> int:
    """How many types are around the innermost one."""
    depth, layer = 0, [type_]
    while layer and depth <= MAX_DEPTH:
        layer = [part for each in layer for part in shallow(each).parts()]
        depth += 1
    return depth


def associated_type(trait: TraitDecl, base: Type, name: str, args: tuple[Type, ...] = ()) -> Type | None:
    """What an associated type is for a base and the trait's arguments (none: any); None while that is open."""
    stated = [wanted for bound in bounds_of(base)
              if bound.trait is trait and all(unifies(own, arg) for own, arg in zip(bound.args, args, strict=False))
              for of, wanted in bound.types if of == name]
    if stated:
        return stated[0]
    found = find_impl(trait, base, args)
    if found is not None and name in found[0].types:
        return substitute(found[0].types[name], found[1])
    base = shallow(base)
    if trait.is_structural and name in trait.type_defaults and not isinstance(base, ParamType | InferVar | ProjectionType):
        return substitute(trait.type_defaults[name], {trait.self_param: base})
    return None


def implied(bounds: list[Bound]) -> list[Bound]:
    """Bounds with those of their supertraits."""
    found: list[Bound] = []
    queue = list(bounds)
    while queue:
        bound = queue.pop(0)
        if any(b.trait is bound.trait and b.args == bound.args and b.types == bound.types for b in found):
            continue
        found.append(bound)
        mapping = {bound.trait.self_param: bound.param, **dict(zip(bound.trait.params, bound.args, strict=False))}
        queue += [Bound(bound.param, b.trait, tuple(substitute(a, mapping) for a in b.args),
                        tuple((name, substitute(wanted, mapping)) for name, wanted in b.types))
                  for b in bound.trait.supertraits]
    return found


def bounds_of(type_: Type) -> list[Bound]:
    """What a type parameter, an associated type of one, or a `dyn` is known to implement."""
    type_ = shallow(type_)
    if isinstance(type_, DynType):
        return bounds_of_dyn(type_)
    type_ = resolve(type_) if isinstance(type_, ProjectionType) else type_
    if isinstance(type_, ParamType):
        return implied([b for b in type_.bounds if b.param == type_])
    if not isinstance(type_, ProjectionType):
        return []
    root = type_.base
    while isinstance(root, ProjectionType):
        root = root.base
    stated = [b for b in root.bounds if b.param == type_] if isinstance(root, ParamType) else []
    mapping: Mapping = {type_.trait.self_param: type_.base}
    stated += [Bound(type_, b.trait, tuple(substitute(a, mapping) for a in b.args)) for b in type_.trait.type_bounds
               if isinstance(b.param, ProjectionType) and b.param.name == type_.name]
    return implied(stated)


def bounds_of_dyn(type_: DynType) -> list[Bound]:
    """The trait of a `dyn` and those above it, with the associated types that it states."""
    found = implied([Bound(type_, type_.trait, type_.args)])
    for name, stated in zip(type_.names, type_.types, strict=True):
        number = next(i for i, bound in enumerate(found) if name in bound.trait.types)
        bound = found[number]
        found[number] = Bound(type_, bound.trait, bound.args, (*bound.types, (name, stated)))
    return found


def stated_bounds(type_: Type, trait: TraitDecl, args: tuple[Type, ...] = ()) -> list[Bound]:
    """What a type parameter, an associated type of one, or a `dyn` promises of a trait with arguments that fit."""
    return [bound for bound in bounds_of(type_) if bound.trait is trait
            and (not args or all(unifies(own, arg) for own, arg in zip(bound.args, args, strict=False)))]


def satisfies(type_: Type, trait: TraitDecl, args: tuple[Type, ...] = ()) -> bool:
    """Whether a type implements a trait: by its bounds, by an impl, or by its structure."""
    type_ = shallow(type_)
    if isinstance(type_, ErrorType):
        return True
    if isinstance(type_, InferVar) and type_.kind != "any":
        type_ = I64 if type_.kind == "int" else F64
    if stated_bounds(type_, trait, args) or find_impl(trait, type_, args) is not None:
        return True
    if isinstance(type_, DynType | ParamType | ProjectionType):
        return False
    return trait.is_structural and has_structure(type_, trait, set())


_NUMBERS = frozenset(["Add", "Sub", "Mul", "Div", "Rem", "Neg"])


def has_structure(type_: Type, trait: TraitDecl, seen: set[int]) -> bool:
    """Whether a type without an impl has the trait by what it is made of."""
    type_ = shallow(type_)
    if isinstance(type_, InferVar) and type_.kind != "any":
        type_ = I64 if type_.kind == "int" else F64
    name = trait.name
    if isinstance(type_, DynType):
        return satisfies(type_, trait)
    if name in _NUMBERS:
        return is_numeric(type_)
    if name == "Display":
        return is_numeric(type_) or type_ in (STR, BOOL, CHAR) or isinstance(type_, ArrayType | MapType | SetType)
    if isinstance(type_, FnType | FutureType) or (name == "Ord" and (isinstance(type_, MapType | SetType | AddressType)
                                                                   or type_ == UNIT)):
        return False
    if isinstance(type_, PointerType | CFnType):
        return name != "Default"
    if isinstance(type_, StructType) and type_.decl.is_union:
        return name == "Debug"
    if name == "Default":
        return has_default(type_, trait, seen)
    if isinstance(type_, StructType | EnumType):
        if id(type_.decl) in seen:
            return True
        seen = seen | {id(type_.decl)}
    return all(satisfies(p, trait) if isinstance(shallow(p), ParamType | ProjectionType | ErrorType)
               else find_impl(trait, p) is not None or has_structure(p, trait, seen) for p in members(type_))


def members(type_: Type) -> list[Type]:
    """The types that a type directly holds."""
    args: Mapping
    if isinstance(type_, StructType):
        args = dict(zip(type_.decl.type_params, type_.args, strict=True))
        return [substitute(f.type, args) for f in type_.decl.fields]
    if isinstance(type_, EnumType):
        args = dict(zip(type_.decl.type_params, type_.args, strict=True))
        return [substitute(f.type, args) for v in type_.decl.variants for f in v.fields]
    return list(type_.parts())


def has_default(type_: Type, trait: TraitDecl, seen: set[int]) -> bool:
    """Whether a type has a default value of itself."""
    if isinstance(type_, StructType):
        return all(satisfies(m, trait) for m in members(type_))
    if isinstance(type_, TupleType | FixedType):
        return all(satisfies(m, trait) for m in type_.parts())
    return is_numeric(type_) or type_ in (STR, BOOL, UNIT) or isinstance(type_, ArrayType | MapType | SetType | OptionType)


def resolve_method(function: Function, args: tuple[Type, ...]) -> tuple[Function, tuple[Type, ...]]:
    """For a trait's own method and concrete type arguments: the impl's method with its arguments, or the default itself."""
    trait = function.trait
    if trait is None:
        return function, args
    count = 1 + len(trait.params)
    found = find_impl(trait, args[0], args[1:count])
    name = function.name.rpartition("·")[2]
    if found is None or name not in found[0].methods:
        return function, args
    impl, mapping = found
    method = impl.methods[name]
    return method, (*(resolve(mapping.get(p, p)) for p in impl.type_params), *args[count:])


