"""`sigilc test`."""

from __future__ import annotations

import os
import sys
import tempfile

import click

from sigilc.cli.common import (
    code_options,
    color_option,
    compile_with_status,
    overflow_setting,
    show_diagnostics,
    split_filter,
    uses_color,
)
from sigilc.crash import EXIT_PROGRAM
from sigilc.options import HOST_CPU, Options


@click.command("test", short_help="Run the tests of a package or a file.")
@code_options(HOST_CPU)
@click.option("--list", "is_listing", is_flag=True, help="Print the names of the tests instead.")
@click.option("--nocapture", is_flag=True, help="Let tests print as they run, one after the other.")
@click.option("--jobs", "-j", type=click.IntRange(min=1), default=os.cpu_count() or 1, show_default="the cores",
              help="How many tests run at a time.")
@click.option("--timeout", type=click.FloatRange(min=0, min_open=True), default=60.0, show_default=True, metavar="SECONDS",
              help="When a test that still runs has failed.")
@color_option
@click.argument("words", metavar="[FILE] [FILTER]", nargs=-1)
def test_command(level: str, overflow_checks: str | None, target_cpu: str, is_listing: bool, nocapture: bool, jobs: int,
                 timeout: float, words: tuple[str, ...]) -> int:
    """Run the tests of FILE, or of the package in this folder, whose name contains FILTER.

    Tests are the functions marked `#[test]` and the code blocks marked `sigil` in doc comments. Each runs in a process
    of its own and fails when it panics, gives an absent value or takes too long; what it printed is shown then. The exit
    status is 1 when a test has failed.
    """
    from sigilc.diagnostics.paint import Paint
    from sigilc.tools.build_cases import CaseSelection, build_cases
    from sigilc.tools.run_case import CaseRunner
    from sigilc.tools.run_tests import run_tests

    file, pattern = split_filter(words)
    selection = CaseSelection(("test", "doc"), pattern, is_listing)
    with tempfile.TemporaryDirectory(prefix="sigilc-") as scratch:
        executable = os.path.join(scratch, "tests")
        options = Options(level=int(level), overflow_checks=overflow_setting(overflow_checks), target_cpu=target_cpu,
                          output=executable)
        compilation = compile_with_status(lambda on_stage: build_cases(file, options, selection, on_stage))
        show_diagnostics(compilation)
        if compilation.has_errors:
            return EXIT_PROGRAM
        names = [case.name for case in selection.selected]
        if is_listing:
            click.echo("".join(f"{name}\n" for name in names), nl=False)
            return 0
        runner = CaseRunner(executable, timeout, captures=not nocapture)
        report = run_tests(names, runner, 1 if nocapture else jobs, selection.left_out, Paint(uses_color(sys.stdout)),
                           lambda text: print(text, flush=True))
        return 0 if report.has_passed else EXIT_PROGRAM
