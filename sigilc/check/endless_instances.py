"""Refuses generic functions and types that need ever larger instances of themselves.

Requires checked bodies without errors. Starts from each generic function with its own type parameters as arguments, and
follows the calls to generic functions as `lower` will; and from each generic type, whose fields may name larger ones.
"""

from __future__ import annotations

from collections import deque

from sigilc.check import typed as t
from sigilc.check.context import Context
from sigilc.check.impls import resolve_method
from sigilc.check.infer import types_below
from sigilc.check.types import EnumType, ParamType, StructType, Type, substitute
from sigilc.source.spans import Span

MAX_DEPTH = 128     # LANGUAGE §12: deeper instantiation is an error
MAX_PARTS = 2000    # of one type argument: `(T, T)` doubles with each level

Instance = tuple[t.Function, tuple[Type, ...]]


def refuse_endless_instances(context: Context) -> None:
    """Adds an error for each generic function, and each generic type, whose instances never end."""
    decls: list[t.StructDecl | t.EnumDecl] = [*context.structs, *context.enums]
    for decl in decls:
        if decl.type_params:
            _follow_fields(context, decl)
    calls: dict[int, list[t.Call | t.FunctionRef]] = {}
    seen: set[Instance] = set()
    for function in context.functions:
        if function.type_params and not _follow_calls(context, function, calls, seen):
            return      # others that it calls have the same fault


def _follow_calls(context: Context, start: t.Function, calls: dict[int, list[t.Call | t.FunctionRef]],
                  seen: set[Instance]) -> bool:
    """Whether the instances that one of a generic function needs have an end. Breadth first."""
    queue: deque[tuple[Instance, int]] = deque([((start, start.type_params), 0)])
    while queue:
        (function, args), depth = queue.popleft()
        if (function, args) in seen:
            continue
        seen.add((function, args))
        if id(function) not in calls:
            calls[id(function)] = [node for node, name, _ in types_below([function.body]) if name == "type_args"]
        mapping: dict[ParamType, Type] = dict(zip(function.type_params, args, strict=True))
        for call in calls[id(function)]:
            wanted = tuple(substitute(a, mapping) for a in call.type_args)
            if depth >= MAX_DEPTH or not all(_has_few_parts(a) for a in wanted):
                _report(context, start.name, call.function.name, call.span)
                return False
            callee, wanted = resolve_method(call.function, wanted)
            if callee.type_params and callee.body is not None:
                queue.append(((callee, wanted), depth + 1))
    return True


def _follow_fields(context: Context, start: t.StructDecl | t.EnumDecl) -> None:
    """The instances of types that the fields of one of `start` need, breadth first."""
    queue: deque[tuple[Type, int]] = deque([(_instance(start, start.type_params), 0)])
    seen: set[Type] = set()
    while queue:
        type_, depth = queue.popleft()
        if isinstance(type_, StructType | EnumType):
            if type_ in seen or not type_.args:
                continue
            seen.add(type_)
            mapping = dict(zip(type_.decl.type_params, type_.args, strict=True))
            owners = [type_.decl] if isinstance(type_.decl, t.StructDecl) else type_.decl.variants
            for field in (f for owner in owners for f in owner.fields):
                found = substitute(field.type, mapping)
                if depth >= MAX_DEPTH or not _has_few_parts(found):
                    _report(context, start.name, "", field.span)
                    return
                queue.append((found, depth + 1))
        else:
            queue.extend((part, depth) for part in type_.parts())


def _instance(decl: t.StructDecl | t.EnumDecl, args: tuple[Type, ...]) -> Type:
    return StructType(decl, args) if isinstance(decl, t.StructDecl) else EnumType(decl, args)


def _has_few_parts(type_: Type) -> bool:
    stack, count = [type_], 0
    while stack and count <= MAX_PARTS:
        count += 1
        stack.extend(stack.pop().parts())
    return count <= MAX_PARTS


def _report(context: Context, name: str, callee: str, span: Span) -> None:
    shown = name.rpartition("·")[2]
    if callee:
        context.error("E0222", f"the instances of `{shown}` never end", span, "each call needs an instance for a larger type",
                      "call it with the same type arguments, or put the larger value behind a type that stays the same")
    else:
        context.error("E0222", f"the instances of `{shown}` never end", span, "each instance needs one for a larger type",
                      "name the type here with the same type arguments")
