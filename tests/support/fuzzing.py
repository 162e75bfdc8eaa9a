"""Takes any text as far through the compiler as it gets."""

from __future__ import annotations

from pathlib import Path

from sigilc.check.evidence import check_evidence
from sigilc.check.program import check_program
from sigilc.check.typed import TypedProgram
from sigilc.codegen.module import emit_module
from sigilc.diagnostics.diagnostic import Diagnostics
from sigilc.diagnostics.render import render_all
from sigilc.diagnostics.to_json import all_to_json
from sigilc.driver import check_secrets, constant_evaluator, in_large_stack
from sigilc.lower.program import lower_program
from sigilc.passes.manager import certify, run_passes
from sigilc.source.files import SourceFile
from sigilc.syntax.parse import parse_source
from tests.support.programs import TESTS, corpus_programs

ROOT = TESTS.parent


def seed_texts() -> list[str]:
    """Whole programs of all kinds: samples, run tests, programs with errors, the standard library."""
    paths = [*corpus_programs(), *sorted((TESTS / "run").rglob("*.sg")), *sorted((TESTS / "ui").rglob("*.sg")),
             *sorted((ROOT / "stdlib").rglob("*.sg"))]
    return [text for path in paths if (text := _read(path)) and len(text) < 12_000]


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


def try_program(text: str) -> str:
    """How far a program got: `parse`, `check`, `evidence`, `secrets` where it was refused, else `accepted`.

    What `check` accepts must lower, at both levels, to IR that is certified behind each pass, and to LLVM text.
    """
    diagnostics = Diagnostics()
    source = SourceFile("fuzz.sg", text)
    tree = parse_source(source, diagnostics)
    if diagnostics.has_errors:
        return _ended("parse", diagnostics)

    def rest() -> str:
        program = check_program(source, tree, diagnostics, evaluate=constant_evaluator())
        if diagnostics.has_errors:
            return "check"
        check_evidence(program, diagnostics)
        if diagnostics.has_errors:
            return "evidence"
        check_secrets(program, diagnostics)
        if diagnostics.has_errors:
            return "secrets"
        _lower(program)
        return "accepted"

    return _ended(in_large_stack(rest), diagnostics)


def _lower(program: TypedProgram) -> None:
    for level in (0, 3):
        module = lower_program(program, overflow_checks=level == 0)
        certify("", module)
        run_passes(module, level, certify)
        emit_module(module)


def _ended(stage: str, diagnostics: Diagnostics) -> str:
    check_rendering(diagnostics)
    return stage


def check_rendering(diagnostics: Diagnostics) -> None:
    """Whatever is reported can be shown, in both forms, and lies inside its file."""
    for d in diagnostics.items:
        for span in (d.span, *(label.span for label in d.labels)):
            assert 0 <= span.start <= span.end <= len(span.file.text), (d.message, span)
    render_all(diagnostics.items).encode("utf-8")
    all_to_json(diagnostics.items)
