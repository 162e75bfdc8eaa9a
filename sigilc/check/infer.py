"""Unification inside one body, and the removal of its unknowns from the typed tree when the body is done."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable
from typing import Any

from sigilc.check import typed as t
from sigilc.check.types import (
    ERROR,
    F64,
    I64,
    NEVER,
    ErrorType,
    FnType,
    InferVar,
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
    if a is b or a.__class__ is ErrorType or b.__class__ is ErrorType:
        return True
    if a.__class__ is InferVar:
        return bind(a, b)
    if b.__class__ is InferVar:
        return bind(b, a)
    if a.__class__ is not b.__class__:
        return False
    left, right = a.parts(), b.parts()
    if not left and not right:
        return a == b
    if len(left) != len(right) or getattr(a, "decl", None) is not getattr(b, "decl", None):
        return False
    if isinstance(a, FnType) and isinstance(b, FnType) and a.inout != b.inout:
        return False
    if getattr(a, "inclusive", None) != getattr(b, "inclusive", None):
        return False
    return all(unify(x, y) for x, y in zip(left, right, strict=True))


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
    if len(left) != len(right) or getattr(a, "decl", None) is not getattr(b, "decl", None):
        return False
    return all(_try(x, y, trail) for x, y in zip(left, right, strict=True))


# ---- After the body -----------------------------------------------------------------------------------------------------

_FIELDS: dict[type, tuple[str, ...]] = {}


def _fields_of(cls: type) -> tuple[str, ...]:
    """Attributes of a typed-tree class that may hold types or further nodes."""
    found = _FIELDS.get(cls)
    if found is None:
        skipped = {"span", "label", "name", "marks", "actor", "variant", "handler", "function", "constant"}
        found = tuple(f.name for f in dataclasses.fields(cls) if f.name not in skipped)
        _FIELDS[cls] = found
    return found


_NODES = (t.Expr, t.Pattern, t.Stage, t.Sink, t.Arm, t.Variable)


def finish_types(roots: Iterable[Any], unresolved: Callable[[Any], None]) -> None:
    """Replaces the unknowns in every type below `roots`: integer literals become i64, float literals f64.

    `unresolved` is called with a node whose type stays unknown; it gets the error type.
    """
    seen: set[int] = set()
    stack: list[Any] = list(roots)
    while stack:
        node = stack.pop()
        if isinstance(node, list | tuple):
            stack.extend(node)
            continue
        if isinstance(node, _NODES):
            if id(node) in seen:
                continue
            seen.add(id(node))
            for name in _fields_of(node.__class__):
                value = getattr(node, name)
                if isinstance(value, Type):
                    setattr(node, name, _final(value, node, unresolved))
                elif isinstance(value, tuple) and value and isinstance(value[0], Type):
                    setattr(node, name, tuple(_final(v, node, unresolved) for v in value))
                elif isinstance(value, (list, tuple, *_NODES)):
                    stack.append(value)


def _final(type_: Type, node: Any, unresolved: Callable[[Any], None]) -> Type:
    """A type without unknowns."""
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
    final = tuple(_final(p, node, unresolved) for p in parts)
    return type_ if final == parts else type_.rebuild(final)


def is_never(type_: Type) -> bool:
    """Whether an expression of this type does not return."""
    return shallow(type_) == NEVER
