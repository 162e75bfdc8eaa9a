"""Builds and runs programs for tests: the compiler in this process, the program in one of its own."""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from sigilc.driver import Compilation, compile_file, in_large_stack, render_text
from sigilc.ir.function import Module
from sigilc.options import Options
from sigilc.passes.manager import certify

ROOT = Path(__file__).resolve().parents[2]
RUN_LIMIT_S = 20

# Tests neither use nor fill the user's own cache; the runtime is compiled once for all of them.
os.environ.setdefault("SIGIL_CACHE", str(ROOT / "build" / "test-cache"))


@dataclass
class Ran:
    """What a program printed and how it ended (minus the signal's number, if by one)."""

    stdout: str
    stderr: str
    status: int


def compile_program(path: str | Path, options: Options, stop_after: str = "link") -> Compilation:
    """The driver on a large stack, certified behind each pass; the caller looks at the diagnostics."""
    return in_large_stack(lambda: compile_file(str(path), options, stop_after=stop_after, on_ir=_certify))


def _certify(name: str, module: Module) -> None:
    certify("" if name == "lower" else name, module)


def build(path: str | Path, output: Path, level: int = 0, **settings: object) -> Path:
    """Builds an executable; what the compiler complains about fails the test. `settings` are those of Options."""
    options = Options(level=level, output=str(output), **settings)  # type: ignore[arg-type]
    compilation = compile_program(path, options)
    assert not compilation.has_errors, "does not compile:\n" + render_text(compilation, use_color=False)
    return output


def run(executable: Path, args: tuple[str, ...] = (), cwd: str | Path | None = None, stdin: str = "",
        check_leaks: bool = True, limit_s: int = RUN_LIMIT_S, **variables: str) -> Ran:
    """Runs an executable, by default with the check that nothing is alive at its end."""
    environment = {**os.environ, **({"SIGIL_CHECK_LEAKS": "1"} if check_leaks else {}), **variables}
    done = subprocess.run([str(executable), *args], cwd=cwd, env=environment, input=stdin, capture_output=True,
                          text=True, errors="replace", timeout=limit_s, check=False)
    return Ran(done.stdout, done.stderr, done.returncode)


def sigilc_here(*arguments: str | Path, cwd: str | Path = ".") -> Ran:
    """The command line in this process, which saves its start; not for `run`, which becomes the program."""
    from sigilc.cli import main as cli

    out, err = io.StringIO(), io.StringIO()
    status: object = None
    with contextlib.chdir(cwd), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            cli.run([str(argument) for argument in arguments])
        except SystemExit as end:
            status = end.code
    assert isinstance(status, int)
    return Ran(out.getvalue(), err.getvalue(), status)


def sigilc(*arguments: str | Path, cwd: str | Path | None = None, **variables: str) -> Ran:
    """The command line in a process of its own."""
    done = subprocess.run([sys.executable, "-m", "sigilc", *map(str, arguments)], cwd=cwd,
                          env={**os.environ, "PYTHONPATH": str(ROOT), **variables}, capture_output=True, text=True,
                          errors="replace", timeout=60, check=False)
    return Ran(done.stdout, done.stderr, done.returncode)
