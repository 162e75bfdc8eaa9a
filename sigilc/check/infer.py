"""Unification inside one body, and the removal of its unknowns from the typed tree when the body is done."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable
from operator import attrgetter
from typing import Any

from sigilc.check import typed as t
from sigilc.check.types import (
    ERROR,
    F64,
    I64,
    NEVER,
    AddressType,
    DynType,
    EnumType,
    ErrorType,
    FixedType,
    FnType,
    InferVar,
    PrimType,
    ProjectionType,
    RangeType,
    StructType,
    Type,
    is_float,
    is_integer,
)


def shallow(type_: Type) -> Type:
    """The type that a variable is bound to, or the variable itself."""
    while type_.__class__ is InferVar and type_.bound is not None:
        type_ = type_.bound
    return type_


def resolve(type_: Type) -> Type:
    """The type with all bound variables replaced, deeply."""
    type_ = shallow(type_)
    parts = type_.parts()
    if not parts:
        return type_
    resolved = tuple(resolve(p) for p in parts)
    return type_ if all(a is b for a, b in zip(resolved, parts, strict=True)) else type_.rebuild(resolved)


def occurs(variable: InferVar, type_: Type) -> bool:
    """Whether the variable is part of the type."""
    type_ = shallow(type_)
    return type_ is variable or any(occurs(variable, p) for p in type_.parts())


def bind(variable: InferVar, type_: Type) -> bool:
    """Binds a variable; False when its kind forbids that or the type would contain itself."""
    if type_.__class__ is InferVar:
        other = type_
        if variable.kind == "any":
            variable.bound = other
        elif other.kind == "any" or other.kind == variable.kind:
            other.bound = variable
        else:
            return False
        return True
    if (variable.kind == "int" and not is_integer(type_)) or (variable.kind == "float" and not is_float(type_)):
        if not isinstance(type_, ErrorType):
            return False
    elif occurs(variable, type_):
        return False
    variable.bound = type_
    return True


def unify(a: Type, b: Type) -> bool:
    """Makes two types equal by binding variables. On False some variables may have been bound."""
    a, b = shallow(a), shallow(b)
    if a is b:
        return True
    if a.__class__ is ErrorType or b.__class__ is ErrorType:
        for unknown in (a, b):      # what meets an error is not unknown for a reason of its own
            if isinstance(unknown, InferVar):
                unknown.bound = ERROR
        return True
    if a.__class__ is InferVar:
        return bind(a, b)
    if b.__class__ is InferVar:
        return bind(b, a)
    if a.__class__ is ProjectionType or b.__class__ is ProjectionType:
        known, other = resolve(a), resolve(b)
        if known is not a or other is not b:
            return unify(known, other)
    if a.__class__ is not b.__class__:
        return False
    left, right = a.parts(), b.parts()
    if not left and not right:
        return a == b
    if len(left) != len(right):
        return False
    if differ(a, b):
        return False
    return all(unify(x, y) for x, y in zip(left, right, strict=True))


# What types of a class have besides their parts; whether a raw pointer may be written through is for `pointer_fits`.
_OWN: dict[type, Callable[[Any], object]] = {
    StructType: attrgetter("decl"), EnumType: attrgetter("decl"), AddressType: attrgetter("decl"),
    DynType: attrgetter("trait", "names"),
    ProjectionType: attrgetter("trait", "name"), FnType: attrgetter("inout"), FixedType: attrgetter("count"),
    RangeType: attrgetter("inclusive"),
}


def differ(a: Type, b: Type) -> bool:
    """Whether two types of one class differ in more than their parts."""
    own = _OWN.get(a.__class__)
    return own is not None and own(a) != own(b)


def unifies(a: Type, b: Type) -> bool:
    """Whether two types could be made equal, without binding anything."""
    trail: list[InferVar] = []
    fits = _try(a, b, trail)
    for variable in trail:
        variable.bound = None
    return fits


def _try(a: Type, b: Type, trail: list[InferVar]) -> bool:
    """`unify` that notes what it binds."""
    a, b = shallow(a), shallow(b)
    if a is b or isinstance(a, ErrorType) or isinstance(b, ErrorType):
        return True
    for variable, other in ((a, b), (b, a)):
        if isinstance(variable, InferVar):
            if isinstance(other, InferVar):
                first = variable if variable.kind == "any" else other
                trail.append(first)
                return bind(variable, other)
            trail.append(variable)
            return bind(variable, other)
    if a.__class__ is not b.__class__:
        return False
    left, right = a.parts(), b.parts()
    if not left and not right:
        return a == b
    if len(left) != len(right) or differ(a, b):
        return False
    return all(_try(x, y, trail) for x, y in zip(left, right, strict=True))


# ---- After the body -----------------------------------------------------------------------------------------------------

_NODES = (t.Expr, t.Pattern, t.Stage, t.Sink, t.Arm, t.FormatSpec, t.Variable)
_SKIPPED = {"span", "label", "name", "marks", "actor", "variant", "handler", "function", "constant"}
_OTHER, _NODE, _TYPE, _SEQUENCE = range(1, 5)
_kinds: dict[type, int] = {}
_shapes: dict[type, tuple[tuple[str, ...], Callable[[Any], tuple[Any, ...]]]] = {}


def _kind_of(cls: type) -> int:
    """What the value of an attribute is to the walk over a tree."""
    found = _kinds.get(cls)
    if found is None:
        found = _SEQUENCE if cls in (list, tuple) else _NODE if issubclass(cls, _NODES) else \
            _TYPE if issubclass(cls, Type) and cls is not PrimType else _OTHER
        _kinds[cls] = found
    return found


def _shape_of(cls: type) -> tuple[tuple[str, ...], Callable[[Any], tuple[Any, ...]]]:
    """The attributes of a typed-tree class that may hold types or further nodes, and what gives the values of all."""
    names = tuple(f.name for f in dataclasses.fields(cls) if f.name not in _SKIPPED)
    if len(names) > 1:
        _shapes[cls] = names, attrgetter(*names)
    else:
        _shapes[cls] = names, lambda node: tuple(getattr(node, name) for name in names)
    return _shapes[cls]


def finish_types(roots: Iterable[Any], unresolved: Callable[[Any], None]) -> None:
    """Replaces the unknowns in every type below `roots`: integer literals become i64, float literals f64.

    `unresolved` is called with a node whose type stays unknown; it gets the error type. That is a variable, where one
    has this type, else the first node in the order of the source.
    """
    finals: dict[int, tuple[Type, Type]] = {}
    # Of each node's attributes that hold types: the node, the attribute's name, and its value.
    held = types_below(roots)
    held.sort(key=lambda each: not isinstance(each[0], t.Variable))
    for node, name, value in held:
        if isinstance(value, tuple):
            setattr(node, name, tuple(_final(v, node, unresolved, finals) for v in value))
        else:
            setattr(node, name, _final(value, node, unresolved, finals))


def types_below(roots: Iterable[Any]) -> list[tuple[Any, str, Any]]:
    """Where the nodes of a tree hold types, each node once, in the order of the source; types without parts, which are
    the most and never change, are left out."""
    found: list[tuple[Any, str, Any]] = []
    seen: set[int] = set()
    stack: list[Any] = [list(roots)]
    while stack:
        node = stack.pop()
        cls = node.__class__
        kind = _kinds.get(cls) or _kind_of(cls)
        if kind == _SEQUENCE:
            stack.extend(node[::-1])
        elif kind == _NODE and id(node) not in seen:
            seen.add(id(node))
            names, values_of = _shapes.get(cls) or _shape_of(cls)
            below = []
            for name, value in zip(names, values_of(node), strict=True):
                kind = _kinds.get(value.__class__) or _kind_of(value.__class__)
                if kind == _TYPE:
                    found.append((node, name, value))
                elif kind == _SEQUENCE and value:
                    if isinstance(value, tuple) and isinstance(value[0], Type):
                        found.append((node, name, value))
                    else:
                        below.append(value)
                elif kind == _NODE:
                    below.append(value)
            stack.extend(below[::-1])
    return found


def _final(type_: Type, node: Any, unresolved: Callable[[Any], None], finals: dict[int, tuple[Type, Type]]) -> Type:
    """A type without unknowns. `finals` has, by id, the types that were met before (and keeps them alive)."""
    type_ = shallow(type_)
    if isinstance(type_, InferVar):
        default: Type = I64 if type_.kind == "int" else F64 if type_.kind == "float" else ERROR
        if default is ERROR:
            unresolved(node)
        type_.bound = default
        return default
    parts = type_.parts()
    if not parts:
        return type_
    known = finals.get(id(type_))
    if known is None:
        final = tuple(_final(p, node, unresolved, finals) for p in parts)
        same = all(a is b for a, b in zip(final, parts, strict=True))
        known = finals[id(type_)] = type_, type_ if same else type_.rebuild(final)
    return known[1]


def settled(type_: Type) -> Type:
    """A type for a check that runs when the body is done: what is still unknown belongs to what was given up."""
    return _final(type_, None, lambda node: None, {})


def settled_copy(type_: Type) -> Type:
    """The type with the defaults for numbers that nothing else has settled; binds nothing."""
    type_ = shallow(type_)
    if isinstance(type_, InferVar):
        return {"int": I64, "float": F64}.get(type_.kind, type_)
    parts = type_.parts()
    copied = tuple(settled_copy(p) for p in parts)
    return type_ if all(a is b for a, b in zip(copied, parts, strict=True)) else type_.rebuild(copied)


def is_never(type_: Type) -> bool:
    """Whether an expression of this type does not return."""
    return shallow(type_) == NEVER
