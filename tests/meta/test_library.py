"""The whole standard library checks, what no test calls included: its bodies are looked at only when something reaches them."""

from __future__ import annotations

from sigilc.check.evidence import check_evidence
from sigilc.check.program import Program
from sigilc.check.typed import TypedProgram
from sigilc.diagnostics.diagnostic import Diagnostics
from sigilc.diagnostics.render import render_all
from sigilc.driver import constant_evaluator, in_large_stack
from sigilc.resolve.modules import std_modules
from sigilc.source.files import SourceFile
from sigilc.syntax.parse import parse_source


def check_library() -> tuple[Diagnostics, TypedProgram, int]:
    """Every function of every module; what is reported, and how many were checked."""
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
        table.items()
    program.context.queue += [p for p in program.context.pending.values() if p.state == "declared" and not p.is_template]
    program.drain()
    if not diagnostics.has_errors:
        check_evidence(typed, diagnostics)
    return diagnostics, typed, len(typed.functions)


def test_library() -> None:
    """No error and no warning."""
    diagnostics, _, count = in_large_stack(check_library)
    assert not diagnostics.items, render_all(diagnostics.items)
    assert count > 1000
