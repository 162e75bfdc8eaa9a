"""`sigilc opt`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from sigilc.cli.common import StatusLine, choose_ir_stages, print_seconds
from sigilc.driver import in_large_stack, ir_stages, pass_names

if TYPE_CHECKING:
    from sigilc.tools.transform_ir import Transformed


@click.command("opt", short_help="Run passes over a program in the text form of the IR.")
@click.option("-O", "level", type=click.Choice(["0", "1", "2", "3"]),
              help="Run the passes of -O0, -O1, -O2 or -O3.  [default: none]")
@click.option("--passes", "chosen", metavar="NAME,…", default="", help="Run these, in this order, instead.")
@click.option("--emit", "kind", type=click.Choice(["ssa", "ll"]), default="ssa", show_default=True,
              help="What to print: the IR, or the LLVM IR that it becomes.")
@click.option("-o", "output", metavar="F", default="", help="Where to write it.  [default: stdout]")
@click.option("--verify", "is_verified", is_flag=True,
              help="Check the IR's rules, views and reference counts behind each pass.")
@click.option("--print-ir-after", metavar="NAME,…", default="",
              help="Print the IR to stderr as it is behind a pass, or behind `all` of them.")
@click.option("--time-passes", "show_times", is_flag=True, help="Print the CPU time that each pass took.")
@click.argument("file", type=click.Path())
def opt_command(level: str | None, chosen: str, kind: str, output: str, is_verified: bool, print_ir_after: str,
                show_times: bool, file: str) -> int:
    """Read the IR of FILE (`-`: stdin), run passes over it, and print what comes out.

    FILE is what `build --emit ssa` or `--print-ir-after` wrote. It must obey the IR's rules; the order of the passes
    is up to you, but LLVM IR needs `insert_refcounts`.
    """
    from sigilc.tools.print_ir import IrPrinter
    from sigilc.tools.transform_ir import emit_text, transform_ir, unknown_passes, write_text

    if level is not None and chosen:
        raise click.UsageError("-O and --passes exclude each other")
    names = pass_names(int(level)) if level is not None else [name for name in chosen.split(",") if name]
    if unknown := unknown_passes(names):
        raise click.UsageError(f"there is no pass `{unknown[0]}`; there are {', '.join(ir_stages(3)[1:])}")
    printer = IrPrinter(choose_ir_stages(print_ir_after, names), "", "")
    status = StatusLine()

    def work() -> tuple[Transformed, str]:
        made = transform_ir(file, names, is_verified, printer)
        return made, emit_text(made.module, kind, file)

    made, text = in_large_stack(work, status.tick)
    status.clear()
    if output:
        write_text(output, text)
    else:
        sys.stdout.write(text)
    if show_times:
        print_seconds(made.pass_seconds)
    return 0
