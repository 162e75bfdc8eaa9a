"""`sigilc bench`."""

from __future__ import annotations

import os
import sys
import tempfile
from typing import TYPE_CHECKING

import click

from sigilc.cli.common import (
    code_options,
    color_option,
    compile_with_status,
    overflow_setting,
    show_diagnostics,
    split_filter,
)
from sigilc.crash import EXIT_PROGRAM
from sigilc.options import HOST_CPU, Options

if TYPE_CHECKING:
    from sigilc.tools.run_benchmarks import Measurement


@click.command("bench", short_help="Run the benchmarks of a package or a file.")
@code_options(HOST_CPU, "3")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line, on stdout.")
@click.option("--list", "is_listing", is_flag=True, help="Print the names of the benchmarks instead.")
@click.option("--timeout", type=click.FloatRange(min=0, min_open=True), default=300.0, show_default=True,
              metavar="SECONDS", help="When a benchmark that still runs has failed.")
@color_option
@click.argument("words", metavar="[FILE] [FILTER]", nargs=-1)
def bench_command(level: str, overflow_checks: str | None, target_cpu: str, as_json: bool, is_listing: bool,
                  timeout: float, words: tuple[str, ...]) -> int:
    """Run the benchmarks of FILE, or of the package in this folder, whose name contains FILTER.

    Each function marked `#[bench]` is called until it is warm, and then in batches for half a second. What is measured
    is CPU time: the table shows the median of the batches, half the width of their middle half, and the fastest. The
    exit status is 1 when a benchmark has failed.
    """
    from sigilc.tools.build_cases import CaseSelection, build_cases

    file, pattern = split_filter(words)
    selection = CaseSelection(("bench",), pattern, is_listing)
    with tempfile.TemporaryDirectory(prefix="sigilc-") as scratch:
        executable = os.path.join(scratch, "benchmarks")
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
        return _run_all(names, executable, scratch, timeout, as_json)


def _run_all(names: list[str], executable: str, scratch: str, timeout: float, as_json: bool) -> int:
    from sigilc.tools.run_benchmarks import run_benchmark, table

    found: list[Measurement] = []
    for name in names:
        outcome, measurement = run_benchmark(name, executable, scratch, timeout)
        if measurement is None:
            print(f"benchmark {name} failed: {outcome.problem}\n{outcome.output}".rstrip(), file=sys.stderr)
            continue
        found.append(measurement)
        if as_json:
            print(measurement.to_json(), flush=True)
    if not as_json:
        print(table(found) if found else "no benchmarks")
    return 0 if len(found) == len(names) else EXIT_PROGRAM
