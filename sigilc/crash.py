"""Failures that are no diagnostics: the compiler's own faults, and an environment that does not let it work."""

import errno

from sigilc.source.spans import Span

EXIT_PROGRAM, EXIT_USAGE, EXIT_INTERNAL = 1, 2, 70

# What no compiler can do anything about: full disks, permissions, limits of the machine.
_OUTER_ERRORS = frozenset((errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.EFBIG, errno.EMFILE, errno.ENFILE,
                           errno.EACCES, errno.EPERM, errno.EBADF))


class InternalError(Exception):
    """A fault of the compiler, with the user's position that led to it; the command line exits with 70."""

    def __init__(self, message: str, span: Span | None = None):
        super().__init__(message)
        self.message = message
        self.span = span


class EnvironmentFault(Exception):
    """Something outside the program is missing or refused: a file, a folder, a C compiler, a symbol at link time.

    `code` is an E06xx code or empty; `help` says what to do about it; `status` is the command line's exit status.
    """

    def __init__(self, message: str, *, code: str = "", help: str = "", status: int = EXIT_USAGE):
        super().__init__(message)
        self.message = message
        self.code = code
        self.help = help
        self.status = status

    def render(self) -> str:
        """The text for stderr."""
        lines = [f"error[{self.code}]: {self.message}" if self.code else f"error: {self.message}"]
        if self.help:
            lines.append(f"  help: {self.help}")
        return "\n".join(lines)


def outer_fault(error: OSError) -> EnvironmentFault | None:
    """An error of the operating system that is no fault of the compiler; None for others, which should not happen."""
    if error.errno not in _OUTER_ERRORS:
        return None
    where = error.filename if isinstance(error.filename, str) else "the output"
    return EnvironmentFault(f"can't write {where}: {(error.strerror or str(error)).lower()}")


def describe(error: BaseException, stage: str, path: str) -> str:
    """What the user sees of an internal error: where, in which stage, and the request to report it."""
    span = error.span if isinstance(error, InternalError) else None
    place = span.site() if span is not None else path
    if isinstance(error, InternalError):
        what = error.message
    elif isinstance(error, RecursionError):
        what = "the program is nested too deeply for this stage"
    elif isinstance(error, MemoryError):
        what = "out of memory"
    else:
        what = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    return "\n".join([
        f"internal error: {what}",
        f"  --> {place}",
        f"  stage: {stage}",
        "  help: this is a fault of sigilc, not of the program; please report it with the file that it concerns",
        "        (SIGILC_TRACEBACK=1 shows where in the compiler it arose)",
    ])


class CompilerCrash(Exception):
    """An internal error on its way to the user: what happened (the `__cause__`), in which stage, on which file."""

    def __init__(self, error: BaseException, stage: str, path: str):
        super().__init__(describe(error, stage, path))
        self.error = error
