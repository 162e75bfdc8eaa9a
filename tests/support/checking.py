"""Runs the front end over a program, as far as it exists, and collects what it reports."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

from sigilc.diagnostics.diagnostic import Diagnostics
from sigilc.source.files import SourceFile, load_source
from sigilc.syntax.parse import parse_source


def can_check() -> bool:
    """Whether there is a checker beyond the parser: both parts of it."""
    specs = [importlib.util.find_spec(f"sigilc.check.{name}") for name in ("program", "evidence")]
    return all(spec is not None and spec.origin is not None for spec in specs)


def asked_for(text: str) -> frozenset[str]:
    """The optional warnings that a program's first line asks for: `// -W lifting`."""
    return frozenset(re.findall(r"-W (\w+)", text.partition("\n")[0]))


def check_source(path: str | Path) -> Diagnostics:
    """Everything that `sigilc check` reports of a file."""
    diagnostics = Diagnostics()
    source = load_source(str(path), diagnostics)
    if source is not None:
        diagnostics.wanted = asked_for(source.text)
        check_loaded(source, diagnostics)
    return diagnostics


def check_text(text: str, path: str = "test.sg") -> Diagnostics:
    """Everything that `sigilc check` reports of a text."""
    diagnostics = Diagnostics(asked_for(text))
    check_loaded(SourceFile(path, text), diagnostics)
    return diagnostics


def check_loaded(source: SourceFile, diagnostics: Diagnostics) -> None:
    """Parses, and where that went well checks types and then evidence, on a stack as large as the driver's."""
    tree = parse_source(source, diagnostics)
    if diagnostics.has_errors or not can_check():
        return
    from sigilc.check.evidence import check_evidence
    from sigilc.check.lints import lint
    from sigilc.check.program import check_program
    from sigilc.driver import check_secrets, constant_evaluator, in_large_stack

    def check() -> None:
        program = check_program(source, tree, diagnostics, evaluate=constant_evaluator())
        if not diagnostics.has_errors:
            check_evidence(program, diagnostics)
        if not diagnostics.has_errors:
            lint(program, diagnostics)
            check_secrets(program, diagnostics)

    in_large_stack(check)
