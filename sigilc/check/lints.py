"""Warns of what is legal and hardly meant: variables nobody reads, results nobody uses, what is deprecated.

Runs over the bodies of a program without errors. Instances of one generic body are looked at together: a variable that one
of them reads is read.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeAlias

from sigilc.check import typed as t
from sigilc.check.attribute_table import AttributeTable
from sigilc.check.evidence.patterns import pattern_variables
from sigilc.check.infer import is_never, shallow
from sigilc.check.tree_walk import nodes_of
from sigilc.check.types import UNIT, EnumType, StructType
from sigilc.diagnostics.diagnostic import Diagnostic, Diagnostics
from sigilc.source.spans import Span

# A variable by where it is written, which all instances of a body share.
Place: TypeAlias = "tuple[int, int]"

# Computing these changes nothing.
_PURE = (t.Binary, t.Logic, t.Unary, t.Cast, t.MakeTuple, t.MakeArray, t.GetField, t.Index, t.Local, t.ConstantRef, t.Literal)
# What hands on the value of a part of it, or one of several.
_BRANCHES = (t.Block, t.If, t.Match, t.Unsafe)

# What `_Variables` and `_look_at_use` look at: most nodes are none of these, and there are many.
_OF_VARIABLES = frozenset([t.Let, t.For, t.Arm, t.Assign, t.OpAssign, t.InOut, t.Local, t.Closure, t.CatchPanic])
_USES = frozenset([t.Call, t.FunctionRef, t.MakeStruct, t.MakeVariant])


def lint(program: t.TypedProgram, diagnostics: Diagnostics) -> None:
    """Adds the warnings for all bodies that are the user's."""
    variables, report = _Variables(), _Report(program.attributes, diagnostics)
    for function in program.functions:
        if function.span.file.is_library or function.body is None:
            continue
        for node in nodes_of(function.body):
            cls = node.__class__
            if cls in _OF_VARIABLES:
                variables.look_at(node)
            elif cls in _USES:
                _look_at_use(report, node)
            elif cls is t.Block:
                for statement in node.statements:
                    _look_at_dropped(report, statement)
            elif cls is t.Discard and isinstance(node.value, _BRANCHES):
                _look_at_dropped(report, node.value)
            if cls is t.For or cls is t.Loop:
                _look_at_dropped(report, node.body)
    variables.report_all(report)


class _Report:
    """Where warnings go, and what declarations say of themselves."""

    def __init__(self, attributes: AttributeTable, diagnostics: Diagnostics):
        self.attributes_of = attributes.of
        self.diagnostics = diagnostics

    def warn(self, code: str, message: str, span: Span, label: str, help_: str) -> None:
        """Adds a warning."""
        self.diagnostics.add(Diagnostic(code, message, span, label, [], help_, "warning"))


# ---- Variables ------------------------------------------------------------------------------------------------------


class _Variables:
    """What the bodies do with the variables that they declare."""

    def __init__(self) -> None:
        self.declared: dict[Place, t.Variable] = {}
        self.read: set[Place] = set()
        self.changed: set[Place] = set()
        self.targets: set[int] = set()      # ids of nodes that only say which variable is assigned

    def look_at(self, node: Any) -> None:
        """Takes note of one node; a node comes before its parts."""
        match node:
            case t.Let() | t.For() | t.Arm():
                for variable in pattern_variables(node.pattern):
                    if variable.span.text == variable.name or variable.mutable:
                        self.declared.setdefault(_place(variable), variable)
            case t.Assign() | t.OpAssign():
                root = _root(node.place)
                if root is not None:
                    self.changed.add(_place(root.variable))
                    if root is node.place:
                        self.targets.add(id(root))
            case t.InOut():
                root = _root(node.place)
                if root is not None:
                    self.changed.add(_place(root.variable))
            case t.Local():
                if id(node) not in self.targets:
                    self.read.add(_place(node.variable))
            case t.Closure() | t.CatchPanic():
                self.read.update(_place(v) for v in node.captures)

    def report_all(self, report: _Report) -> None:
        """Warns of those that nothing reads, and of `mut` without a change."""
        for place, variable in self.declared.items():
            name = variable.name
            if name.startswith("_") or variable.span.file.is_library:
                continue
            span = _name_span(variable)
            if place not in self.read and not (variable.kind == "inout" and place in self.changed):
                label = "it is only assigned" if place in self.changed else "nothing reads it"
                report.warn("W0103", f"the variable `{name}` is never read", span, label,
                             f"leave it out, or call it `_{name}`")
            elif place in self.read and variable.kind == "let" and variable.mutable and place not in self.changed:
                report.warn("W0401", f"`{name}` is `mut`, and nothing changes it", span, "never changed", "leave out the `mut`")


def _place(variable: t.Variable) -> Place:
    return id(variable.span.file), variable.span.start


def _root(place: Any) -> t.Local | None:
    """The variable that a place is, or is a part of."""
    while place is not None and not isinstance(place, t.Local):
        place = getattr(place, "value", None)
    return place


def _name_span(variable: t.Variable) -> Span:
    """Where the name stands, in a pattern such as `mut name` or `name~`."""
    span = variable.span
    at = span.text.find(variable.name)
    return Span(span.file, span.start + at, span.start + at + len(variable.name)) if at >= 0 else span


# ---- Values that are dropped ----------------------------------------------------------------------------------------


def _look_at_dropped(report: _Report, expr: t.Expr) -> None:
    """A statement whose value goes nowhere; that of `_ = e` is dropped on purpose."""
    for value in _ends(expr):
        if is_never(value.type) or shallow(value.type) == UNIT:
            continue
        if isinstance(value, _PURE) and not _may_panic_on_purpose(value):
            report.warn("W0202", "this computes a value that nothing uses", value.span, "without effect",
                         "did you mean `=`?" if isinstance(value, t.Binary) and value.op == "==" else "leave it out")
            continue
        name, reason = _must_be_used(report, value)
        if name:
            report.warn("W0203", f"{name} must be used", value.span, reason or "its value is dropped",
                         "handle it, or write `_ = …` to drop it")


def _ends(expr: t.Expr) -> Iterator[t.Expr]:
    """The expressions of which one gives the value."""
    waiting: list[t.Expr | None] = [expr]
    while waiting:
        node = waiting.pop()
        match node:
            case None:
                pass
            case t.Block():
                waiting.append(node.value)
            case t.If():
                waiting += [node.otherwise, node.then]
            case t.Match():
                waiting += [arm.body for arm in reversed(node.arms)]
            case t.Unsafe():
                waiting.append(node.body)
            case _:
                yield node


def _may_panic_on_purpose(value: t.Expr) -> bool:
    """Whether somewhere inside something is called: the whole may be written for what that does."""
    return any(isinstance(node, t.Call | t.CallValue | t.Try | t.Confirm | t.Pipeline) for node in nodes_of(value))


def _must_be_used(report: _Report, value: t.Expr) -> tuple[str, str]:
    """What must not be dropped here, and why its declaration says so."""
    if isinstance(value, t.Call):
        remarks = report.attributes_of(value.function.span)
        if remarks is not None and remarks.has("must_use"):
            return f"the result of `{value.function.name}`", remarks.text("must_use")
    if isinstance(value.type, StructType | EnumType):
        remarks = report.attributes_of(value.type.decl.span)
        if remarks is not None and remarks.has("must_use"):
            return f"a `{value.type.decl.name}`", remarks.text("must_use")
    return "", ""


# ---- What is deprecated ---------------------------------------------------------------------------------------------


def _look_at_use(report: _Report, node: Any) -> None:
    """A function, a struct or an enum that is used."""
    if isinstance(node, t.Call | t.FunctionRef):
        name, declared = node.function.name, node.function.span
    elif isinstance(node.type, StructType | EnumType):
        name, declared = node.type.decl.name, node.type.decl.span
    else:
        return
    remarks = report.attributes_of(declared)
    if remarks is not None and remarks.has("deprecated"):
        report.warn("W0102", f"`{name}` is deprecated", node.span, "used here", remarks.text("deprecated"))
