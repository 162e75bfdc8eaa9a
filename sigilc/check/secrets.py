"""Reads `#[constant_time(public = …)]`: which parts of a function's parameters are no secrets."""

from __future__ import annotations

from typing import Any

from sigilc.check import typed as t
from sigilc.check.context import Context
from sigilc.check.infer import shallow
from sigilc.check.types import StructType, TupleType
from sigilc.diagnostics.diagnostic import Diagnostics
from sigilc.source.spans import Span
from sigilc.syntax import ast

HELP = "write `#[constant_time]`, `#[constant_time(public = n)]` or `#[constant_time(public = (n, state.used))]`"


def read_public_parts(context: Context, attributes: list[Any], function: t.Function, has_body: bool) -> None:
    """Notes at a function with the attribute what it names as public."""
    entries = [entry for entry in attributes if entry.name == "constant_time"]
    if not entries:
        return
    if not has_body:
        context.error("E0109", "`#[constant_time]` stands at a function with a body", function.span,
                      "there is no body to look at", "put it before the functions that do the work")
        return
    parts: list[t.PublicPart] = []
    for entry in entries:
        for argument in entry.arguments or []:
            span = Span(function.span.file, argument.start, argument.end)
            if not isinstance(argument, ast.Assign) or _names(argument.target) != ("public",):
                context.error("E0109", "`constant_time` is told what is public", span, "nothing takes this", HELP)
                continue
            value = argument.value
            parts += [_part(context, item, function) for item in (value.items if isinstance(value, ast.Tuple) else [value])]
    function.public_parts = tuple(parts)


def _part(context: Context, node: Any, function: t.Function) -> t.PublicPart:
    span, names = Span(function.span.file, node.start, node.end), _names(node)
    if not names or all(param.name != names[0] for param in function.params):
        context.error("E0109", f"`{span.text}` is no parameter", span, "not among the parameters", HELP)
        names = ()
    return t.PublicPart(names, span)


def _names(node: Any) -> tuple[str, ...]:
    """`state.used` as its names; nothing for any other expression."""
    if isinstance(node, ast.Access):
        outer = _names(node.value)
        return (*outer, node.name) if outer else ()
    return (node.name,) if isinstance(node, ast.Path) else ()


def check_public_parts(function: t.Function, diagnostics: Diagnostics) -> None:
    """Reports the fields that are named as public and are not there."""
    for part in function.public_parts or ():
        if part.names and part_numbers(function, part) is None:
            diagnostics.error("E0109", f"`{part.span.text}` is no field of a parameter", part.span, "there is no such field",
                              "fields of structs and slots of tuples can be named")


def part_numbers(function: t.Function, part: t.PublicPart) -> tuple[int, ...] | None:
    """The number of the parameter, then those of the fields on the way from it; None where a field is not there."""
    if not part.names:
        return None
    number = next(i for i, param in enumerate(function.params) if param.name == part.names[0])
    numbers, type_ = [number], shallow(function.params[number].type)
    for name in part.names[1:]:
        if isinstance(type_, StructType):
            fields = {f.name: f.type for f in type_.decl.fields}
        elif isinstance(type_, TupleType):
            fields = {str(i): item for i, item in enumerate(type_.items)}
        else:
            return None
        if name not in fields:
            return None
        numbers.append(list(fields).index(name))
        type_ = shallow(fields[name])
    return tuple(numbers)
