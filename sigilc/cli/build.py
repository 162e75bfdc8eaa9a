"""`sigilc build`."""

from __future__ import annotations

import os

import click

from sigilc.cli.common import (
    choose_ir_stages,
    code_options,
    color_option,
    compile_with_status,
    overflow_setting,
    print_seconds,
    show_diagnostics,
    source_argument,
    warning_option,
)
from sigilc.crash import EXIT_PROGRAM
from sigilc.driver import STAGES, Compilation, OnIr, compile_file, ir_stages
from sigilc.options import BUILD_CPU, CRATE_TYPES, EMIT_SUFFIXES, Options


def _parse_emit(context: click.Context, param: click.Parameter, value: tuple[str, ...]) -> frozenset[str]:
    """Kinds by commas, the option as often as wanted."""
    kinds = [kind for words in value for kind in words.split(",") if kind]
    for kind in kinds:
        if kind not in EMIT_SUFFIXES:
            raise click.BadParameter(f"`{kind}` is none of {', '.join(EMIT_SUFFIXES)}", context, param)
    return frozenset(kinds)


@click.command("build", short_help="Compile a program to an executable.")
@code_options(BUILD_CPU)
@click.option("-g", "debug", is_flag=True, help="Add information for debuggers.")
@click.option("-o", "output", metavar="F", default="", help="Where to write it.  [default: FILE's name without suffix]")
@click.option("--emit", multiple=True, metavar="KIND,…", callback=_parse_emit,
              help=f"Also write these, beside the executable: {', '.join(EMIT_SUFFIXES)}.")
@click.option("--crate-type", type=click.Choice(CRATE_TYPES), default="bin", show_default=True,
              help="An executable, one object, or a static or shared library.")
@click.option("--stop-after", metavar="STAGE", type=click.Choice(STAGES), default="link",
              help=f"End behind a stage: {', '.join(STAGES)}.")
@click.option("--print-ir-after", metavar="NAME,…", default="",
              help="Print the IR to stderr as it is behind `lower` or a pass, or behind `all` of them.")
@click.option("--print-ir-to", metavar="FOLDER", default="",
              help="Write what --print-ir-after asks for to files FILE.N.NAME.ssa in this folder.")
@click.option("--keep-evidence", is_flag=True, hidden=True,
              help="Leave sources, confirmations and demands of evidence in the IR.")
@click.option("--time-passes", "show_times", is_flag=True, help="Print the CPU time that each stage and each pass took.")
@warning_option
@color_option
@source_argument
def build_command(level: str, overflow_checks: str | None, target_cpu: str, debug: bool, output: str,
                  emit: frozenset[str], crate_type: str, stop_after: str, print_ir_after: str, print_ir_to: str,
                  keep_evidence: bool, show_times: bool, warnings: tuple[str, ...], file: str) -> int:
    """Compile FILE to an executable.

    With --emit it also writes ll (LLVM IR, optimised), ll-raw (before LLVM), asm, obj, ssa (the compiler's own
    form) header (C declarations of the exported functions) or rust (a module of safe functions around them), as app.ll,
    app.raw.ll, app.s, app.o, app.ssa, app.h, app.rs.
    """
    options = Options(level=int(level), overflow_checks=overflow_setting(overflow_checks), target_cpu=target_cpu,
                      crate_type=crate_type, emit=emit, output=output, debug=debug, keep_evidence=keep_evidence,
                      warnings=frozenset(warnings))
    printer = _ir_printer(print_ir_after, print_ir_to, options.level, file)
    compilation = compile_with_status(lambda on_stage: compile_file(file, options, stop_after, on_stage, printer))
    show_diagnostics(compilation)
    if compilation.is_checked_library:
        click.echo(f"{file} is a library for other packages: it is checked, and there is nothing to build", err=True)
    if show_times:
        _print_times(compilation)
    return EXIT_PROGRAM if compilation.has_errors else 0


def _ir_printer(choice: str, folder: str, level: int, file: str) -> OnIr:
    """What prints the IR behind the stages that `choice` names."""
    if not choice:
        if folder:
            raise click.UsageError("--print-ir-to needs --print-ir-after")
        return lambda name, module: None
    from sigilc.tools.print_ir import IrPrinter

    names = choose_ir_stages(choice, ir_stages(level))
    return IrPrinter(names, folder, os.path.splitext(os.path.basename(file))[0])


def _print_times(compilation: Compilation) -> None:
    for stage, seconds in compilation.seconds.items():
        print_seconds({stage: seconds})
        if stage == "passes":
            print_seconds(compilation.pass_seconds, indent="    ")
    print_seconds({"together": sum(compilation.seconds.values())})
