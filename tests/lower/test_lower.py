"""Lowers small programs: the printed IR of those in `ir/`, what those in `programs/` print when it is interpreted.

`pytest --update` rewrites the `.ir` and `.expected` files beside the programs. A program whose first line is
`// overflow-checks: off` is lowered without them. Every module is certified before the passes and after each.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from sigilc.check.program import check_program
from sigilc.check.typed import TypedProgram
from sigilc.diagnostics.diagnostic import Diagnostics
from sigilc.driver import constant_evaluator
from sigilc.ir.function import Module
from sigilc.ir.interp import interpret
from sigilc.ir.printer import print_module
from sigilc.lower.program import lower_program
from sigilc.passes.manager import certify, run_passes
from sigilc.source.files import SourceFile
from sigilc.syntax.parse import parse_source

FOLDER = Path(__file__).parent
MAX_STEPS = 2_000_000


def check(path: Path) -> TypedProgram:
    """The typed tree of a program without errors; its path in messages is its name."""
    diagnostics = Diagnostics()
    source = SourceFile(path.name, path.read_text())
    tree = parse_source(source, diagnostics)
    assert not diagnostics.items, diagnostics.items
    program = check_program(source, tree, diagnostics, evaluate=constant_evaluator())
    assert not diagnostics.has_errors, [(d.message, d.span) for d in diagnostics.items]
    return program


def lower(path: Path) -> Module:
    """A program's module, certified."""
    first_line = path.read_text().partition("\n")[0]
    module = lower_program(check(path), overflow_checks=first_line != "// overflow-checks: off")
    certify("", module)
    return module


def compare_or_update(path: Path, found: str, update: bool) -> None:
    """Compares with a recorded file, or rewrites it."""
    if update:
        path.write_text(found)
        return
    assert path.exists(), f"{path.name} is missing: run pytest --update and read it"
    assert found == path.read_text()


def outcome(module: Module) -> str:
    """What a module prints, and its status where that is not 0."""
    result = interpret(module, max_steps=MAX_STEPS)
    return result.stdout + result.stderr + (f"status {result.status}\n" if result.status else "")


@pytest.mark.parametrize("path", sorted((FOLDER / "ir").glob("*.sg")), ids=lambda p: p.stem)
def test_ir(path: Path, update: bool) -> None:
    compare_or_update(path.with_suffix(".ir"), print_module(lower(path)), update)


@pytest.mark.parametrize("path", sorted((FOLDER.parent / "run" / "pipelines").glob("*.sg")), ids=lambda p: p.stem)
def test_pipelines_in_the_interpreter(path: Path) -> None:
    if "impl Drop" in path.read_text():
        pytest.skip("before the passes nothing is released")
    result = interpret(lower(path), max_steps=MAX_STEPS)
    assert result.stdout == path.with_suffix(".expected").read_text()
    status = path.with_suffix(".status")
    assert result.status == (int(status.read_text()) if status.exists() else 0), result.stderr


@pytest.mark.parametrize("path", sorted((FOLDER / "programs").glob("*.sg")), ids=lambda p: p.stem)
def test_program(path: Path, update: bool) -> None:
    found = outcome(lower(path))
    compare_or_update(path.with_suffix(".expected"), found, update)
    for level in (0, 2):
        module = lower(path)
        run_passes(module, level, certify)
        assert outcome(module) == found
