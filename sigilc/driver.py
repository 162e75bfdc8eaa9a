"""The way of a program, from its file to an executable."""

from __future__ import annotations

import contextlib
import gc
import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from sigilc.crash import EXIT_PROGRAM, CompilerCrash, EnvironmentFault
from sigilc.diagnostics.diagnostic import Diagnostics
from sigilc.options import EMIT_SUFFIXES, Options
from sigilc.source.files import load_source

if TYPE_CHECKING:
    from sigilc.check.typed import TypedProgram
    from sigilc.codegen.target import Machine
    from sigilc.ir.function import Module

# For deeply nested programs: the first limit that is met is Python's own, with some 3.5 kB of stack for each call.
STACK_BYTES = 512 << 20
RECURSION_LIMIT = 150_000

# What `--stop-after` may name, in order.
STAGES = ("parse", "check", "evidence", "lower", "passes", "codegen", "optimise", "emit", "link")

T = TypeVar("T")
OnIr: TypeAlias = "Callable[[str, Module], None]"


class _Stop(Exception):
    """Ends the pipeline: there are errors, or the wanted stage is done."""


class Compilation:
    """One program under way: what each stage has made so far, for the next one and for tests.

    `artifacts` maps what was emitted (a key of EMIT_SUFFIXES) to its content; `seconds` the stages to their times,
    `pass_seconds` the passes to theirs.
    """

    def __init__(self, path: str, options: Options, stop_after: str, on_stage: Callable[[str], None],
                 on_ir: OnIr):
        self.path = path
        self.options = options
        self.stop_after = stop_after
        self.on_stage = on_stage
        self.on_ir = on_ir
        self.diagnostics = Diagnostics()
        self.program: TypedProgram | None = None
        self.module: Module | None = None
        self.artifacts: dict[str, str | bytes] = {}
        self.seconds: dict[str, float] = {}
        self.pass_seconds: dict[str, float] = {}
        self.current_stage = "start"

    @property
    def has_errors(self) -> bool:
        """True when the program is wrong."""
        return self.diagnostics.has_errors

    @property
    def imports(self) -> list[tuple[str, bytes]]:
        """Path and content of each file of the user's that the program's own file brought in."""
        files = self.program.imports if self.program is not None else []
        return [(file.path, file.text.encode()) for file in files]

    @contextlib.contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Times a stage, and ends the pipeline behind it when there is no way on."""
        self.current_stage = name
        self.on_stage(name)
        begin = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[name] = time.perf_counter() - begin
        if self.has_errors or name == self.stop_after:
            raise _Stop


def compile_file(path: str, options: Options, stop_after: str = "link",
                 on_stage: Callable[[str], None] = lambda stage: None,
                 on_ir: OnIr = lambda name, module: None) -> Compilation:
    """Takes a program through the stages up to `stop_after`; errors of the program are in the result's diagnostics.

    `on_stage` is told each stage as it begins; `on_ir` is shown the IR behind `lower` and behind each pass, by name.
    Raises EnvironmentFault for what is wrong around the program, CompilerCrash for what is wrong with the compiler.
    To be called by `in_large_stack`.
    """
    compilation = Compilation(path, options, stop_after, on_stage, on_ir)
    try:
        with _collector_off(), contextlib.suppress(_Stop):
            _compile(compilation)
    except EnvironmentFault:
        raise
    except Exception as error:
        raise CompilerCrash(error, compilation.current_stage, path) from error
    return compilation


def _compile(c: Compilation) -> None:
    """The pipeline. Stages are imported when they are reached: `check` never loads LLVM."""
    options = c.options
    with c.stage("parse"):
        from sigilc.syntax.parse import parse_source
        source = load_source(c.path, c.diagnostics)
        tree = parse_source(source, c.diagnostics) if source is not None else None
    with c.stage("check"):
        from sigilc.check.program import check_program
        assert source is not None and tree is not None      # else there was an error
        c.program = program = check_program(source, tree, c.diagnostics)
    with c.stage("evidence"):
        from sigilc.check.evidence import check_evidence
        check_evidence(program, c.diagnostics)
    outputs = output_paths(c.path, options, program.main is not None)
    _check_cpu(options.target_cpu)
    with c.stage("lower"):
        from sigilc.lower.program import lower_program
        c.module = module = lower_program(program, options.checks_overflow)
    c.on_ir("lower", module)
    with c.stage("passes"):
        run_timed_passes(module, pass_names(options.level), c.pass_seconds, c.on_ir)
    with c.stage("codegen"):
        from sigilc.codegen.module import emit_module
        text = emit_module(module)
    with c.stage("optimise"):
        from sigilc.codegen.target import Machine
        machine = Machine(text, options.level, options.target_cpu)
    with c.stage("emit"):
        code = _emit(c, outputs, program, text, machine)
    if "bin" in outputs:
        with c.stage("link"):
            _link(outputs["bin"], code, tuple(program.libraries))


def ir_stages(level: int) -> list[str]:
    """The names that `on_ir` hears at a level: `lower` and the passes, in order."""
    return ["lower", *pass_names(level)]


def pass_names(level: int) -> list[str]:
    """The passes of a level, in order."""
    from sigilc.passes import manager

    return manager.pass_names(level)


def run_timed_passes(module: Module, names: Iterable[str], seconds: dict[str, float],
                     after: OnIr) -> None:
    """Runs passes by name, adds up what each takes in `seconds`, and calls `after` behind each."""
    from sigilc.passes.manager import PASSES

    for name in names:
        begin = time.perf_counter()
        PASSES[name](module)
        seconds[name] = seconds.get(name, 0.0) + time.perf_counter() - begin
        after(name, module)


def output_paths(path: str, options: Options, has_main: bool) -> dict[str, str]:
    """Where each thing goes that is to be written: the kinds of `--emit`, and `bin`, the executable.

    EnvironmentFault where that can't be; nothing has been written then.
    """
    stem = os.path.splitext(os.path.basename(path))[0]
    folder = os.path.dirname(options.output)
    outputs = {kind: os.path.join(folder, stem + suffix) for kind, suffix in EMIT_SUFFIXES.items()
               if kind in options.emit}
    if options.crate_type == "obj":
        outputs["obj"] = options.output or f"{stem}.o"
    elif has_main:
        outputs["bin"] = options.output or stem
    elif not options.emit:
        raise EnvironmentFault(f"{path} has no `fn main()`, so there is nothing to run", code="E0613",
                               help="for a library: `--crate-type obj`", status=EXIT_PROGRAM)
    _check_outputs(path, list(outputs.values()))
    return outputs


def _check_outputs(path: str, outputs: list[str]) -> None:
    from sigilc.link.output import check_writable

    for output in outputs:
        if os.path.exists(output) and os.path.samefile(output, path):
            raise EnvironmentFault(f"the output would replace the program {path} itself", help="say where with `-o`")
        if outputs.count(output) > 1:
            raise EnvironmentFault(f"two outputs would both be written to {output}", help="name another with `-o`")
        check_writable(output)


def _check_cpu(name: str) -> None:
    from sigilc.codegen.cpus import is_known_cpu

    if not is_known_cpu(name):
        raise EnvironmentFault(f"there is no CPU `{name}`", help="`native` is this machine's own")


def _emit(c: Compilation, outputs: dict[str, str], program: TypedProgram, text: str, machine: Machine) -> bytes:
    """Makes and writes the files that `--emit` and the crate type ask for; gives the object, wanted or not."""
    from sigilc.bindings.c_header import c_header
    from sigilc.ir.printer import print_module
    from sigilc.link.output import write_output

    assert c.module is not None
    module = c.module
    optimised = machine.text() if "ll" in outputs else ""       # first: making code changes the module
    code = machine.object()
    makers: dict[str, Callable[[], str | bytes]] = {
        "ll": lambda: optimised, "ll-raw": lambda: text, "asm": machine.assembly, "obj": lambda: code,
        "ssa": lambda: print_module(module), "header": lambda: c_header(program, os.path.basename(c.path))}
    for kind, make in makers.items():
        if kind in outputs:
            c.artifacts[kind] = content = make()
            write_output(outputs[kind], content)
    return code


def _link(output: str, code: bytes, libraries: tuple[str, ...]) -> None:
    """Puts the runtime to the object."""
    from sigilc.link.link import link_executable
    from sigilc.link.runtime_build import runtime_archive
    from sigilc.link.toolchain import find_toolchain

    toolchain = find_toolchain()
    runtime = runtime_archive(toolchain)
    with tempfile.TemporaryDirectory(prefix="sigilc-") as scratch:
        path = os.path.join(scratch, "program.o")
        with open(path, "wb") as file:
            file.write(code)
        link_executable(toolchain, [path], runtime, output, libraries)


def render_text(compilation: Compilation, use_color: bool) -> str:
    """The diagnostics for people; empty when there are none."""
    from sigilc.diagnostics.render import render_all

    return render_all(compilation.diagnostics.items, use_color)


def render_json(compilation: Compilation) -> list[str]:
    """The diagnostics for programs, one a line."""
    from sigilc.diagnostics.to_json import all_to_json

    return all_to_json(compilation.diagnostics.items)


def explanation(code: str) -> str | None:
    """What `sigilc explain` prints; None for a code that is none."""
    from sigilc.diagnostics.codes import explain

    return explain(code)


@contextlib.contextmanager
def _collector_off() -> Iterator[None]:
    """The compiler makes trees, hardly a cycle: looking for cycles costs a fifth of its time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def in_large_stack(work: Callable[[], T], tick: Callable[[float], None] = lambda seconds: None) -> T:
    """Runs `work` in a thread with a stack for deeply nested programs; gives its result, or raises what it raised.

    `tick` is called about ten times a second, in this thread, with the seconds since the start.
    """
    outcome: list[T] = []
    problems: list[BaseException] = []

    def body() -> None:
        try:
            outcome.append(work())
        except BaseException as problem:
            problems.append(problem)

    old_limit, old_size = sys.getrecursionlimit(), threading.stack_size(STACK_BYTES)
    sys.setrecursionlimit(RECURSION_LIMIT)
    try:
        thread = threading.Thread(target=body, name="sigilc", daemon=True)
        thread.start()
        begin = time.monotonic()
        while thread.is_alive():
            thread.join(0.1)
            tick(time.monotonic() - begin)
    finally:
        threading.stack_size(old_size)
        sys.setrecursionlimit(old_limit)
    if problems:
        raise problems[0]
    return outcome[0]
