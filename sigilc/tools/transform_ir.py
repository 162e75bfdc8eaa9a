"""Runs passes over a program in the text form of the IR."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field

from sigilc.crash import EXIT_PROGRAM, CompilerCrash, EnvironmentFault, InternalError
from sigilc.driver import OnIr, run_timed_passes
from sigilc.ir.function import Module
from sigilc.ir.parser import IrSyntaxError, parse_module
from sigilc.ir.printer import print_module
from sigilc.ir.verify import verify
from sigilc.link.output import write_output
from sigilc.passes.manager import PASSES, certify
from sigilc.source.files import unreadable_reason

STANDARD_INPUT = "-"


@dataclass
class Transformed:
    """The module, and what each pass took."""

    module: Module
    pass_seconds: dict[str, float] = field(default_factory=dict)


def transform_ir(path: str, passes: Sequence[str], is_verified: bool,
                 on_ir: OnIr = lambda name, module: None) -> Transformed:
    """Reads the IR of a file (`-`: stdin) and runs the passes over it; `is_verified` checks it behind each.

    Raises EnvironmentFault for what is wrong with the file or the IR in it, CompilerCrash for what a pass does to it.
    """
    module = _read(path)
    result = Transformed(module)
    stage = "reading"

    def after(name: str, module: Module) -> None:
        nonlocal stage
        stage = name
        if is_verified:
            certify(name, module)
        on_ir(name, module)

    for name in passes:
        stage = name
        try:
            run_timed_passes(module, [name], result.pass_seconds, after)
        except Exception as error:
            raise CompilerCrash(error, f"pass {stage}", path) from error
    return result


def emit_text(module: Module, kind: str, path: str) -> str:
    """The module as `ssa`, with the positions that it was read with, or as LLVM IR (`ll`), as codegen makes it."""
    if kind == "ssa":
        return print_module(module, spans=True)
    from sigilc.codegen.module import emit_module

    try:
        return emit_module(module)
    except InternalError as error:
        raise CompilerCrash(error, "codegen", path) from error


def unknown_passes(names: Sequence[str]) -> list[str]:
    """Those of the names that no pass has."""
    return [name for name in names if name not in PASSES]


def write_text(path: str, text: str) -> None:
    """Writes a file, at once or not at all. Raises EnvironmentFault."""
    write_output(path, text)


def _read(path: str) -> Module:
    """The module of a file, whose rules hold."""
    shown = "standard input" if path == STANDARD_INPUT else path
    try:
        if path == STANDARD_INPUT:
            data = sys.stdin.buffer.read()
        else:
            with open(path, "rb") as file:
                data = file.read()
        module = parse_module(data.decode("utf-8"))
        verify(module)
    except (OSError, ValueError) as error:
        reason = "it is not UTF-8" if isinstance(error, UnicodeDecodeError) else unreadable_reason(error)
        raise EnvironmentFault(f"can't read {shown}: {reason}", status=EXIT_PROGRAM) from error
    except IrSyntaxError as error:
        raise EnvironmentFault(f"{shown}: {error}", status=EXIT_PROGRAM) from error
    except InternalError as error:
        raise EnvironmentFault(f"{shown}: {error.message}", status=EXIT_PROGRAM) from error
    return module
