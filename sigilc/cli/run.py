"""`sigilc run`."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from typing import NoReturn

import click

from sigilc import cache
from sigilc.cli.common import (
    code_options,
    color_option,
    compile_with_status,
    overflow_setting,
    show_diagnostics,
    source_argument,
)
from sigilc.crash import EXIT_PROGRAM
from sigilc.driver import compile_file
from sigilc.options import HOST_CPU, Options


@click.command("run", short_help="Compile a program and run it.",
               context_settings={"ignore_unknown_options": False, "allow_interspersed_args": False})
@code_options(HOST_CPU)
@color_option
@source_argument
@click.argument("args", nargs=-1, type=click.UNPROCESSED)
def run_command(level: str, overflow_checks: str | None, target_cpu: str, file: str, args: tuple[str, ...]) -> int:
    """Compile FILE and run it with ARGS; options stand before FILE.

    The executable is kept in the user's cache folder, so that an unchanged program starts at once. The exit status is
    the program's own.
    """
    request = cache.RunRequest()
    request.level, request.checks, request.cpu = int(level), overflow_checks or "", target_cpu
    request.path, request.args = file, list(args)
    place = cache.program_folder(request)
    scratch = tempfile.mkdtemp(prefix="sigilc-")
    try:
        executable = os.path.join(scratch, cache.PROGRAM)
        options = Options(level=request.level, overflow_checks=overflow_setting(overflow_checks),
                          target_cpu=target_cpu, output=executable)
        compilation = compile_with_status(lambda on_stage: compile_file(file, options, on_stage=on_stage))
        show_diagnostics(compilation)
        if compilation.has_errors:
            return EXIT_PROGRAM
        handle = os.open(executable, os.O_RDONLY)
        # A file that changed while it was compiled must not be kept under the name of what it was before.
        if place is not None and place == cache.program_folder(request):
            cache.keep_program(place, executable, compilation.imports)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    _become(handle, request)


def _become(handle: int, request: cache.RunRequest) -> NoReturn:
    """Replaces this process by the program, whose file may be gone: where the cache can't be written, it is."""
    sys.stdout.flush()
    sys.stderr.flush()
    os.execve(handle, [request.path, *request.args], os.environ)
