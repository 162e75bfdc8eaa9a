"""`sigilc fmt`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from sigilc.cli.common import StatusLine, color_option, uses_color
from sigilc.crash import EXIT_INTERNAL, EXIT_PROGRAM, CompilerCrash, EnvironmentFault
from sigilc.driver import in_large_stack

if TYPE_CHECKING:
    from sigilc.tools.format_files import Formatted, Spelling


@click.command("fmt", short_help="Format programs.")
@click.option("--check", "is_check", is_flag=True, help="Change nothing; name the files that are not formatted.")
@click.option("--diff", "shows_difference", is_flag=True, help="Change nothing; print what would change.")
@click.option("--ascii", "to_ascii", is_flag=True, help="Write morphemes in ASCII: |map, ::, !!, .await.")
@click.option("--unicode", "to_unicode", is_flag=True, help="Write morphemes in Unicode: |τ, ·, ‽, ⌛.")
@color_option
@click.argument("paths", metavar="FILE…", nargs=-1, required=True, type=click.Path())
def fmt_command(is_check: bool, shows_difference: bool, to_ascii: bool, to_unicode: bool, paths: tuple[str, ...]) -> int:
    """Format each FILE in place; of a folder all programs in it, and `-` from stdin to stdout.

    Lines get 100 columns. Comments, the spelling of literals and the meaning stay, and so do blocks, lists and
    pipelines that you broke over several lines. A file with syntax errors is left as it is. The exit status is 1 if
    there was one, or if --check found a file that is not formatted.
    """
    from sigilc.tools.format_files import STANDARD_INPUT, Spelling, source_files

    if to_ascii and to_unicode:
        raise click.UsageError("--ascii and --unicode exclude each other")
    if STANDARD_INPUT in paths and len(paths) > 1:
        raise click.UsageError("`-` is formatted to stdout, so nothing can stand beside it")
    spelling = Spelling.ASCII if to_ascii else Spelling.UNICODE if to_unicode else Spelling.AS_WRITTEN
    status, use_color = StatusLine(), uses_color(sys.stderr)

    def work() -> int:
        worst = 0
        for path in source_files(paths):
            status.enter(path)
            worst = max(worst, _format_one(path, spelling, is_check, shows_difference, use_color))
        return worst

    try:
        return in_large_stack(work, status.tick)
    finally:
        status.clear()


def _format_one(path: str, spelling: Spelling, is_check: bool, shows_difference: bool, use_color: bool) -> int:
    """Formats one file; its part of the exit status. What goes wrong with it does not stop the others."""
    from sigilc.diagnostics.diagnostic import Diagnostics
    from sigilc.diagnostics.render import render_all
    from sigilc.tools.format_files import format_file

    diagnostics = Diagnostics()
    try:
        formatted = format_file(path, spelling, diagnostics)
        if formatted is not None:
            return _deliver(formatted, is_check, shows_difference)
    except EnvironmentFault as fault:
        print(fault.render(), file=sys.stderr)
        return fault.status
    except CompilerCrash as crash:
        print(crash, file=sys.stderr)
        return EXIT_INTERNAL
    print(render_all(diagnostics.items, use_color), file=sys.stderr)
    return EXIT_PROGRAM


def _deliver(formatted: Formatted, is_check: bool, shows_difference: bool) -> int:
    """Says what would change, or changes it."""
    from sigilc.tools.format_files import STANDARD_INPUT, difference, write_formatted

    if shows_difference:
        sys.stdout.write(difference(formatted))
    if is_check:
        if formatted.is_changed:
            print(f"not formatted: {formatted.path}", file=sys.stderr if shows_difference else sys.stdout)
        return EXIT_PROGRAM if formatted.is_changed else 0
    if formatted.path == STANDARD_INPUT and not shows_difference:
        sys.stdout.write(formatted.after)
    elif formatted.is_changed and not shows_difference:
        write_formatted(formatted)
    return 0
