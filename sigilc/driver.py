"""The way of a program, from its file to an executable."""

from __future__ import annotations

import contextlib
import dataclasses
import gc
import os
import resource
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from sigilc.crash import EXIT_PROGRAM, CompilerCrash, EnvironmentFault, outer_fault
from sigilc.diagnostics.diagnostic import Diagnostics
from sigilc.options import EMIT_SUFFIXES, PRODUCT_NAMES, Options
from sigilc.source.files import load_source

if TYPE_CHECKING:
    from sigilc.check.constants import Evaluate
    from sigilc.check.evidence.flow import Program as EvidenceProgram
    from sigilc.check.typed import Expr, TraitDecl, TypedProgram
    from sigilc.codegen.objects import ProgramObjects
    from sigilc.ir.function import Module
    from sigilc.resolve.packages import Package

# For deeply nested programs: the first limit that is met is Python's own, with some 3.5 kB of stack for each call.
STACK_BYTES = 512 << 20
RECURSION_LIMIT = 150_000

# What `--stop-after` may name, in order.
STAGES = ("parse", "check", "evidence", "lower", "passes", "codegen", "optimise", "emit", "link")

# What there is only of a program that is one object, and what the linker makes.
SINGLE_OBJECT = frozenset(("ll", "ll-raw", "asm", "obj"))
LINKED = frozenset(("bin", "staticlib", "cdylib"))

T = TypeVar("T")
OnIr: TypeAlias = "Callable[[str, Module], None]"
Harness: TypeAlias = "Callable[[TypedProgram], bool]"


class _Stop(Exception):
    """Ends the pipeline: there are errors, or the wanted stage is done."""


class Compilation:
    """One program under way: what each stage has made so far, for the next one and for tests.

    `artifacts` maps what was emitted (a key of EMIT_SUFFIXES) to its content; `seconds` the stages to their CPU time,
    `pass_seconds` the passes to theirs. `package` is the one whose root file the program is, if any.
    """

    def __init__(self, path: str, options: Options, stop_after: str, on_stage: Callable[[str], None],
                 on_ir: OnIr, harness: Harness | None = None):
        self.path = path
        self.options = options
        self.stop_after = stop_after
        self.on_stage = on_stage
        self.on_ir = on_ir
        self.harness = harness
        self.package: Package | None = None
        self.is_checked_library = False         # one for other packages: there is nothing to build
        self.diagnostics = Diagnostics(options.warnings)
        self.program: TypedProgram | None = None
        self.evidence: EvidenceProgram | None = None        # the functions' summaries
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
    def imports(self) -> list[tuple[str, bytes | None]]:
        """Path and content of each file of the user's that the program's own file brought in.

        The content is None for a description of a package that would count, if it were there.
        """
        from sigilc.resolve.packages import manifest_path, package_folder

        files = self.program.imports if self.program is not None else []
        found: list[tuple[str, bytes | None]] = [(file.path, file.text.encode()) for file in files]
        folder = package_folder(self.path)
        if self.package is None and folder is not None:
            found.append((manifest_path(folder), None))
        return found

    @contextlib.contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Measures a stage, and ends the pipeline behind it when there is no way on."""
        self.current_stage = name
        self.on_stage(name)
        begin = _cpu_seconds()
        try:
            yield
        finally:
            self.seconds[name] = _cpu_seconds() - begin
        if self.has_errors or name == self.stop_after:
            raise _Stop


def _cpu_seconds() -> float:
    """The CPU time of this process and of those that it has waited for: another job on the machine adds nothing."""
    return sum(used.ru_utime + used.ru_stime
               for used in (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)))


def compile_file(path: str, options: Options, stop_after: str = "link",
                 on_stage: Callable[[str], None] = lambda stage: None,
                 on_ir: OnIr = lambda name, module: None, harness: Harness | None = None) -> Compilation:
    """Takes a program through the stages up to `stop_after`; errors of the program are in the result's diagnostics.

    `on_stage` is told each stage as it begins; `on_ir` is shown the IR behind `lower` and behind each pass, by name.
    A `harness` gets the checked program, code blocks of doc comments included, to put in a `main` of its own; False ends
    the compilation.
    Raises EnvironmentFault for what is wrong around the program, CompilerCrash for what is wrong with the compiler.
    To be called by `in_large_stack`.
    """
    compilation = Compilation(path, options, stop_after, on_stage, on_ir, harness)
    try:
        with collector_off(), contextlib.suppress(_Stop):
            _compile(compilation)
    except EnvironmentFault:
        raise
    except Exception as error:
        fault = outer_fault(error) if isinstance(error, OSError) else None
        raise fault or CompilerCrash(error, compilation.current_stage, path) from error
    return compilation


def constant_evaluator() -> Evaluate:
    """What computes the constants of one program; a program whose constants are literals never loads it."""
    made: list[Evaluate] = []

    def evaluate(name: str, expr: Expr, traits: dict[str, TraitDecl]) -> object:
        from sigilc.lower.constants import ConstantEvaluator
        if not made:
            made.append(ConstantEvaluator())
        return made[0](name, expr, traits)
    return evaluate


def _compile(c: Compilation) -> None:
    """The pipeline. Stages are imported when they are reached: `check` never loads LLVM."""
    options = c.options
    with c.stage("parse"):
        from sigilc.resolve.packages import load_package
        from sigilc.syntax.parse import parse_source
        c.package = package = load_package(c.path, c.diagnostics)
        source = load_source(c.path, c.diagnostics)
        tree = parse_source(source, c.diagnostics) if source is not None else None
    with c.stage("check"):
        from sigilc.check.program import check_program
        assert source is not None and tree is not None      # else there was an error
        c.program = program = check_program(source, tree, c.diagnostics, package, c.harness is not None,
                                            constant_evaluator())
    with c.stage("evidence"):
        from sigilc.check.evidence import check_evidence
        from sigilc.check.lints import lint
        c.evidence = check_evidence(program, c.diagnostics)
        if not c.has_errors:
            lint(program, c.diagnostics)
            check_secrets(program, c.diagnostics)
    if c.harness is not None and not c.harness(program):
        return
    if package is not None:
        options = _for_package(package, program, options)
        if program.main is None and options.crate_type == "bin" and not options.emit and not options.output:
            c.is_checked_library = True
            return
    outputs = output_paths(c.path, options, program.main is not None, package.name if package is not None else "")
    exports = [function.export for function in program.functions if function.export]
    if options.is_library:
        _check_library(c.path, exports)
        program.main = None         # nobody calls it
    _check_cpu(options.target_cpu)
    with c.stage("lower"):
        from sigilc.lower.program import lower_program
        c.module = module = lower_program(program, options.checks_overflow, options.debug, options.keep_evidence)
        c.on_ir("lower", module)
    with c.stage("passes"):
        run_timed_passes(module, pass_names(options.level), c.pass_seconds, c.on_ir)
    with c.stage("codegen"):
        from sigilc.codegen.objects import CodeSettings, ProgramObjects
        settings = CodeSettings(options.level, options.target_cpu, options.debug)
        code = ProgramObjects(module, settings, is_single=not SINGLE_OBJECT.isdisjoint(outputs))
        code.emit()
    with c.stage("optimise"):
        code.optimise()
    with c.stage("emit"):
        objects = _emit(c, outputs, program, code)
    for kind in LINKED.intersection(outputs):
        with c.stage("link"):
            from sigilc.bindings.border import RUNTIME_SYMBOLS
            from sigilc.link.products import make_product
            make_product(kind, outputs[kind], objects, [*exports, *RUNTIME_SYMBOLS], tuple(program.libraries))


def check_secrets(program: TypedProgram, diagnostics: Diagnostics) -> None:
    """Reports what depends on secrets in the functions marked `#[constant_time]`: it takes their IR to see that.

    All functions are lowered where a marked one has type parameters, as others say which instances there are.
    """
    marked = [function for function in program.functions if function.public_parts is not None]
    if not marked:
        return
    from sigilc.check.secrets import check_public_parts
    from sigilc.diagnostics.diagnostic import Diagnostic, Label
    from sigilc.lower.program import lower_functions
    from sigilc.passes.constant_time import find_leaks

    for function in marked:
        check_public_parts(function, diagnostics)
    if diagnostics.has_errors:
        return
    module = lower_functions(program, program.functions if any(f.type_params for f in marked) else marked)
    for leak in find_leaks(module):
        diagnostics.add(Diagnostic(leak.code, leak.message, leak.span, leak.label,
                                   [Label(span, text) for span, text in leak.labels], leak.help))


def _for_package(package: Package, program: TypedProgram, options: Options) -> Options:
    """What the package's description says, unless the command line says otherwise; its libraries go to the program's."""
    for part in package.everything():
        program.libraries += [name for name in part.libraries if name not in program.libraries]
    if options.overflow_checks is None:
        options = dataclasses.replace(options, overflow_checks=package.overflow_checks)
    return options


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
        begin = _cpu_seconds()
        PASSES[name](module)
        seconds[name] = seconds.get(name, 0.0) + _cpu_seconds() - begin
        after(name, module)


def output_paths(path: str, options: Options, has_main: bool, name: str = "") -> dict[str, str]:
    """Where each thing goes that is to be written: the kinds of `--emit`, and the crate type.

    `name` is the package's; without one, it is the file's. EnvironmentFault where that can't be; nothing has been written then.
    """
    stem = name or os.path.splitext(os.path.basename(path))[0]
    folder = os.path.dirname(options.output)
    outputs = {kind: os.path.join(folder, stem + suffix) for kind, suffix in EMIT_SUFFIXES.items()
               if kind in options.emit}
    if options.crate_type != "bin":
        prefix, suffix = PRODUCT_NAMES[options.crate_type]
        outputs[options.crate_type] = options.output or f"{prefix}{stem}{suffix}"
    elif has_main:
        outputs["bin"] = options.output or stem
    elif not options.emit:
        raise EnvironmentFault(f"{path} has no `fn main()`, so there is nothing to run", code="E0613",
                               help="for a library: `--crate-type obj`, `staticlib` or `cdylib`", status=EXIT_PROGRAM)
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


def _check_library(path: str, exports: list[str]) -> None:
    if not exports:
        raise EnvironmentFault(f"{path} exports no function, so the library would be empty",
                               help="mark what C is to call with `#[export]`", status=EXIT_PROGRAM)


def _check_cpu(name: str) -> None:
    from sigilc.codegen.cpus import is_known_cpu

    if not is_known_cpu(name):
        raise EnvironmentFault(f"there is no CPU `{name}`", help="`native` is this machine's own")


def _emit(c: Compilation, outputs: dict[str, str], program: TypedProgram, code: ProgramObjects) -> list[bytes]:
    """Makes and writes the files that `--emit` and the crate type ask for; gives the objects."""
    from sigilc.bindings.c_header import c_header
    from sigilc.bindings.rust import rust_module
    from sigilc.ir.printer import print_module
    from sigilc.link.output import write_output

    assert c.module is not None
    module = c.module
    optimised = code.machine.text() if "ll" in outputs else ""       # first: making code changes the module
    objects = code.objects()
    makers: dict[str, Callable[[], str | bytes]] = {
        "ll": lambda: optimised, "ll-raw": lambda: code.texts[0], "asm": lambda: code.machine.assembly(),
        "obj": lambda: objects[0], "ssa": lambda: print_module(module),
        "header": lambda: c_header(program, os.path.basename(c.path)),
        "rust": lambda: rust_module(program, os.path.basename(c.path))}
    for kind, make in makers.items():
        if kind in outputs:
            c.artifacts[kind] = content = make()
            write_output(outputs[kind], content)
    return objects


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
def collector_off() -> Iterator[None]:
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
