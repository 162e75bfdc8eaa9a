"""IR programs for the tests of code generation: builds them as executables, runs them, and interprets them."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from sigilc.codegen.module import emit_module
from sigilc.codegen.target import Machine
from sigilc.ir.interp import interpret
from sigilc.ir.parser import parse_module
from sigilc.link.link import link_executable
from sigilc.link.runtime_build import runtime_archive
from sigilc.link.toolchain import find_toolchain
from sigilc.passes.manager import certify, run_passes
from tests.support.build import Ran, run

LEVELS = (0, 3)

# show(n) prints a number and a line break; line(s) a text and one.
PRELUDE = """
fn show(%n: i64) -> unit {
entry:
  %e: str = static ""
  %s: &str = slot %e
  %u: unit = runtime text_append_int(%s, %n)
  %nl: str = static "\\n"
  %v: unit = runtime text_append(%s, %nl)
  %t: str = peek %s
  %w: unit = runtime print(%t)
  return %w
}
fn line(%t: str) -> unit {
entry:
  %u: unit = runtime print(%t)
  %nl: str = static "\\n"
  %v: unit = runtime print(%nl)
  return %v
}
fn shout(%t: str) -> str {
entry:
  %u: str = runtime str_to_upper(%t)
  return %u
}
"""


def compile_ir(text: str, level: int, output: Path) -> Path:
    """Takes IR without counts through the passes and code generation, with everything certified, to an object."""
    module = parse_module(text)
    run_passes(module, level, after=certify)
    output.write_bytes(Machine(emit_module(module, is_optimised=level > 0), level, "x86-64-v2", verify=True).object())
    return output


def run_ir(text: str, level: int, folder: Path) -> Ran:
    """Runs an IR program with a `main`; a leak fails it."""
    compiled = compile_ir(text, level, folder / f"program{level}.o")
    toolchain = find_toolchain()
    executable = folder / f"program{level}"
    link_executable(toolchain, [str(compiled)], runtime_archive(toolchain), str(executable))
    return run(executable)


def interpret_ir(text: str) -> Ran:
    """What the interpreter makes of the same program."""
    outcome = interpret(parse_module(text))
    return Ran(outcome.stdout, outcome.stderr, outcome.status)


def run_with_c(text: str, c_source: str, level: int, folder: Path) -> Ran:
    """Links IR functions to a C program that calls them."""
    compiled = compile_ir(text, level, folder / f"library{level}.o")
    (folder / "caller.c").write_text(c_source)
    toolchain = find_toolchain()
    executable = folder / f"caller{level}"
    command = [*toolchain.compiler, "-std=c11", "-o", str(executable), str(folder / "caller.c"), str(compiled),
               runtime_archive(toolchain), "-lm", "-pthread"]
    subprocess.run(command, check=True, timeout=60, capture_output=True, env=dict(os.environ))
    return run(executable, check_leaks=False)
