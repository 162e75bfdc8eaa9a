"""`sigilc check`."""

from __future__ import annotations

import click

from sigilc.cli.common import color_option, compile_with_status, show_diagnostics, source_argument, warning_option
from sigilc.crash import EXIT_PROGRAM
from sigilc.driver import compile_file
from sigilc.options import Options


@click.command("check", short_help="Report the errors and warnings of a program.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line, on stdout.")
@warning_option
@color_option
@source_argument
def check_command(as_json: bool, warnings: tuple[str, ...], file: str) -> int:
    """Report the errors and warnings of FILE, and write nothing.

    The exit status is 1 if there are errors; warnings alone leave it 0.
    """
    options = Options(warnings=frozenset(warnings))
    compilation = compile_with_status(
        lambda on_stage: compile_file(file, options, stop_after="evidence", on_stage=on_stage))
    show_diagnostics(compilation, as_json)
    return EXIT_PROGRAM if compilation.has_errors else 0
