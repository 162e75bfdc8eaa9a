"""The command `sigilc` and its last line of defence: whatever happens, the user sees a sentence and an exit status."""

from __future__ import annotations

import atexit
import contextlib
import errno
import io
import os
import sys
import traceback
from typing import NoReturn, TextIO

import click

from sigilc.cli.audit import audit_command
from sigilc.cli.bench import bench_command
from sigilc.cli.build import build_command
from sigilc.cli.check import check_command
from sigilc.cli.clean import clean_command
from sigilc.cli.explain import explain_command
from sigilc.cli.fmt import fmt_command
from sigilc.cli.new import new_command
from sigilc.cli.opt import opt_command
from sigilc.cli.run import run_command
from sigilc.cli.test import test_command
from sigilc.crash import EXIT_INTERNAL, EXIT_USAGE, CompilerCrash, EnvironmentFault, outer_fault
from sigilc.options import VERSION

EXIT_INTERRUPTED, EXIT_BROKEN_PIPE = 130, 141


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(VERSION, prog_name="sigilc")
def sigilc() -> None:
    """The compiler for Sigil, a language for pipelines over data with provenance, and for actors.

    Exit status: 0, 1 for errors in the program, 2 for bad usage, 70 for a fault of the compiler itself.
    """


for command in (build_command, run_command, check_command, test_command, bench_command, new_command, fmt_command,
                explain_command, audit_command, opt_command, clean_command):
    sigilc.add_command(command)


def run(arguments: list[str] | None = None) -> None:
    """Runs the command line and exits."""
    _replace_closed_streams()
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")       # a terminal that lacks Greek still shows the message
    sys.exit(_status_of(arguments))


def _status_of(arguments: list[str] | None) -> int:
    try:
        status = sigilc.main(arguments, prog_name="sigilc", standalone_mode=False)
        sys.stdout.flush()
        return status if isinstance(status, int) else 0
    except click.ClickException as problem:
        problem.show()
        return EXIT_USAGE
    except EnvironmentFault as fault:
        print(fault.render(), file=sys.stderr)
        return fault.status
    except (KeyboardInterrupt, click.Abort):
        return _leave_at_once()
    except BrokenPipeError:
        _silence(sys.stdout)
        return EXIT_BROKEN_PIPE
    except CompilerCrash as crash:
        return _report_crash(crash)
    except Exception as error:
        unwritable = outer_fault(error) if isinstance(error, OSError) else None
        if unwritable is not None:
            return _report_unwritable(unwritable)
        return _report_crash(CompilerCrash(error, "command line", " ".join(sys.argv[1:])))


def _report_crash(crash: CompilerCrash) -> int:
    if os.environ.get("SIGILC_TRACEBACK") == "1":
        traceback.print_exception(crash.error)
    print(crash, file=sys.stderr)
    return EXIT_INTERNAL


def _leave_at_once() -> NoReturn:
    """Ends the process under a compilation that still runs in its thread: LLVM does not survive an orderly end."""
    atexit._run_exitfuncs()         # removes temporary folders
    os._exit(EXIT_INTERRUPTED)


def _report_unwritable(fault: EnvironmentFault) -> int:
    """Where stdout or stderr can't be written there may be nobody to tell, but the exit status."""
    with contextlib.suppress(OSError):
        print(fault.render(), file=sys.stderr)
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError):
            _silence(stream)
    return fault.status


class _ClosedStream(io.TextIOBase):
    """Takes the place of stdout when it was closed before the start: writing to it is an error."""

    def write(self, text: str) -> int:
        """Fails as the operating system would."""
        raise OSError(errno.EBADF, os.strerror(errno.EBADF))


def _replace_closed_streams() -> None:
    """Python has None for streams that are closed. Without stderr nobody can be told anything."""
    if sys.stdout is None:
        sys.stdout = _ClosedStream()
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")        # noqa: SIM115


def _silence(stream: TextIO) -> None:
    """Lets the interpreter's last flush of a closed pipe go nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
