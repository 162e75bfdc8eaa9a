"""What several commands share: their options, the status line, and how diagnostics reach the user."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TextIO, TypeVar

import click

from sigilc.cache import MANIFEST, root_file
from sigilc.driver import Compilation, in_large_stack, render_json, render_text
from sigilc.options import OPTIONAL_WARNINGS

Command = TypeVar("Command", bound=Callable[..., Any])

STATUS_DELAY_S = 1.0
_COLOR = "sigilc.color"


def source_argument(command: Command) -> Command:
    """FILE: checked when it is read, so that the message is the compiler's own. A folder means the package there."""
    return click.argument("file", type=click.Path(), required=False, default="", callback=_root_file)(command)


def _root_file(context: click.Context, param: click.Parameter, value: str) -> str:
    return program_file(value)


def program_file(path: str) -> str:
    """The file that a command is about; bad usage where neither one nor a package is there."""
    found = root_file(path)
    if not found:
        raise click.UsageError(f"no FILE is given, and there is no {MANIFEST} in this folder or above it")
    return found


def color_option(command: Command) -> Command:
    """`--color`, which `uses_color` looks at."""
    return click.option("--color", type=click.Choice(["auto", "always", "never"]), default="auto", show_default=True,
                        expose_value=False, callback=_keep_color,
                        help="Colour messages: `auto` on a terminal without NO_COLOR.")(command)


def _keep_color(context: click.Context, param: click.Parameter, value: str) -> None:
    context.meta[_COLOR] = value


def uses_color(stream: TextIO) -> bool:
    """Whether the running command colours what goes to a stream; asked on the command's own thread."""
    from sigilc.diagnostics.render import wants_color

    return wants_color(stream, click.get_current_context().meta.get(_COLOR, "auto"))


def split_filter(words: Sequence[str]) -> tuple[str, str]:
    """`[FILE] [FILTER]` of the commands that run cases: one word alone is a file if there is one of its name."""
    if len(words) > 2:
        raise click.UsageError(f"what is {words[2]} for? There may be a FILE and a FILTER")
    if len(words) == 1 and not words[0].endswith((".sg", ".sigil")) and not os.path.exists(words[0]):
        return program_file(""), words[0]
    file, pattern = (*words, "", "")[:2]
    return program_file(file), pattern


def warning_option(command: Command) -> Command:
    """`-W NAME`, as often as wanted."""
    return click.option("-W", "warnings", type=click.Choice(OPTIONAL_WARNINGS), multiple=True,
                        help="Also warn of this: `lifting`, where a stage's level follows from a function's type.")(command)


def code_options(cpu: str, level: str = "0") -> Callable[[Command], Command]:
    """`-O`, `--overflow-checks` and `--target-cpu`, with the command's default CPU and level."""
    def add(command: Command) -> Command:
        command = click.option("--target-cpu", metavar="CPU", default=cpu, show_default=True,
                               help="CPU to make code for; `native` is this machine's.")(command)
        command = click.option("--overflow-checks", type=click.Choice(["on", "off"]),
                               help="Whether integer overflow panics.  [default: on at -O0 and -O1]")(command)
        return click.option("-O", "level", type=click.Choice(["0", "1", "2", "3"]), default=level, show_default=True,
                            help="Optimisation: -O0, -O1, -O2 or -O3.")(command)
    return add


def overflow_setting(choice: str | None) -> bool | None:
    """`on` and `off` as a setting; None leaves it to the level."""
    return None if choice is None else choice == "on"


def choose_ir_stages(choice: str, names: Sequence[str]) -> frozenset[str]:
    """What `--print-ir-after` asks for, by commas or `all`, of the stages that there are."""
    if choice == "all":
        return frozenset(names)
    chosen = frozenset(name for name in choice.split(",") if name)
    for name in sorted(chosen - set(names)):
        raise click.UsageError(f"`{name}` does not run here, but {', '.join(names) or 'nothing'}")
    return chosen


def print_seconds(seconds: Mapping[str, float], indent: str = "") -> None:
    """A line on stderr for each name, with its time in milliseconds."""
    for name, time in seconds.items():
        print(f"{indent}{time * 1000:8.1f} ms  {name}", file=sys.stderr)


class StatusLine:
    """On a terminal, says what takes so long; anywhere else, and in the first second, nothing."""

    def __init__(self) -> None:
        self.stage = ""
        self.shown = ""

    def enter(self, stage: str) -> None:
        """The compilation has reached a stage."""
        self.stage = stage

    def tick(self, seconds: float) -> None:
        """Called now and then, from the waiting thread."""
        text = f"sigilc: {self.stage} ({seconds:.0f} s)"
        if seconds >= STATUS_DELAY_S and text != self.shown and sys.stderr.isatty():
            self.shown = text
            print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)

    def clear(self) -> None:
        """Leaves the line as it was."""
        if self.shown:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)


def compile_with_status(compile: Callable[[Callable[[str], None]], Compilation]) -> Compilation:
    """Runs a compilation, which takes the function to call at each stage, on a large stack."""
    status = StatusLine()
    try:
        return in_large_stack(lambda: compile(status.enter), status.tick)
    finally:
        status.clear()


def show_diagnostics(compilation: Compilation, as_json: bool = False) -> None:
    """JSON lines on stdout, or text on stderr with the number of errors."""
    if as_json:
        for line in render_json(compilation):
            print(line)
        return
    text = render_text(compilation, uses_color(sys.stderr))
    if text:
        print(text, file=sys.stderr)
