"""The whole standard library checks, what no test calls included: its bodies are looked at only when something reaches them."""

from __future__ import annotations

from functools import cache

from sigilc.check import typed as t
from sigilc.check.evidence import check_evidence
from sigilc.check.program import Program
from sigilc.check.tree_walk import children
from sigilc.check.typed import TypedProgram
from sigilc.check.types import OptionType
from sigilc.diagnostics.diagnostic import Diagnostics
from sigilc.diagnostics.render import render_all
from sigilc.driver import constant_evaluator, in_large_stack
from sigilc.resolve.modules import std_modules
from sigilc.source.files import SourceFile
from sigilc.syntax.parse import parse_source


def check_library() -> tuple[Diagnostics, TypedProgram]:
    """Every function of every module, and what is reported."""
    diagnostics = Diagnostics()
    source = SourceFile("main.sg", "fn main() { }\n")
    program = Program(diagnostics, constant_evaluator())
    typed = program.run(source, parse_source(source, diagnostics), None, False)
    for name in std_modules():
        assert program.std_module(name) is not None
    for module in program.sources.loaded:
        for item in module.items.values():
            program.declarations.declare(item)
    for table in list(program.context.methods.values()):
        for name in table:
            table.all(name)
    program.context.queue += [p for p in program.context.pending.values() if p.state == "declared" and not p.is_template]
    program.drain()
    if not diagnostics.has_errors:
        check_evidence(typed, diagnostics)
    return diagnostics, typed


@cache
def library() -> tuple[Diagnostics, TypedProgram]:
    return in_large_stack(check_library)


def test_library() -> None:
    """No error and no warning."""
    diagnostics, typed = library()
    assert not diagnostics.items, render_all(diagnostics.items)
    assert len(typed.functions) > 1000


def test_faults_name_the_caller() -> None:
    """What a public function finds wrong with its arguments is at the call: `#[track_caller]`."""
    functions = library()[1].functions
    tracked = sum(f.tracks_caller for f in functions)
    nameless = [f"{f.span.site()} {f.name}" for f in functions
                if f.is_public and f.body is not None and not f.tracks_caller and (makes_faults(f) or panics(f.body))]
    assert nameless == []
    assert tracked > 300


def makes_faults(function: t.Function) -> bool:
    """Whether it may be absent for a reason of its own; what has an uncertain value in its first argument passes on reasons."""
    given = [part for p in function.params[:1] for part in (p.type, *getattr(p.type, "args", ()))]
    takes_absent = any(isinstance(part, OptionType) for part in given)
    return isinstance(function.result, OptionType) and not takes_absent


def panics(node: object) -> bool:
    """Whether `panic` is called in an expression."""
    return isinstance(node, t.Panic) or any(panics(child) for child in children(node))
