"""`sigilc audit`."""

from __future__ import annotations

import subprocess

import click

from sigilc.cli.common import color_option, compile_with_status, show_diagnostics, source_argument
from sigilc.crash import EXIT_PROGRAM
from sigilc.driver import Compilation, compile_file
from sigilc.options import Options


@click.command("audit", short_help="List a program's trust boundaries.")
@click.option("--min", "least", type=click.FloatRange(0, 100), metavar="N",
              help="Fail where the evidentiality coverage is below N percent.")
@click.option("--json", "form", flag_value="json", help="One JSON object a line.")
@click.option("--sarif", "form", flag_value="sarif", help="SARIF 2.1.0, for tools that collect findings.")
@click.option("--dot", "form", flag_value="dot", help="How evidence flows, as a graph for graphviz.")
@click.option("--svg", "form", flag_value="svg", help="The same as a picture; needs graphviz's `dot`.")
@color_option
@source_argument
def audit_command(least: float | None, form: str | None, file: str) -> int:
    """List where data enters FILE's program, is validated, vouched for, and must be known.

    Named predicates that only filter reported data are listed too. Each boundary should say what it is: the share of
    those that do is the evidentiality coverage. The exit status is 1 if there are errors, or with --min if the coverage
    is too low.
    """
    compilation = compile_with_status(
        lambda on_stage: compile_file(file, Options(), stop_after="evidence", on_stage=on_stage))
    if compilation.has_errors:
        show_diagnostics(compilation)
        return EXIT_PROGRAM
    return _report(compilation, form, least)


def _report(compilation: Compilation, form: str | None, least: float | None) -> int:
    from sigilc.tools.audit import coverage, find_boundaries
    from sigilc.tools.audit_report import percent, report_json, report_sarif, report_text

    assert compilation.program is not None and compilation.evidence is not None
    boundaries = find_boundaries(compilation.program, compilation.evidence)
    if form == "json":
        text = "\n".join(report_json(boundaries))
    elif form == "sarif":
        text = report_sarif(boundaries)
    elif form in ("dot", "svg"):
        text = _graph(compilation, form)
    else:
        text = report_text(boundaries)
    click.echo(text)
    if least is not None and coverage(boundaries) < least:
        click.echo(f"evidentiality coverage is {percent(boundaries)} %, below {least:g} %", err=True)
        return EXIT_PROGRAM
    return 0


def _graph(compilation: Compilation, form: str) -> str:
    from sigilc.tools.audit_graph import dot_program, draw_svg, flow_graph

    assert compilation.program is not None and compilation.evidence is not None
    graph = flow_graph(compilation.program, compilation.evidence)
    if form == "dot":
        return graph
    dot = dot_program()
    if dot is None:
        raise click.UsageError("--svg needs graphviz, whose `dot` is not installed; --dot prints the graph itself")
    try:
        return draw_svg(dot, graph)
    except (OSError, subprocess.SubprocessError) as error:
        raise click.ClickException(f"graphviz could not draw the graph: {error}") from error
