"""Finds every trust boundary of a program: where data comes in, is validated or vouched for, and where it must be known.

A boundary is *marked* when the program says there what it is: a source whose value a marker, a validation or an assertion
meets within its statement, a validation whose predicate looks at the value, an assertion with its reason. The share of
marked boundaries is the program's evidentiality coverage. A *filter* is listed with them and no boundary: a named predicate
that chooses among reported data without a mark, so what it keeps stays reported.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sigilc.check import typed as t
from sigilc.check.evidence.flow import Program
from sigilc.check.evidence.patterns import pattern_variables
from sigilc.check.tree_walk import children, nodes_of
from sigilc.check.types import NO_MARKS, UNIT, Marks, StructType
from sigilc.source.spans import Span

SOURCE, VALIDATION, ASSERTION, FILTER = "source", "validation", "assertion", "filter"
TRUSTED_CALLER, UNSAFE, SINK = "trusted caller", "unsafe", "sink"
KINDS = (SOURCE, VALIDATION, FILTER, ASSERTION, TRUSTED_CALLER, UNSAFE, SINK)


@dataclass(frozen=True)
class Boundary:
    """One place where trust changes or counts.

    what      the function, predicate or parameter
    detail    of a validation or filter its level (`whole` or `each`), of an assertion its reason, of a sink what must be known
    where     the function that it stands in
    """

    kind: str
    span: Span
    what: str
    detail: str
    where: str
    is_marked: bool
    function: t.Function = field(compare=False, repr=False)

    @property
    def counts(self) -> bool:
        """Whether the coverage is about it."""
        return self.kind != FILTER


def find_boundaries(program: t.TypedProgram, evidence: Program) -> list[Boundary]:
    """Those of the user's own code, in the order of the text."""
    found: list[Boundary] = []
    for function in own_functions(program):
        found += _of_signature(function)
        if function.body is not None:
            walker = _Walker(function, evidence.reported_filters.get(function, []))
            walker.walk(function.body, _is_marked(function.result_marks))
            found += walker.found
    unique = {(b.kind, b.span.file.path, b.span.start, b.what): b for b in found}
    return sorted(unique.values(), key=lambda b: (b.span.file.path, b.span.start, KINDS.index(b.kind)))


def coverage(boundaries: list[Boundary]) -> float:
    """The share of marked boundaries, in percent; a program without any is covered."""
    counted = [b.is_marked for b in boundaries if b.counts]
    return 100.0 * sum(counted) / len(counted) if counted else 100.0


def own_functions(program: t.TypedProgram) -> list[t.Function]:
    """The functions and handlers that the user has written."""
    every = [*program.functions, *(h.function for actor in program.actors for h in actor.handlers)]
    return [f for f in dict.fromkeys(every) if not f.span.file.is_library]


def _of_signature(function: t.Function) -> Iterator[Boundary]:
    name = function.name
    if function.trusted_caller:
        yield Boundary(TRUSTED_CALLER, function.span, name, function.trusted_caller, name, True, function)
    elif function.export or function.is_callback:
        for param in function.params:
            yield Boundary(SOURCE, param.span, f"parameter {param.name}", "a caller in foreign code", name,
                           _is_marked(param.marks), function)
    if function.foreign:
        for param in function.params:
            if "!" in _marks_in(param.marks or NO_MARKS):
                yield Boundary(SINK, param.span, f"parameter {param.name}", "foreign code", name, True, function)


def _is_marked(marks: Marks | None) -> bool:
    return marks is not None and not marks.is_empty


def _marks_in(marks: Marks) -> set[str]:
    return {marks.own, *(mark for part in marks.parts for mark in _marks_in(part))}


def _is_method(function: t.Function) -> bool:
    return bool(function.params) and function.params[0].name == "self"


def _reads_self(function: t.Function) -> bool:
    """Whether a method only reads out what its value holds, which came in before: that of a type that is reported as a whole.

    The method of another type brings in what it declares as reported, as those of an open file do.
    """
    if not _is_method(function):
        return False
    type_ = function.params[0].type
    return isinstance(type_, StructType) and type_.decl.mark == "~"


class _Walker:
    """Walks one body; `marked` says whether a marker stands over what is walked, within its statement."""

    def __init__(self, function: t.Function, reported_filters: list[object]):
        self.function = function
        self.reported_filters = reported_filters
        self.found: list[Boundary] = []

    def walk(self, node: Any, marked: bool) -> None:
        """Looks at a node and at all below it."""
        if isinstance(node, list | tuple):
            for part in node:
                self.walk(part, marked)
            return
        match node:
            case t.Block(statements=statements, value=value):
                for statement in statements:
                    self.walk(statement, False)
                self.walk(value, marked)
            case t.Let(pattern=pattern, value=value, otherwise=otherwise, marks=marks):
                names = pattern_variables(pattern)
                self.walk(value, _is_marked(marks) or any(_is_marked(v.marks) for v in names))
                self.walk(otherwise, False)
            case t.Match(value=value, arms=arms):
                bound = [v for arm in arms for v in pattern_variables(arm.pattern)]
                self.walk(value, any(_is_marked(v.marks) for v in bound))
                self.walk([part for arm in arms for part in (arm.guard, arm.body)], marked)
            case t.Return(value=value):
                self.walk(value, _is_marked(self.function.result_marks))
            case t.Closure(body=body):
                self.walk(body, False)
            case t.Call():
                self._call(node, marked)
            case t.CallPointer():
                self._add(SOURCE, node.span, "a function pointer", "foreign code", marked)
                self._children(node, marked)
            case t.Report(value=value):
                self._add(SOURCE, node.span, node.value.span.text, "declared with `~`", True)
                self.walk(value, True)
            case t.Assert(value=value, reason=reason):
                self._add(ASSERTION, node.span, value.span.text, reason, bool(reason))
                self.walk(value, True)
            case t.FilterValue(mode=mode):
                self._filter(node, "whole")
                self._children(node, marked or bool(mode))
            case t.Unsafe(body=body):
                self._add(UNSAFE, node.span, "unsafe block", "", True)
                self.walk(body, marked)
            case t.Pipeline():
                self._pipeline(node, marked)
            case t.Confirm(is_stage=True):
                self._children(node, True)
            case t.Expr() | t.Stage() | t.Sink() | t.Arm():
                self._children(node, marked)

    def _children(self, node: Any, marked: bool) -> None:
        for child in children(node):
            self.walk(child, marked)

    def _pipeline(self, node: t.Pipeline, marked: bool) -> None:
        is_met = marked
        for stage in node.stages:
            if isinstance(stage, t.FilterStage):
                self._filter(stage, "each")
                is_met = is_met or bool(stage.mode)
            is_met = is_met or isinstance(stage, t.MarkStage)
        self.walk(node.source, is_met)
        self.walk([*node.stages, node.sink], marked)

    def _filter(self, node: t.FilterValue | t.FilterStage, level: str) -> None:
        if node.mode:
            bound = set(pattern_variables(node.pattern))
            looks = any(isinstance(n, t.Local) and n.variable in bound for n in nodes_of(node.predicate))
            self._add(VALIDATION, node.span, node.stage, level if looks else f"{level}, ignores its value", looks)
        elif node in self.reported_filters and isinstance(node.predicate, t.Call) and not _is_method(node.predicate.function):
            self._add(FILTER, node.span, node.stage, f"{level}, stays reported", True)

    def _call(self, node: t.Call, marked: bool) -> None:
        function = node.function
        is_foreign = bool(function.foreign) or function.intrinsic == "pointer_read"
        if is_foreign and function.result != UNIT:
            self._add(SOURCE, node.span, function.name, "foreign code", marked)
        elif function.span.file.is_library and "~" in _marks_in(function.result_marks or NO_MARKS) and not _reads_self(function):
            self._add(SOURCE, node.span, function.name, "standard library", marked)
        for param, arg in zip(function.params, node.args, strict=False):
            marks = _marks_in(param.marks or NO_MARKS)
            if "!" in marks and (function.span.file.is_library or is_foreign):
                self._add(SINK, arg.span, function.name, f"`{param.name}` must be known", True)
            self.walk(arg, marked or bool(marks - {""}))
        self.walk(node.args[len(function.params):], marked)

    def _add(self, kind: str, span: Span, what: str, detail: str, is_marked: bool) -> None:
        self.found.append(Boundary(kind, span, " ".join(what.split()), detail, self.function.name, is_marked,
                                   self.function))

